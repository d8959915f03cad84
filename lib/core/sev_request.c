// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands of /dev/sev that change something: their numbers, and what which kernel makes of
 * them when the firmware is down, or does not know them (drivers/crypto/ccp/sev-dev.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/firmware/status.h"

/**
 * struct sev_row - a command of /dev/sev
 * @command:	of the firmware
 * @number:	in enum of uapi/linux/psp-sev.h
 * @major, @minor: of the kernel that brought it
 * @snp:	it wants SNP up
 * @sev:	it wants SEV up, and the driver brings it up for that and down again
 */
static const struct sev_row {
	uint16_t command;
	uint32_t number;
	unsigned int major, minor;
	bool snp, sev;
} rows[] = {
	{ FW_CMD_FACTORY_RESET, 0, 4, 16, false, false },
	{ FW_CMD_PEK_GEN, 2, 4, 16, false, true },
	{ FW_CMD_PEK_CSR, 3, 4, 16, false, true },
	{ FW_CMD_PDH_GEN, 4, 4, 16, false, true },
	{ FW_CMD_PDH_CERT_EXPORT, 5, 4, 16, false, true },
	{ FW_CMD_PEK_CERT_IMPORT, 6, 4, 16, false, true },
	{ FW_CMD_SNP_COMMIT, 10, 6, 9, true, false },
	{ FW_CMD_SNP_CONFIG, 11, 6, 9, true, false },
	{ FW_CMD_SNP_VLEK_LOAD, 12, 6, 11, true, false },
};

static const struct sev_row *row_of(uint16_t command)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].command == command)
			return &rows[i];
	return NULL;
}

#define RAISE_SNP "Load kvm_amd, which brings SNP up, and try again."

/* What the driver does for a command of SNP while SNP is down */
enum down { DOWN_EINVAL, DOWN_RAISES, DOWN_ENODEV };

/*
 * SNP was brought up, and down again, from 6.16 to 7.1, and in the stable kernels that took
 * that over until they took the end of it over, too; of these 6.12.117 is known.  What is
 * not known may do it.
 */
static enum down when_down(struct sevadm *adm, char *release, size_t size)
{
	unsigned int major, minor, patch = 0;

	host_kernel_release(adm->host, release, size);
	if (sscanf(release, "%u.%u.%u", &major, &minor, &patch) < 2)
		return DOWN_RAISES;
	if (major > 7 || (major == 7 && minor >= 2) || (major == 6 && minor == 12 && patch >= 117))
		return DOWN_ENODEV;
	return major < 6 || (major == 6 && minor < 16 && minor != 12) ? DOWN_EINVAL : DOWN_RAISES;
}

/* Is SNP turned on in this host's registers, whether it is up or not? */
static bool snp_host(struct sevadm *adm)
{
	struct sev_dbg_info info;
	struct driver_log log;
	char value[8];

	if (!request_info(adm, &info))
		return info.state & SEV_DBG_S_SNP_HOST;
	if (!host_read_line(adm->host, "/sys/module/kvm_amd/parameters/sev_snp", value,
			    sizeof(value)) && !strcmp(value, "Y"))
		return true;
	driver_log_read(adm, &log);
	return log.rmp;
}

/* A command of SNP while SNP is down: none but a commit is carried out, and that not by each */
static int allowed_down(struct sevadm *adm, uint16_t command)
{
	char release[128];
	enum down down = when_down(adm, release, sizeof(release));

	if (down == DOWN_RAISES)
		return core_fail(adm, SEVADM_ABSENT, ENODEV, RAISE_SNP,
				 "%s: SNP is down, and Linux %s may bring it up for that from under "
				 "VMs that run, which takes the host down: not issued",
				 command_name(command), release);
	if (down == DOWN_ENODEV && command == FW_CMD_SNP_COMMIT)
		return 0;
	return core_fail(adm, SEVADM_ABSENT, ENODEV, RAISE_SNP,
			 "%s: SNP is down, and Linux %s does not bring it up for that: not issued",
			 command_name(command), release);
}

int request_sev_allowed(struct sevadm *adm, uint16_t command, const struct platforms *p)
{
	const struct sev_row *row = row_of(command);
	bool snp_down = !p->snp_ret && !p->snp.state;

	if (row && row->snp && snp_down)
		return allowed_down(adm, command);
	if (row && row->sev && snp_down && !p->sev_ret && !p->sev.state && snp_host(adm))
		return core_fail(adm, SEVADM_ABSENT, ENODEV, RAISE_SNP,
				 "%s: SNP is down on a host of SNP, where SEV does not come up without "
				 "it, and the driver would not be sound after it tried: not issued",
				 command_name(command));
	return 0;
}

void request_snp_unknown(struct sevadm *adm, int err, struct sevadm_failure *failure)
{
	const char *why = "there is no SEV-SNP here", *remedy = "Take an AMD host with SEV-SNP.";
	unsigned int major = 0, minor = 0;
	char release[128];

	host_kernel_release(adm->host, release, sizeof(release));
	if (!host_kernel_at_least(adm->host, 6, 9)) {
		why = "Linux 6.9 brought it";
		remedy = "Take a newer kernel.";
	} else if (when_down(adm, release, sizeof(release)) == DOWN_EINVAL ||
		   (sscanf(release, "%u.%u", &major, &minor) == 2 && major == 6 && minor == 12 &&
		    when_down(adm, release, sizeof(release)) == DOWN_RAISES)) {
		why = "SNP is down, and the firmware is not asked then";
		remedy = "Load kvm_amd, which brings SNP up; `sevadm doctor` tells what it lacks for that.";
	}
	*failure = (struct sevadm_failure){ .kind = SEVADM_ABSENT, .err = err,
					    .status = SEVADM_NO_FW_CALL };
	snprintf(failure->message, sizeof(failure->message),
		 "SNP_PLATFORM_STATUS: the driver of Linux %s refused: %s (%s)", release, why,
		 strerrorname_np(err));
	snprintf(failure->remedy, sizeof(failure->remedy), "%s", remedy);
}

static bool snp_is_down(struct sevadm *adm)
{
	struct sevadm_snp_status status;
	struct sevadm_step step;

	int ret = request_snp_status(adm, &status, &step);

	/* kernels that say EINVAL to what wants SNP say it to this as well */
	return ret ? ret == -EINVAL || ret == -ENODEV : !status.state;
}

/* -EINVAL and -ENODEV mean what they mean by the kernel's release */
static int fail_snp(struct sevadm *adm, const struct sevadm_step *step, const struct sev_row *row)
{
	char release[128];
	enum down down = when_down(adm, release, sizeof(release));

	if (step->err == ENODEV)
		return core_fail(adm, SEVADM_ABSENT, ENODEV, RAISE_SNP,
				 "%s: the driver refused: SNP is down, and Linux %s does not bring it up "
				 "for that: from 7.2 on, and in 6.12 since a stable release, that is "
				 "kvm_amd's (ENODEV)", step->command, release);
	if (!host_kernel_at_least(adm->host, row->major, row->minor))
		return core_fail(adm, SEVADM_ABSENT, EINVAL, "Take a newer kernel.",
				 "%s: the driver refused: Linux %s does not have it, which came with %u.%u "
				 "(EINVAL)", step->command, release, row->major, row->minor);
	if (down == DOWN_EINVAL && snp_is_down(adm))
		return core_fail(adm, SEVADM_ABSENT, EINVAL, RAISE_SNP,
				 "%s: the driver refused: SNP is down, which Linux %s tells so (EINVAL)",
				 step->command, release);
	return core_fail(adm, SEVADM_FAILED, EINVAL, "Report it, with the kernel's version.",
			 "%s: the driver refused: Linux %s does not take its arguments, or was built "
			 "without it (EINVAL)", step->command, release);
}

int request_sev_fail(struct sevadm *adm, const struct sevadm_step *step, uint16_t command)
{
	const struct sev_row *row = row_of(command);
	struct sev_dbg_info info;
	char release[128];

	if (step->err == ENOTTY)
		return core_fail(adm, SEVADM_ABSENT, ENOTTY, "See what driver made it.",
				 "%s: /dev/sev is not that of the ccp driver: it takes no such commands "
				 "(ENOTTY)", step->command);
	if (row && row->snp && (step->err == ENODEV || step->err == EINVAL))
		return fail_snp(adm, step, row);
	if (row && row->snp && step->err == EIO && step->status == FW_INVALID_PLATFORM_STATE &&
	    when_down(adm, release, sizeof(release)) == DOWN_RAISES)
		return core_fail_refused(adm, step, RAISE_SNP, "%s: firmware refused: "
					 "INVALID_PLATFORM_STATE (0x0001): Linux %s may have tried to "
					 "bring SNP up first", step->command, release);
	return core_fail_step(adm, step, step->err == EBUSY && !request_info(adm, &info) &&
			      info.state & SEV_DBG_S_PSP_DEAD ? SEV_DBG_R_PSP_DEAD : SEV_DBG_R_NONE,
			      command);
}

int request_sev(struct sevadm *adm, struct sevadm_run *run, uint16_t command, void *data,
		struct sevadm_step *step)
{
	const struct sev_row *row = row_of(command);
	struct sevadm_step own;
	int ret, added;

	if (!row)
		return core_fail(adm, SEVADM_FAILED, EINVAL, NULL, "%s: /dev/sev has no number for it",
				 command_name(command));
	if (adm->dev->node_err[DEVICE_SEV])
		return core_fail_node(adm, DEVICE_SEV);
	core_phase_begin(adm, command_name(command), NULL, 0);
	ret = request_sev_issue(adm, row->number, command, data, step ? step : &own);
	core_phase_end(adm, ret);
	added = core_step_add(adm, run, step ? step : &own);
	if (ret && !step)
		return request_sev_fail(adm, &own, command);
	return ret ? ret : added;
}

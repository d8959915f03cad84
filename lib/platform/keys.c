// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A platform's keys, through /dev/sev.  Where SEV is down, the driver brings it up for each
 * of these commands by itself, and SEV and SNP down after it (sev-dev.c,
 * sev_move_to_init_state()): that is not left to chance.
 */
#include <errno.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"

enum { UNINIT, INIT, WORKING };	/* of SEV, as its status has it */

/* struct sev_user_data_pek_csr, _pek_cert_import and _pdh_cert_export of uapi/linux/psp-sev.h */
struct __attribute__((packed)) one_blob {
	uint64_t address;
	uint32_t len;
};

struct __attribute__((packed)) two_blobs {
	uint64_t address1;
	uint32_t len1;
	uint64_t address2;
	uint32_t len2;
};

static int look(struct sevadm *adm, struct platforms *p, struct sevadm_run *run)
{
	int ret;

	if (adm->dev->node_err[DEVICE_SEV])
		return core_fail_node(adm, DEVICE_SEV);
	request_platforms(adm, p);
	ret = core_step_add(adm, run, &p->sev_step);
	if (p->sev_ret)
		return request_sev_fail(adm, &p->sev_step, FW_CMD_PLATFORM_STATUS);
	/* a host without SNP: the driver, or the firmware, has no such command */
	return ret ? ret : core_step_add(adm, run, &p->snp_step);
}

/* SEV is down: does the driver have to bring it up, and may it? */
static int check_down(struct sevadm *adm, uint16_t command, const struct platforms *p,
		      unsigned int flags, struct sevadm_run *run)
{
	const char *name = command_name(command);
	int ret = request_sev_allowed(adm, command, p);

	if (ret)
		return ret;
	if (!(flags & SEVADM_KEYS_INIT))
		return core_fail(adm, SEVADM_ABSENT, ENODEV, "Run `sevadm init`, or reload kvm_amd; or say "
				 "--init if the driver shall do it.", "%s: SEV is down (UNINIT), and for "
				 "that the driver would bring it up, and SEV and SNP down again: not issued",
				 name);
	if (p->snp_ret && p->snp_ret != -EINVAL && p->snp_ret != -ENODEV)
		return request_sev_fail(adm, &p->snp_step, FW_CMD_SNP_PLATFORM_STATUS);
	if (p->snp.guest_count)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "End them, or run `sevadm init`.",
				 "%s: SEV is down (UNINIT), and the driver would bring SNP down after it, "
				 "which has %u guest%s: not issued", name, p->snp.guest_count,
				 p->snp.guest_count == 1 ? "" : "s");
	return core_warn(adm, run, "SEV is down: the driver brings it up for %s, and SEV%s down after "
			 "it", name, p->snp.state ? " and SNP" : "");
}

/* May it be issued now?  It asks for what the firmware would refuse, in better words */
static int check(struct sevadm *adm, uint16_t command, const struct platforms *p,
		 unsigned int flags, struct sevadm_run *run)
{
	bool alone = command == FW_CMD_PEK_GEN || command == FW_CMD_PEK_CERT_IMPORT ||
		     command == FW_CMD_FACTORY_RESET;

	if (alone && p->sev.state == WORKING)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "See `sevadm guests`, and end them.",
				 "%s: SEV has guests (%u, state WORKING), and it wants none",
				 command_name(command), p->sev.guest_count);
	if (command == FW_CMD_PEK_CERT_IMPORT && p->sev.state == INIT && p->sev.owned)
		return core_fail(adm, SEVADM_NO, EALREADY, "If its owner agrees, make it its own first: "
				 "`sevadm owner self`.", "%s: this platform has an owner already",
				 command_name(command));
	if (command != FW_CMD_FACTORY_RESET && p->sev.state == UNINIT)
		return check_down(adm, command, p, flags, run);
	return 0;
}

static int plan(struct sevadm *adm, uint16_t command, const char *why, struct sevadm_run *run)
{
	const struct sevadm_plan_step step = { .command = command_name(command), .count = 1,
					       .why = why };

	return core_plan_add(adm, run, &step);
}

/* Is it to be issued at all? */
static int may(struct sevadm *adm, uint16_t command, unsigned int flags, struct sevadm_run *run)
{
	struct platforms p;
	int ret;

	run->dry = flags & SEVADM_KEYS_DRY;
	ret = core_fail_readonly(adm, run->dry);
	if (!ret)
		ret = look(adm, &p, run);
	return ret ? ret : check(adm, command, &p, flags, run);
}

/* 1, 0 for a dry run, or -errno */
static int prepare(struct sevadm *adm, uint16_t command, const char *why, unsigned int flags,
		   struct sevadm_run *run)
{
	int ret = may(adm, command, flags, run);

	if (!ret)
		ret = plan(adm, command, why, run);
	return ret ? ret : !run->dry;
}

/* --------------------------------------------------------------------- the keys */

static int take(struct sevadm *adm, struct sevadm_keys *keys)
{
	static const uint32_t usages[SEVADM_KEYS] = { 0x1003, 0x1002, 0x1001, 0x1004 };
	struct sevadm_failure failure;
	size_t nr;

	if (sevadm_cert_parse(keys->bytes, sizeof(keys->bytes), keys->certs, SEVADM_KEYS, &nr,
			      &failure))
		return core_fail(adm, SEVADM_FAILED, EPROTO, "Report it, with the firmware's version.",
				 "PDH_CERT_EXPORT: what the firmware gave: %s", failure.message);
	for (size_t i = 0; i < SEVADM_KEYS; i++)
		if (nr != SEVADM_KEYS || keys->certs[i].usage != usages[i])
			return core_fail(adm, SEVADM_FAILED, EPROTO, "Report it, with the firmware's "
					 "version.", "PDH_CERT_EXPORT: the firmware gave other "
					 "certificates than PDH, PEK, OCA and CEK");
	keys->known = true;
	return 0;
}

static int export(struct sevadm *adm, unsigned int flags, struct sevadm_keys *keys,
		  struct sevadm_run *run)
{
	struct two_blobs blobs = {
		.address1 = (uintptr_t)keys->bytes, .len1 = SEVADM_CERT_SIZE,
		.address2 = (uintptr_t)(keys->bytes + SEVADM_CERT_SIZE), .len2 = 3 * SEVADM_CERT_SIZE,
	};
	struct sevadm_step step;
	int ret = request_sev(adm, run, FW_CMD_PDH_CERT_EXPORT, &blobs, &step);

	if (!ret)
		return take(adm, keys);
	if (flags & SEVADM_KEYS_LOOK && step.err)
		return core_warn(adm, run, "the keys are not shown: PDH_CERT_EXPORT: %s: %s (%s)",
				 step.err == EIO ? "the firmware refused" : "the driver refused",
				 step.err == EIO ? sevadm_status_name(step.status) : strerror(step.err),
				 strerrorname_np(step.err));
	if (step.err == EPERM && !(adm->flags & SEVADM_WRITE))
		return core_fail(adm, SEVADM_PERMISSION, EPERM, "Say --init: then it is opened for writing.",
				 "PDH_CERT_EXPORT: the driver refused: it takes SEV for down, and brings it "
				 "up for nobody who may only read (EPERM)");
	return step.err ? request_sev_fail(adm, &step, FW_CMD_PDH_CERT_EXPORT) : ret;
}

int sevadm_keys_get(struct sevadm *adm, unsigned int flags, struct sevadm_keys *keys,
		    struct sevadm_run *run)
{
	struct platforms p;
	int ret;

	memset(keys, 0, sizeof(*keys));
	ret = look(adm, &p, run);
	if (ret)
		return ret;
	keys->sev = p.sev;
	keys->snp = p.snp;
	if (flags & SEVADM_KEYS_LOOK && p.sev.state == UNINIT)
		return 0;
	ret = check(adm, FW_CMD_PDH_CERT_EXPORT, &p, flags, run);
	return ret ? ret : export(adm, flags, keys, run);
}

/* ------------------------------------------------------------------------ changes */

static const struct {
	uint16_t command;
	const char *why, *done;
} changes[] = {
	[SEVADM_PEK_GEN] = {
		FW_CMD_PEK_GEN, "a new PEK, and with it a new PDH; the platform is its own",
		"The platform has a new PEK and a new PDH, and is its own" },
	[SEVADM_PDH_GEN] = {
		FW_CMD_PDH_GEN, "a new PDH, signed by the PEK that is there",
		"The platform has a new PDH" },
	[SEVADM_FACTORY_RESET] = {
		FW_CMD_FACTORY_RESET, "PEK, PDH and owner are forgotten; the driver brings SEV down for it",
		"The platform is as it left the factory; SEV is down, and its next INIT makes new keys" },
};

int sevadm_keys_change(struct sevadm *adm, enum sevadm_keys_change change, unsigned int flags,
		       struct sevadm_run *run)
{
	int ret = prepare(adm, changes[change].command, changes[change].why, flags, run);

	if (ret <= 0)
		return ret;
	ret = request_sev(adm, run, changes[change].command, NULL, NULL);
	if (!ret)
		core_message(run, "%s", changes[change].done);
	return ret;
}

static int get_csr(struct sevadm *adm, uint8_t *csr, struct sevadm_run *run)
{
	struct one_blob blob = { .address = (uintptr_t)csr, .len = SEVADM_CERT_SIZE };
	int ret = request_sev(adm, run, FW_CMD_PEK_CSR, &blob, NULL);

	if (!ret && blob.len != SEVADM_CERT_SIZE)
		return core_fail(adm, SEVADM_FAILED, EPROTO, "Report it, with the firmware's version.",
				 "PEK_CSR: the firmware gave %u bytes, which are no certificate", blob.len);
	return ret;
}

int sevadm_pek_csr(struct sevadm *adm, unsigned int flags, uint8_t *csr, struct sevadm_run *run)
{
	int ret = prepare(adm, FW_CMD_PEK_CSR, "the PEK, for its owner to sign", flags, run);

	return ret <= 0 ? ret : get_csr(adm, csr, run);
}

/* What the firmware would refuse as INVALID_CERTIFICATE or BAD_SIGNATURE */
static int check_certs(struct sevadm *adm, const struct sevadm_cert *pek,
		       const struct sevadm_cert *oca)
{
	struct sevadm_cert_link link;

	sevadm_cert_check(oca, oca, &link);
	if (link.verdict == SEVADM_CERT_PASS)
		sevadm_cert_check(oca, pek, &link);
	if (link.verdict == SEVADM_CERT_PASS)
		return 0;
	return core_fail(adm, SEVADM_NO, EBADMSG, "Sign the PEK of this platform: `sevadm pek csr`, "
			 "`sevadm csr sign`.", "PEK_CERT_IMPORT: not issued: %s: %s", link.name, link.why);
}

/* Another's PEK is refused here by name; where the keys cannot be had it is left to the firmware */
static int check_own(struct sevadm *adm, const struct sevadm_cert *pek, struct sevadm_run *run)
{
	struct sevadm_keys keys;
	int ret = sevadm_keys_get(adm, SEVADM_KEYS_LOOK, &keys, run);

	if (ret || !keys.known)
		return ret;
	if (memcmp(keys.certs[SEVADM_KEYS_PEK].key_sha256, pek->key_sha256, sizeof(pek->key_sha256)))
		return core_fail(adm, SEVADM_NO, EBADMSG, "Ask it for another: `sevadm pek csr`.",
				 "PEK_CERT_IMPORT: not issued: this PEK is not the one that the platform has "
				 "now");
	return 0;
}

static int import(struct sevadm *adm, const uint8_t *pek, const uint8_t *oca,
		  struct sevadm_run *run)
{
	struct two_blobs blobs = {
		.address1 = (uintptr_t)pek, .len1 = SEVADM_CERT_SIZE,
		.address2 = (uintptr_t)oca, .len2 = SEVADM_CERT_SIZE,
	};
	int ret = request_sev(adm, run, FW_CMD_PEK_CERT_IMPORT, &blobs, NULL);

	if (!ret)
		core_message(run, "The platform has an owner");
	return ret;
}

int sevadm_pek_import(struct sevadm *adm, const struct sevadm_cert *pek,
		      const struct sevadm_cert *oca, unsigned int flags, struct sevadm_run *run)
{
	int ret = check_certs(adm, pek, oca);

	if (!ret)
		ret = prepare(adm, FW_CMD_PEK_CERT_IMPORT, "the PEK, signed by its owner, and the owner's "
			      "OCA", flags, run);
	if (ret < 0)
		return ret;
	if (check_own(adm, pek, run))
		return -adm->failure.err;
	return ret ? import(adm, pek->data, oca->data, run) : 0;
}

int sevadm_owner_set(struct sevadm *adm, const struct sevadm_cert *oca,
		     const struct sevadm_private_key *key, unsigned int flags,
		     struct sevadm_run *run)
{
	uint8_t request[SEVADM_CERT_SIZE] = { 0 }, pek[SEVADM_CERT_SIZE];
	struct sevadm_failure failure;
	struct sevadm_cert csr;
	size_t nr;
	int ret = sevadm_oca_check(oca, key, &failure);

	if (ret)
		return core_fail(adm, failure.kind, failure.err, failure.remedy, "%s", failure.message);
	ret = may(adm, FW_CMD_PEK_CERT_IMPORT, flags & SEVADM_KEYS_DRY, run);
	if (!ret)
		ret = plan(adm, FW_CMD_PEK_CSR, "the PEK, for its owner to sign", run);
	if (!ret)
		ret = plan(adm, FW_CMD_PEK_CERT_IMPORT, "the PEK, signed by its owner, and the owner's "
			   "OCA", run);
	if (!ret && !run->dry)
		ret = get_csr(adm, request, run);
	if (ret || run->dry)
		return ret;
	if (sevadm_cert_parse(request, sizeof(request), &csr, 1, &nr, &failure) ||
	    sevadm_csr_sign(&csr, oca, key, pek, &failure))
		return core_fail(adm, failure.kind, failure.err, failure.remedy, "PEK_CSR: %s",
				 failure.message);
	return import(adm, pek, oca->data, run);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The facts, and the order in which they are judged.
 */
#include "lib/check/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/firmware/status.h"

bool facts_psp_dead(const struct facts *f)
{
	return f->patch ? f->info.state & SEV_DBG_S_PSP_DEAD : f->klog.psp_dead;
}

bool facts_half_up(const struct facts *f)
{
	return f->patch ? info_half_up(&f->info) : platforms_half_up(&f->platforms);
}

enum facts_snp facts_snp(const struct facts *f)
{
	if (facts_half_up(f))
		return FACTS_SNP_UP;
	if (f->patch && f->info.fw_snp_state != SEV_DBG_FW_UNKNOWN)
		return f->info.fw_snp_state ? FACTS_SNP_UP : FACTS_SNP_DOWN;
	if (f->snp.known)
		return f->snp.state ? FACTS_SNP_UP : FACTS_SNP_DOWN;
	/* the firmware does not answer, and the driver knew it up */
	if (f->patch && f->info.state & SEV_DBG_S_SNP_INIT)
		return FACTS_SNP_UP;
	/* it was another kernel that had it up */
	if (f->klog.status_failed)
		return FACTS_SNP_UP;
	/* nobody could be asked */
	if (f->adm->dev->node_err[DEVICE_SEV])
		return FACTS_SNP_UNKNOWN;
	/* no SNP host */
	return f->snp_err == -EINVAL || f->snp_err == -ENODEV ? FACTS_SNP_DOWN : FACTS_SNP_UNKNOWN;
}

bool facts_snp_up(const struct facts *f)
{
	return facts_snp(f) == FACTS_SNP_UP;
}

bool facts_guest_alive(const struct sevadm_guest *guest)
{
	return guest->state != SEVADM_GUEST_TOMBSTONE;
}

uint32_t facts_guests_alive(const struct facts *f)
{
	uint32_t listed = 0, counted = 0;

	for (size_t i = 0; i < f->guests.nr_guests; i++)
		listed += facts_guest_alive(&f->guests.guests[i]);
	if (f->sev.known)
		counted += f->sev.guest_count;
	if (f->snp.known)
		counted += f->snp.guest_count;
	return listed > counted ? listed : counted;
}

int check_say(struct facts *f, const char *id, enum sevadm_verdict verdict, const char *remedy,
	      const char *format, ...)
{
	struct sevadm_readiness *out = f->out;
	struct sevadm_check *checks, check = { .id = id, .verdict = verdict };
	va_list ap;
	int n;

	checks = reallocarray(out->checks, out->nr_checks + 1, sizeof(*checks));
	if (!checks)
		return core_fail_errno(f->adm, ENOMEM, "report");
	out->checks = checks;
	va_start(ap, format);
	n = vasprintf(&check.reason, format, ap);
	va_end(ap);
	if (n < 0)
		return core_fail_errno(f->adm, ENOMEM, "report");
	/* what is fine needs no remedy */
	if (remedy && (verdict == SEVADM_WARN || verdict == SEVADM_FAIL)) {
		check.remedy = strdup(remedy);
		if (!check.remedy) {
			free(check.reason);
			return core_fail_errno(f->adm, ENOMEM, "report");
		}
	}
	checks[out->nr_checks++] = check;
	out->counts[verdict]++;
	return 0;
}

static int gather(struct facts *f)
{
	struct sevadm *adm = f->adm;
	struct platforms p = { .sev_ret = -EBUSY, .snp_ret = -EBUSY };
	char byte[2];
	int ret;

	ret = sevadm_host_get(adm, &f->host);
	if (ret)
		return ret;
	driver_log_read(adm, &f->klog);
	f->in_kdump = adm->host->ops->read(adm->host, "/proc/vmcore", byte, sizeof(byte)) >= 0;
	f->patch = f->host.patch && !request_info(adm, &f->info);
	f->sev_err = adm->dev->node_err[DEVICE_SEV];
	f->snp_err = f->sev_err;
	if (f->sev_err)
		return 0;
	if (!facts_psp_dead(f))
		request_platforms(adm, &p);
	f->sev = p.sev;
	f->snp = p.snp;
	f->sev_step = p.sev_step;
	f->snp_step = p.snp_step;
	f->sev_err = p.sev_ret;
	f->snp_err = p.snp_ret;
	f->platforms = p;
	f->snp_host = f->patch ? f->info.state & SEV_DBG_S_SNP_HOST :
		      f->snp_err != -EINVAL && f->snp_err != -ENODEV;
	if (adm->dev->node_err[DEVICE_SEV_DEBUG] == -EACCES ||
	    adm->dev->node_err[DEVICE_SEV_DEBUG] == -EPERM)
		return 0;
	ret = sevadm_guests_get(adm, &f->guests, NULL);
	f->has_guests = !ret;
	return ret;
}

/* Sorted by what an administrator has to mend first */
static int (*const checks[])(struct facts *f) = {
	check_device, check_modules, check_firmware, check_states, check_guests, check_counts,
	check_cpus, check_pages, check_kexec, check_kdump,
};

int sevadm_check(struct sevadm *adm, enum sevadm_goal goal, struct sevadm_readiness *out)
{
	struct facts f = { .adm = adm, .out = out };
	int ret;

	*out = (struct sevadm_readiness){ .goal = goal };
	ret = gather(&f);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && !ret; i++)
		ret = checks[i](&f);
	out->ready = !ret && !out->counts[SEVADM_FAIL];
	sevadm_guests_free(&f.guests);
	return ret;
}

void sevadm_readiness_free(struct sevadm_readiness *readiness)
{
	for (size_t i = 0; i < readiness->nr_checks; i++) {
		free(readiness->checks[i].reason);
		free(readiness->checks[i].remedy);
	}
	free(readiness->checks);
	*readiness = (struct sevadm_readiness){ 0 };
}

const char *sevadm_verdict_name(enum sevadm_verdict verdict)
{
	static const char *const names[] = { "PASS", "WARN", "FAIL", "SKIP" };

	return (unsigned int)verdict < SEVADM_VERDICTS ? names[verdict] : "?";
}

const char *sevadm_goal_name(enum sevadm_goal goal)
{
	static const char *const names[] = { "teardown", "kexec", "kdump" };

	return (unsigned int)goal <= SEVADM_GOAL_KDUMP ? names[goal] : "?";
}

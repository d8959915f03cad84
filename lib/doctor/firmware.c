// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firmware, by its own word: whether it answers, what it is, and its state.
 */
#include <errno.h>
#include <string.h>

#include "lib/doctor/doctor.h"
#include "lib/firmware/status.h"

#define CATEGORY "firmware"

static void run_answers(struct exam *e, struct sevadm_examined *x)
{
	const struct platforms *p = &e->p;
	int node = e->adm->dev->node_err[DEVICE_SEV];

	if (node)
		say(e, x, SEVADM_SKIP, node == -EACCES || node == -EPERM ? "Run it as root." : NULL,
		    "the firmware was not asked: /dev/sev cannot be opened (%s)", exam_why(node));
	else if (p->sev.known)
		say(e, x, SEVADM_PASS, NULL, "the firmware answers");
	else if (p->sev_ret == -EBUSY || p->sev_ret == -ETIMEDOUT)
		say(e, x, SEVADM_FAIL, "Reboot cold; nothing brings it back before.", "the driver gave "
		    "the secure processor up: a firmware command timed out");
	else if (p->sev_ret == -EIO && p->sev_step.status != SEVADM_NO_FW_CALL)
		say(e, x, SEVADM_FAIL, "See `sevadm explain` about the status.", "PLATFORM_STATUS: the "
		    "firmware refused: %s (0x%04x)", sevadm_status_name(p->sev_step.status),
		    p->sev_step.status);
	else
		say(e, x, SEVADM_FAIL, "See the kernel's log.", "PLATFORM_STATUS: the driver refused (%s)",
		    strerrorname_np(-p->sev_ret));
}

/* Major and minor together: 2.0 is newer than 1.51 */
static void run_version(struct exam *e, struct sevadm_examined *x)
{
	const struct sevadm_sev_status *s = &e->p.sev;
	unsigned int api = s->api_major * 256U + s->api_minor;
	bool snp = e->out->feature >= SEVADM_FEATURE_SNP;
	bool es = e->out->feature >= SEVADM_FEATURE_SEV_ES;
	unsigned int least = snp ? 0x133 : es ? 0x11 : 0;

	say(e, x, api < least ? SEVADM_FAIL : SEVADM_PASS,
	    "Update the firmware (package amd64-microcode or linux-firmware, or the board's BIOS).",
	    "the firmware's API is %u.%u, build %u%s", s->api_major, s->api_minor, s->build,
	    api >= least ? "" : snp ? ": the driver brings SNP up from 1.51 on" :
	    ": SEV-ES takes 0.17 or later");
}

static void run_sev(struct exam *e, struct sevadm_examined *x)
{
	const struct sevadm_sev_status *s = &e->p.sev;

	if (s->state)
		say(e, x, SEVADM_PASS, NULL, "SEV is %s, with %u guests", sevadm_sev_state_name(s->state),
		    s->guest_count);
	else
		say(e, x, SEVADM_WARN, "Load kvm_amd; or start a guest, with which the driver "
		    "initialises it.", "SEV is %s", sevadm_sev_state_name(s->state));
}

/* While SEV is down the flag reads 0 whatever comes */
static void run_es(struct exam *e, struct sevadm_examined *x)
{
	if (!e->p.sev.state)
		say(e, x, SEVADM_SKIP, NULL, "the firmware tells of SEV-ES only once SEV is initialised");
	else
		say(e, x, e->p.sev.es ? SEVADM_PASS : SEVADM_FAIL, "See the kernel's log of when ccp was "
		    "loaded: the driver had no memory for the TMR.", "SEV was initialised with%s SEV-ES",
		    e->p.sev.es ? "" : "out");
}

static void run_snp(struct exam *e, struct sevadm_examined *x)
{
	const struct platforms *p = &e->p;

	if (p->snp.known && p->snp.state)
		say(e, x, SEVADM_PASS, NULL, "SNP is %s, with %u guests",
		    sevadm_snp_state_name(p->snp.state), p->snp.guest_count);
	else if (p->snp.known)
		say(e, x, SEVADM_FAIL, "Load kvm_amd anew; what else failed here tells why it did not come "
		    "up, and the kernel's log.", "SNP is %s: no SNP guest can be started",
		    sevadm_snp_state_name(p->snp.state));
	else if (p->snp_ret == -EINVAL || p->snp_ret == -ENODEV)
		say(e, x, SEVADM_FAIL, "Load kvm_amd anew; what else failed here tells why it is down, and "
		    "the kernel's log.", "SNP is down: the driver does not ask the firmware for its "
		    "state (%s)", strerrorname_np(-p->snp_ret));
	else if (p->snp_ret == -EIO && p->snp_step.status != SEVADM_NO_FW_CALL)
		say(e, x, SEVADM_FAIL, "See `sevadm check`.", "SNP_PLATFORM_STATUS: the firmware refused: "
		    "%s (0x%04x)", sevadm_status_name(p->snp_step.status), p->snp_step.status);
	else
		say(e, x, SEVADM_FAIL, "See the kernel's log.", "SNP_PLATFORM_STATUS: the driver refused "
		    "(%s)", strerrorname_np(-p->snp_ret));
}

static void run_rmp(struct exam *e, struct sevadm_examined *x)
{
	bool is = e->p.snp.rmp_initialized;

	say(e, x, is ? SEVADM_PASS : SEVADM_FAIL, "Load kvm_amd anew.", "the firmware has %s the RMP",
	    is ? "initialised" : "not initialised");
}

static void run_alias(struct exam *e, struct sevadm_examined *x)
{
	bool is = e->p.snp.alias_check;

	say(e, x, is ? SEVADM_PASS : SEVADM_WARN, "Update BIOS and firmware to those of AMD-SB-3015: a "
	    "memory module that lies about its size can alias guests' memory.",
	    is ? "memory was searched for aliases since the last reset" : "the firmware does not say that "
	    "memory was searched for aliases since the last reset");
}

static bool above(const struct sevadm_tcb *a, const struct sevadm_tcb *b)
{
	return a->fmc > b->fmc || a->bootloader > b->bootloader || a->tee > b->tee ||
	       a->snp > b->snp || a->microcode > b->microcode;
}

/* A reported TCB below the current one is what an administrator may have wanted */
static void run_tcb(struct exam *e, struct sevadm_examined *x)
{
	const struct sevadm_tcb *now = &e->p.snp.current_tcb, *told = &e->p.snp.reported_tcb;
	unsigned long long current = now->raw, reported = told->raw;

	if (now->raw == told->raw)
		say(e, x, SEVADM_PASS, NULL, "the reported TCB is the current one: 0x%016llx", current);
	else if (!now->known)
		say(e, x, SEVADM_WARN, NULL, "the reported TCB (0x%016llx) is not the current one "
		    "(0x%016llx), and their layout on this processor is not known", reported, current);
	else if (above(told, now))
		say(e, x, SEVADM_FAIL, "Reboot cold; the firmware was replaced by an older one.",
		    "the reported TCB (0x%016llx) is above the current one (0x%016llx)", reported,
		    current);
	else
		say(e, x, SEVADM_WARN, "Nothing, if it was meant so: guests' certificates are then of the "
		    "reported one; SNP_COMMIT or SNP_CONFIG raise it.", "the reported TCB (0x%016llx) is "
		    "behind the current one (0x%016llx)", reported, current);
}

const struct exam_check firmware_checks[] = {
	{ "fw-answers", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_answers },
	{ "fw-version", CATEGORY, "fw-answers", SEVADM_FEATURE_SEV, run_version },
	{ "fw-sev-state", CATEGORY, "fw-answers", SEVADM_FEATURE_SEV, run_sev },
	{ "fw-sev-es", CATEGORY, "fw-sev-state", SEVADM_FEATURE_SEV_ES, run_es },
	{ "fw-snp-state", CATEGORY, "fw-answers", SEVADM_FEATURE_SNP, run_snp },
	{ "fw-rmp", CATEGORY, "fw-snp-state", SEVADM_FEATURE_SNP, run_rmp },
	{ "fw-alias-check", CATEGORY, "fw-snp-state", SEVADM_FEATURE_SNP, run_alias },
	{ "fw-tcb", CATEGORY, "fw-snp-state", SEVADM_FEATURE_SNP, run_tcb },
	{ 0 }
};

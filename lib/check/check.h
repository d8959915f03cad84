/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is this host ready?  The facts are gathered once; then each check looks at
 * them and says one or more sentences.  Nothing here changes anything.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "lib/core/context.h"

/* What the kernel's log says of SEV since boot, or since as long as it goes back */
struct klog_facts {
	int err;			/* 0 or -errno: it could not be read */
	bool whole;			/* from the first line on */
	bool psp_dead;			/* "timed out, disabling PSP" */
	bool status_failed;		/* the driver's first question was refused */
	bool iommu_silent;		/* "Completion-Wait loop timed out" */
	bool iommu_reused;		/* a kdump kernel took the old one's buffers over */
	bool iommu_failed;		/* "SNP IOMMU shutdown failed" */
	unsigned int leaks;		/* "Leaking PFN range" */
	unsigned int unreleased;	/* "Failed to release guest context" */
};

/**
 * struct facts - what the checks look at
 * @patch:	/dev/sev-debug answered, and @info is what it said
 * @sev_err, @snp_err: 0 if the firmware answered, else -errno
 * @sev_step, @snp_step: how that was
 * @has_guests:	@guests could be listed
 * @half_up:	a stock driver's, see platforms_half_up()
 * @snp_host:	the kernel runs as an SNP host
 * @in_kdump:	this is a crash kernel, and the old one's memory is there to see
 */
struct facts {
	struct sevadm *adm;
	struct sevadm_readiness *out;
	struct sevadm_host host;
	struct sev_dbg_info info;
	struct sevadm_sev_status sev;
	struct sevadm_snp_status snp;
	struct sevadm_step sev_step, snp_step;
	struct sevadm_guests guests;
	struct klog_facts klog;
	int sev_err, snp_err;
	bool patch, has_guests, half_up, snp_host, in_kdump;
};

static inline bool for_kexec(const struct facts *f)
{
	return f->out->goal == SEVADM_GOAL_KEXEC;
}

static inline bool for_kdump(const struct facts *f)
{
	return f->out->goal == SEVADM_GOAL_KDUMP;
}

/* SNP is up in the firmware, and the driver does not know */
bool facts_half_up(const struct facts *f);
/* SNP is up in the firmware, as far as anybody can tell */
bool facts_snp_up(const struct facts *f);
bool facts_psp_dead(const struct facts *f);
bool facts_guest_alive(const struct sevadm_guest *guest);
/* Guests by whoever counts more of them: driver or firmware */
uint32_t facts_guests_alive(const struct facts *f);
/* Do CPUs go on checking the RMP after a shutdown of SNP, so that no page may be left? */
bool facts_rmp_stays(const struct facts *f);

/* One sentence more; @remedy NULL where there is nothing to do.  0 or -ENOMEM, recorded */
__attribute__((format(printf, 5, 6)))
int check_say(struct facts *f, const char *id, enum sevadm_verdict verdict, const char *remedy,
	      const char *format, ...);

/* The checks, by what they are about; each may say several sentences.  0 or -errno */
int check_device(struct facts *f);
int check_modules(struct facts *f);
int check_firmware(struct facts *f);
int check_guests(struct facts *f);
int check_counts(struct facts *f);
int check_cpus(struct facts *f);
int check_pages(struct facts *f);
int check_kexec(struct facts *f);
int check_kdump(struct facts *f);
int check_states(struct facts *f);

#endif

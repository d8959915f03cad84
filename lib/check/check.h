/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is this host ready?  The facts are gathered once; then each check looks at
 * them and says one or more sentences.  Nothing here changes anything.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "lib/core/context.h"

/**
 * struct facts - what the checks look at
 * @patch:	/dev/sev-debug answered, and @info is what it said
 * @sev_err, @snp_err: 0 if the firmware answered, else -errno
 * @sev_step, @snp_step: how that was
 * @has_guests:	@guests could be listed
 * @platforms:	the same, as it was asked; all zero where it was not
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
	struct driver_log klog;
	struct platforms platforms;
	int sev_err, snp_err;
	bool patch, has_guests, snp_host, in_kdump;
};

static inline bool for_kexec(const struct facts *f)
{
	return f->out->goal == SEVADM_GOAL_KEXEC;
}

static inline bool for_kdump(const struct facts *f)
{
	return f->out->goal == SEVADM_GOAL_KDUMP;
}

/*
 * The last line of the kernel's in the journal of this boot that matches: 1, 0 (there is
 * none), or -errno where the journal does not tell
 */
int check_journal_last(struct facts *f, const char *pattern, char *said, size_t size);

/* SNP is up in the firmware, and the driver does not know */
bool facts_half_up(const struct facts *f);
/* What is not known to be down must not be taken for it */
enum facts_snp { FACTS_SNP_DOWN, FACTS_SNP_UP, FACTS_SNP_UNKNOWN };
enum facts_snp facts_snp(const struct facts *f);
bool facts_snp_up(const struct facts *f);
bool facts_psp_dead(const struct facts *f);
bool facts_guest_alive(const struct sevadm_guest *guest);
/* Guests by whoever counts more of them: driver or firmware */
uint32_t facts_guests_alive(const struct facts *f);
/* Do CPUs go on checking the RMP after a shutdown of SNP, so that no page may be left? */

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

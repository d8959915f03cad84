/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is what was fetched what it should be, and who says so? */
#ifndef CMD_CERTS_CHECK_H
#define CMD_CERTS_CHECK_H

#include "cmd/certs_kds.h"
#include "sevadm.h"

/**
 * struct certs_trust - what is verified by what
 * @chip:	whose they should be
 * @roots:	roots to trust instead of AMD's: of chains in SEV's own layout, and of X.509;
 *		@certs NULL for none
 * @got:	what was fetched, and is verified already
 * @by:		result: who vouches for each: "Milan", "own"
 */
struct certs_trust {
	const struct certs_chip *chip;
	struct {
		uint8_t *bytes;
		struct sevadm_cert sev;
		bool has_sev;
		struct sevadm_x509 *x509;
		size_t nr_x509;
	} root;
	struct sevadm_kds_object got[CERTS_WHATS];
	const char *by[CERTS_WHATS];
};

/* One object, and what it is */
struct certs_check {
	struct certs_trust *trust;
	enum certs_what what;
};

/* For sevadm_kds_get(); @arg: a struct certs_check */
int certs_check(void *arg, const uint8_t *data, size_t size, struct sevadm_failure *failure);
/* What @what is verified by: bits of enum certs_what */
unsigned int certs_needs(enum certs_what what);
/* A file of --root, which can be of either kind, once each: exit code */
int certs_root(struct cli *cli, struct certs_trust *trust, const char *file);
void certs_trust_free(struct certs_trust *trust);

#endif

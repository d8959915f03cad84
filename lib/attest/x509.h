/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates of chips: what their fields and extensions say */
#ifndef ATTEST_X509_H
#define ATTEST_X509_H

#include "lib/crypto/x509.h"
#include "sevadm.h"

/* What one says beyond X.509 (AMD 57230, chapter 3): @c's members from @struct_version on */
void x509_take_extensions(struct sevadm_x509 *c);
/* Has it any of AMD's extensions? */
bool x509_has_extensions(const struct sevadm_x509 *c);

/* Is that what a VCEK or VLEK is for?  @link is told; its name is the caller's */
void x509_check_tcb(const struct sevadm_x509 *c, const struct sevadm_tcb *want,
		    struct sevadm_x509_link *link);
/* Is this the chip that a VCEK is of?  Zeros at the end of @hwid do not count */
void x509_check_hwid(const struct sevadm_x509 *c, const uint8_t *hwid, size_t size,
		     struct sevadm_x509_link *link);

static inline struct crypto_der x509_der(const struct sevadm_x509 *c)
{
	return (struct crypto_der){ c->der, c->size };
}

#endif

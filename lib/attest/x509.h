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

static inline struct crypto_der x509_der(const struct sevadm_x509 *c)
{
	return (struct crypto_der){ c->der, c->size };
}

#endif

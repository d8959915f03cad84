/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates like those that AMD's key distribution service has (AMD 57230), by a CA of the
 * tests' own whose keys are public: keys/.
 */
#ifndef PKI_PKI_H
#define PKI_PKI_H

#include <stddef.h>

#include "der.h"

/**
 * pki_make - a certificate, or a list of revoked ones
 * @what:	words, with blanks between them: a kind (ark, ask, asvk, vcek, vlek, crl), and
 *		NAME=VALUE for what is to be otherwise; README.md tells them
 * @der:	result
 *
 * Exits with a message where the words make no sense or libcrypto fails.
 */
void pki_make(const char *what, struct der *der);

/* Where a key is: a name of keys/ without its end, or a path with a slash */
const char *pki_key_path(const char *name, char *buf, size_t size);

#endif

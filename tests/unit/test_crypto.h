/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cryptography for the firmware model's tests, by libcrypto: a host whose
 * calculations are objects of its own, as those of the emulated host are.
 */
#ifndef TEST_CRYPTO_H
#define TEST_CRYPTO_H

#include "sim/psp_fw.h"

/* Without signatures and images */
extern const struct psp_fw_crypto test_crypto;

/* SHA-256 calculations begun and not dropped */
unsigned int test_crypto_open(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share */
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include <openssl/evp.h>

#include "lib/crypto/verify.h"

/* A public key, for EVP_PKEY_free(); NULL if it is none */
EVP_PKEY *crypto_ec_key(const struct crypto_ec *ec);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a report carries of who asked: often the digest of something longer, a nonce and a
 * public key.
 */
#include <errno.h>
#include <string.h>

#include "lib/crypto/digest.h"
#include "sevadm.h"

int sevadm_report_data_hash(const char *algorithm, const void *data, size_t size,
			    uint8_t out[SEVADM_REPORT_DATA_SIZE])
{
	memset(out, 0, SEVADM_REPORT_DATA_SIZE);
	if (!strcmp(algorithm, "sha512"))
		return crypto_sha512(data, size, out);
	if (!strcmp(algorithm, "sha384"))
		return crypto_sha384(data, size, out);
	if (!strcmp(algorithm, "sha256"))
		return sevadm_bytes_hash(data, size, out);
	return -EINVAL;
}

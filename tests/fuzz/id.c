// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ID blocks and ID authentication of SNP guests, and the keys that are said to vouch for them: an
 * input of 4096 bytes is an authentication, any other a key; its beginning is a block
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "sevadm.h"

static void check_block(const uint8_t bytes[SEVADM_ID_BLOCK_SIZE])
{
	uint8_t again[SEVADM_ID_BLOCK_SIZE];
	struct sevadm_id_block block;

	sevadm_id_block_decode(bytes, &block);
	sevadm_id_block_encode(&block, again);
	must(!memcmp(bytes, again, sizeof(again)));
}

static void check_auth(const uint8_t *block, const uint8_t *auth)
{
	static const uint8_t none[SEVADM_SNP_DIGEST_SIZE];
	struct sevadm_failure failure = { .message = "" };
	struct sevadm_id_auth a;

	must(!sevadm_id_auth_decode(auth, &a));
	must(a.has_author || !memcmp(a.author_key_digest, none, sizeof(none)));
	for (int author = 0; author < 2; author++) {
		int ret = sevadm_id_verify(block, auth, author, &failure);

		must(!ret || ((ret == -EINVAL || ret == -EBADMSG) && failure.message[0]));
		must(ret || (a.id_algorithm == 1 && a.id_curve == 2));
	}
}

static void check_key(const uint8_t *data, size_t size)
{
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE];
	struct sevadm_failure failure = { .message = "" };
	int ret = sevadm_id_key_digest(data, size, digest, &failure);

	must(!ret || ret == -EBADMSG || ret == -ENOKEY || ret == -EPROTONOSUPPORT || ret == -EIO);
	must(!ret || failure.message[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t block[SEVADM_ID_BLOCK_SIZE] = { 0 };

	if (size)
		memcpy(block, data, size < sizeof(block) ? size : sizeof(block));
	check_block(block);
	block[0x50] = 1;
	block[0x51] = block[0x52] = block[0x53] = 0;
	if (size == SEVADM_ID_AUTH_SIZE)
		check_auth(block, data);
	else
		check_key(data, size);
	return 0;
}

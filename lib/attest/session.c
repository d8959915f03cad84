// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session between a guest's owner and the firmware of the platform that is to launch it
 * (AMD 55766, 2.2.2 and 4.7): transport keys, wrapped with keys that follow from an agreement
 * between the owner's key and the platform's PDH.
 */
#include <errno.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/attest/session.h"
#include "lib/crypto/agree.h"
#include "lib/crypto/digest.h"

#define KEY	SEVADM_TRANSPORT_KEY_SIZE

_Static_assert(sizeof(((struct sevadm_session *)NULL)->godh) == SEV_CERT_SIZE, "certificate");

/*
 * NIST SP 800-108 in counter mode with HMAC-SHA-256, of which one block is enough: 1, label, 0,
 * context, bits
 */
static int derive(const uint8_t *secret, size_t size, const char *label, const uint8_t *context,
		  size_t context_size, uint8_t key[KEY])
{
	uint8_t data[64], mac[CRYPTO_SHA256_SIZE], *at = data + 4;
	size_t len = strlen(label) + 1;
	int ret;

	put_le32(data, 1);
	memcpy(at, label, len);
	at += len;
	if (context_size)
		memcpy(at, context, context_size);
	at += context_size;
	put_le32(at, 8 * KEY);
	ret = crypto_hmac_sha256(secret, size, data, (size_t)(at + 4 - data), mac);
	memcpy(key, mac, KEY);
	explicit_bzero(mac, sizeof(mac));
	return ret;
}

int session_wrap(const uint8_t *shared, size_t size, const uint8_t keys[2 * KEY], uint32_t policy,
		 uint8_t blob[SEVADM_SESSION_SIZE])
{
	uint8_t master[KEY], kek[KEY], kik[KEY], word[4];
	int ret = derive(shared, size, "sev-master-secret", blob + SESSION_NONCE, 16, master);

	if (!ret)
		ret = derive(master, KEY, "sev-kek", NULL, 0, kek);
	if (!ret)
		ret = derive(master, KEY, "sev-kik", NULL, 0, kik);
	if (!ret)
		ret = crypto_aes128_ctr(kek, blob + SESSION_WRAP_IV, keys, 2 * KEY,
					blob + SESSION_WRAP_TK);
	if (!ret)
		ret = crypto_hmac_sha256(kik, KEY, blob + SESSION_WRAP_TK, 2 * KEY,
					 blob + SESSION_WRAP_MAC);
	put_le32(word, policy);
	if (!ret)
		ret = crypto_hmac_sha256(keys + KEY, KEY, word, sizeof(word),
					 blob + SESSION_POLICY_MAC);
	explicit_bzero(master, sizeof(master));
	explicit_bzero(kek, sizeof(kek));
	explicit_bzero(kik, sizeof(kik));
	return ret;
}

/* The owner's certificate: nobody signs it, for the session proves itself */
static void make_godh(const struct sevadm_cert *pdh, uint8_t *godh)
{
	put_le32(godh, 1);
	put_le32(godh + SEV_CERT_USAGE, USAGE_PDH);
	put_le32(godh + SEV_CERT_ALGORITHM, ALGORITHM_ECDH);
	put_le32(godh + SEV_CERT_CURVE, pdh->curve);
	for (int i = 0; i < 2; i++)
		put_le32(godh + SEV_CERT_SIGNATURE + i * SEV_CERT_SIGNATURE_SIZE, USAGE_NONE);
}

int sevadm_session_new(const struct sevadm_cert *pdh, uint32_t policy,
		       struct sevadm_session *session)
{
	struct crypto_ec peer = { .x = pdh->x, .y = pdh->y, .bits = pdh->key_bits };
	uint8_t shared[CRYPTO_SHARED_MAX], keys[2 * KEY];
	size_t size;
	int ret;

	memset(session, 0, sizeof(*session));
	if (pdh->ca || pdh->usage != USAGE_PDH)
		return -EINVAL;
	make_godh(pdh, session->godh);
	ret = crypto_ecdh(&peer, session->godh + SEV_CERT_X, session->godh + SEV_CERT_Y, shared,
			  &size);
	if (ret)
		return ret;
	ret = crypto_random(keys, sizeof(keys));
	if (!ret)
		ret = crypto_random(session->blob + SESSION_NONCE, 16);
	if (!ret)
		ret = crypto_random(session->blob + SESSION_WRAP_IV, 16);
	if (!ret)
		ret = session_wrap(shared, size, keys, policy, session->blob);
	memcpy(session->tek, keys, KEY);
	memcpy(session->tik, keys + KEY, KEY);
	explicit_bzero(shared, sizeof(shared));
	explicit_bzero(keys, sizeof(keys));
	if (ret)
		explicit_bzero(session, sizeof(*session));
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "psp_fw_message_fixture.h"

#include <openssl/evp.h>
#include <string.h>

#include "lib/device/sim_crypto.h"

struct message msg;

void message_setup(void)
{
	struct psp_fw_config config = { .smt = true };

	memset(config.chip_id[0], 0xc1, 64);
	m = machine_new(4, 2, &config);
	m->crypto.random = device_sim_crypto.random;
	m->crypto.hmac_sha256 = device_sim_crypto.hmac_sha256;
	m->crypto.sha384 = device_sim_crypto.sha384;
	m->crypto.p384_public = device_sim_crypto.p384_public;
	m->crypto.p384_sign = device_sim_crypto.p384_sign;
	m->crypto.aes_gcm_open = device_sim_crypto.aes_gcm_open;
	m->crypto.aes_gcm_seal = device_sim_crypto.aes_gcm_seal;
	up_snp(m);
	snp_running(m, GCTX2, 6);
	snp_launching(m, GCTX, 5);
	machine_guest_page(m, PAGE, PSP_PAGE_PRE_GUEST, 5, 0x1000);
	OK(cmd_snp_launch_update(m, GCTX, PAGE, 1));
	machine_guest_page(m, SECRETS, PSP_PAGE_PRE_GUEST, 5, 0x2000);
	OK(cmd_snp_launch_update(m, GCTX, SECRETS, 5));
	OK(cmd_snp_launch_finish(m, GCTX));
	machine_page(m, ANSWER, PSP_PAGE_FIRMWARE);
	/* tests reach for it by its place */
	if (m->fw->snp_guest[0].gctx != GCTX) {
		struct psp_fw_snp_guest other = m->fw->snp_guest[0];

		m->fw->snp_guest[0] = m->fw->snp_guest[1];
		m->fw->snp_guest[1] = other;
	}
}

void message_new(struct message *message, uint32_t vmpck, uint8_t type, uint8_t version,
		 uint16_t length)
{
	memset(message, 0, sizeof(*message));
	message->gctx = GCTX;
	message->request = REQUEST;
	message->answer = ANSWER;
	message->vmpck = vmpck;
	message->sequence = 1;
	message->type = type;
	message->version = version;
	message->length = length;
}

static EVP_CIPHER_CTX *begin(const struct message *message, uint64_t sequence, const uint8_t *h,
			     bool seal)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t iv[12] = { 0 };
	int len;

	put64(iv, 0, sequence);
	ck_assert_int_eq(EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL,
					   m->mem + SECRETS + 0x20 + 32 * message->vmpck, iv,
					   seal), 1);
	ck_assert_int_eq(EVP_CipherUpdate(ctx, NULL, &len, h + 0x30, 0x30), 1);
	return ctx;
}

void message_seal(const struct message *message)
{
	uint8_t *h = m->mem + REQUEST;
	EVP_CIPHER_CTX *ctx;
	int len, room = message->length > 0xfa0 ? 0xfa0 : message->length;

	memset(h, 0, 4096);
	put64(h, 0x20, message->sequence);
	put32(h, 0x30, 1 | 1 << 8 | 0x60 << 16);
	put32(h, 0x34, message->type | message->version << 8 | (uint32_t)message->length << 16);
	h[0x3c] = (uint8_t)message->vmpck;
	ctx = begin(message, message->sequence, h, true);
	ck_assert_int_eq(EVP_CipherUpdate(ctx, h + 0x60, &len, message->plain, room), 1);
	ck_assert_int_eq(EVP_CipherFinal_ex(ctx, h + 0x60 + len, &len), 1);
	ck_assert_int_eq(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, h), 1);
	EVP_CIPHER_CTX_free(ctx);
}

uint32_t message_send(const struct message *message)
{
	uint8_t b[0x18];

	put64(b, 0, message->gctx);
	put64(b, 8, message->request);
	put64(b, 0x10, message->answer);
	return machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b);
}

void message_open(struct message *message)
{
	uint8_t *h = m->mem + message->answer;
	uint16_t length = (uint16_t)(h[0x36] | h[0x37] << 8);
	EVP_CIPHER_CTX *ctx;
	int len;

	ck_assert_uint_eq(get64(h, 0x20), message->sequence + 1);
	ck_assert_uint_eq(get32(h, 0x30), 1 | 1 << 8 | 0x60 << 16);
	ck_assert_uint_eq(h[0x34], message->type + 1);
	ck_assert_uint_eq(h[0x35], message->version);
	ck_assert_uint_eq(h[0x3c], message->vmpck);
	memset(message->plain, 0, sizeof(message->plain));
	ctx = begin(message, message->sequence + 1, h, false);
	ck_assert_int_eq(EVP_CipherUpdate(ctx, message->plain, &len, h + 0x60, length), 1);
	ck_assert_int_eq(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, 16, h), 1);
	ck_assert_int_eq(EVP_CipherFinal_ex(ctx, message->plain + len, &len), 1);
	EVP_CIPHER_CTX_free(ctx);
}

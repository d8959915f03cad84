// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Secrets for a guest that was measured (AMD 55766, 6.6), and the table of them that firmware
 * and kernel of the guest read (Linux, drivers/virt/coco/efi_secret).
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/attest/session.h"
#include "lib/crypto/agree.h"
#include "lib/crypto/digest.h"

#define ENTRY_HEAD	20
#define BLOCK		16

/* 1e74f542-71dd-4d66-963e-ef4287ff173b */
static const uint8_t table_guid[16] = {
	0x42, 0xf5, 0x74, 0x1e, 0xdd, 0x71, 0x66, 0x4d, 0x96, 0x3e, 0xef, 0x42, 0x87, 0xff, 0x17, 0x3b,
};

/* Where UEFI has the bytes of a GUID as they are written */
static const uint8_t places[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sevadm_guid_parse(const char *text, uint8_t *guid)
{
	for (int i = 0; i < 16; i++) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return -EINVAL;
		high = digit(text[0]);
		low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return -EINVAL;
		guid[places[i]] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return *text ? -EINVAL : 0;
}

char *sevadm_guid_text(const uint8_t *guid, char *text)
{
	char *at = text;

	for (int i = 0; i < 16; i++)
		at += sprintf(at, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			      guid[places[i]]);
	return text;
}

static size_t padded(size_t size)
{
	return (size + BLOCK - 1) / BLOCK * BLOCK;
}

static uint8_t *put_entry(uint8_t *at, const uint8_t guid[16], const void *data, size_t size,
			  size_t length)
{
	memcpy(at, guid, 16);
	put_le32(at + 16, (uint32_t)length);
	if (size)
		memcpy(at + ENTRY_HEAD, data, size);
	return at + ENTRY_HEAD + size;
}

int sevadm_secret_table(const struct sevadm_secret *secrets, size_t nr, uint8_t **table,
			size_t *size)
{
	size_t length = ENTRY_HEAD;
	uint8_t *at;

	for (size_t i = 0; i < nr; i++) {
		if (secrets[i].size > SEVADM_SECRET_MAX)
			return -EMSGSIZE;
		length += ENTRY_HEAD + secrets[i].size;
		if (length > SEVADM_SECRET_MAX)
			return -EMSGSIZE;
	}
	*size = padded(length);
	*table = calloc(1, *size);
	if (!*table)
		return -ENOMEM;
	at = put_entry(*table, table_guid, NULL, 0, length);
	for (size_t i = 0; i < nr; i++)
		at = put_entry(at, secrets[i].guid, secrets[i].data, secrets[i].size,
			       ENTRY_HEAD + secrets[i].size);
	return 0;
}

int sevadm_secret_list(const void *table, size_t size, struct sevadm_secret *secrets, size_t max,
		       size_t *nr)
{
	const uint8_t *p = table;
	size_t length, at;

	*nr = 0;
	if (size < ENTRY_HEAD || memcmp(p, table_guid, 16))
		return -ENOENT;
	length = le32(p + 16);
	if (length < ENTRY_HEAD || length > size)
		return -EBADMSG;
	/* what is too short for an entry is padding: the kernel reads it like that */
	for (at = ENTRY_HEAD; length - at >= ENTRY_HEAD; ) {
		size_t entry = le32(p + at + 16);

		if (entry < ENTRY_HEAD || entry > length - at)
			return -EBADMSG;
		if (*nr == max)
			return -E2BIG;
		memcpy(secrets[*nr].guid, p + at, 16);
		secrets[*nr].data = p + at + ENTRY_HEAD;
		secrets[(*nr)++].size = entry - ENTRY_HEAD;
		at += entry;
	}
	return 0;
}

/* ------------------------------------------------------------------- packets */

/* 1, flags, IV, length in the guest, length as sent, ciphertext, measurement */
static int packet_mac(const struct sevadm_packet_keys *keys, const uint8_t *header,
		      const uint8_t *payload, size_t size, uint8_t mac[CRYPTO_SHA256_SIZE])
{
	size_t len = 1 + 4 + 16 + 4 + 4 + size + MEASUREMENT_NONCE;
	uint8_t *data = malloc(len);
	int ret;

	if (!data)
		return -ENOMEM;
	data[0] = CONTEXT_SECRET;
	memcpy(data + 1, header + PACKET_FLAGS, 4 + 16);
	put_le32(data + 21, (uint32_t)size);
	put_le32(data + 25, (uint32_t)size);
	memcpy(data + 29, payload, size);
	memcpy(data + 29 + size, keys->measurement, MEASUREMENT_NONCE);
	ret = crypto_hmac_sha256(keys->tik, SEVADM_TRANSPORT_KEY_SIZE, data, len, mac);
	free(data);
	return ret;
}

int sevadm_secret_package(const struct sevadm_packet_keys *keys, const void *data, size_t size,
			  uint8_t *header, uint8_t *payload)
{
	int ret;

	if (!size || size % BLOCK || size > SEVADM_SECRET_MAX)
		return -EMSGSIZE;
	memset(header, 0, SEVADM_PACKET_HEADER_SIZE);
	ret = crypto_random(header + PACKET_IV, 16);
	if (!ret)
		ret = crypto_aes128_ctr(keys->tek, header + PACKET_IV, data, size, payload);
	return ret ? ret : packet_mac(keys, header, payload, size, header + PACKET_MAC);
}

int sevadm_secret_open(const struct sevadm_packet_keys *keys, const uint8_t *header,
		       const uint8_t *payload, size_t size, uint8_t *data)
{
	uint8_t mac[CRYPTO_SHA256_SIZE];
	int ret;

	if (!size || size % BLOCK || size > SEVADM_SECRET_MAX)
		return -EMSGSIZE;
	ret = packet_mac(keys, header, payload, size, mac);
	if (!ret && !crypto_equal(mac, header + PACKET_MAC, sizeof(mac)))
		ret = -EBADMSG;
	explicit_bzero(mac, sizeof(mac));
	/* it was not sent compressed by us, and nobody says how the firmware does that */
	if (!ret && le32(header + PACKET_FLAGS))
		ret = -EPROTONOSUPPORT;
	return ret ? ret : crypto_aes128_ctr(keys->tek, header + PACKET_IV, payload, size, data);
}

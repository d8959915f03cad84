// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the firmware measured of a SEV or SEV-ES guest (AMD 55766, 6.5), and what it would have
 * to measure.
 */
#include <errno.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/attest/session.h"
#include "lib/crypto/agree.h"
#include "lib/crypto/digest.h"

/* Before API 0.17 neither version nor build were in it, nor what it is */
static bool is_old(const struct sevadm_measured_guest *guest)
{
	return !guest->api_major && guest->api_minor < 17;
}

int sevadm_measurement_build(const struct sevadm_measured_guest *guest, const uint8_t *tik,
			     const uint8_t *nonce, uint8_t *measurement)
{
	uint8_t data[8 + 32 + 16] = { CONTEXT_MEASUREMENT, guest->api_major, guest->api_minor,
				      guest->build };
	size_t skip = is_old(guest) ? 4 : 0;
	int ret;

	put_le32(data + 4, guest->policy);
	memcpy(data + 8, guest->digest, 32);
	memcpy(data + 40, nonce, 16);
	ret = crypto_hmac_sha256(tik, SEVADM_TRANSPORT_KEY_SIZE, data + skip, sizeof(data) - skip,
				 measurement);
	memcpy(measurement + MEASUREMENT_NONCE, data + 40, 16);
	return ret;
}

int sevadm_measurement_verify(const struct sevadm_measured_guest *guest, const uint8_t *tik,
			      const uint8_t *measurement)
{
	uint8_t expected[SEVADM_MEASUREMENT_SIZE];
	int ret = sevadm_measurement_build(guest, tik, measurement + MEASUREMENT_NONCE, expected);

	if (!ret && !crypto_equal(expected, measurement, MEASUREMENT_NONCE))
		ret = -EBADMSG;
	/* who has it could answer as if he had measured this guest */
	explicit_bzero(expected, sizeof(expected));
	return ret;
}

/* ------------------------------------------------------------------- digest */

#define HASH_ENTRY	50U
#define HASH_TABLE	(18U + 3 * HASH_ENTRY)
#define VMSA_SIZE	4096
#define HASH_AREA	176	/* a multiple of 16, as LAUNCH_UPDATE_DATA wants it */

/* GUIDs as UEFI lays them out, each before 16 bits of length (QEMU, target/i386/sev.c) */
static const uint8_t hash_guids[4][16] = {
	/* 9438d606-4f22-4cc9-b479-a793d411fd21: the table */
	{ 0x06, 0xd6, 0x38, 0x94, 0x22, 0x4f, 0xc9, 0x4c, 0xb4, 0x79, 0xa7, 0x93, 0xd4, 0x11, 0xfd,
	  0x21 },
	/* 97d02dd8-bd20-4c94-aa78-e7714d36ab2a: the command line */
	{ 0xd8, 0x2d, 0xd0, 0x97, 0x20, 0xbd, 0x94, 0x4c, 0xaa, 0x78, 0xe7, 0x71, 0x4d, 0x36, 0xab,
	  0x2a },
	/* 44baf731-3a2f-4bd7-9af1-41e29169781d: the initial RAM disk */
	{ 0x31, 0xf7, 0xba, 0x44, 0x2f, 0x3a, 0xd7, 0x4b, 0x9a, 0xf1, 0x41, 0xe2, 0x91, 0x69, 0x78,
	  0x1d },
	/* 4de79437-abd2-427f-b835-d5b172d2045b: the kernel */
	{ 0x37, 0x94, 0xe7, 0x4d, 0xd2, 0xab, 0x7f, 0x42, 0xb8, 0x35, 0xd5, 0xb1, 0x72, 0xd2, 0x04,
	  0x5b },
};

static void put_head(uint8_t *at, int which, size_t size)
{
	memcpy(at, hash_guids[which], 16);
	at[16] = (uint8_t)size;
	at[17] = (uint8_t)(size >> 8);
}

static int hash(const void *data, size_t size, uint8_t digest[CRYPTO_SHA256_SIZE])
{
	struct crypto_sha256 state = { { 0 } };
	int ret = crypto_sha256_update(&state, data, size);

	return ret ? ret : crypto_sha256_final(&state, digest);
}

/* What OVMF compares the kernel with that it is handed.  The command line has its NUL with it */
static int hash_table(const struct sevadm_guest_image *image, uint8_t table[HASH_AREA])
{
	const char *cmdline = image->cmdline ? image->cmdline : "";
	const struct {
		const void *data;
		size_t size;
	} what[3] = {
		{ cmdline, strlen(cmdline) + 1 }, { image->initrd, image->initrd_size },
		{ image->kernel, image->kernel_size },
	};
	int ret = 0;

	memset(table, 0, HASH_AREA);
	put_head(table, 0, HASH_TABLE);
	for (int i = 0; i < 3 && !ret; i++) {
		uint8_t *entry = table + 18 + i * HASH_ENTRY;

		put_head(entry, i + 1, HASH_ENTRY);
		ret = hash(what[i].data ? what[i].data : "", what[i].size, entry + 18);
	}
	return ret;
}

int sevadm_guest_image_digest(const struct sevadm_guest_image *image, uint8_t *digest)
{
	struct crypto_sha256 state = { { 0 } };
	uint8_t table[HASH_AREA];
	int ret = crypto_sha256_update(&state, image->firmware, image->firmware_size);

	if (!ret && image->kernel)
		ret = hash_table(image, table);
	if (!ret && image->kernel)
		ret = crypto_sha256_update(&state, table, sizeof(table));
	for (unsigned int i = 0; i < image->cpus && !ret; i++)
		ret = crypto_sha256_update(&state, i ? image->vmsa1 : image->vmsa0, VMSA_SIZE);
	return ret ? ret : crypto_sha256_final(&state, digest);
}

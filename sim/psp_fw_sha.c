/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: hashes in plain C for hosts that have none to lend
 * (FIPS 180-4, RFC 2104).  Not for secrets: nothing here is constant-time.
 */
#include <string.h>
#include <sys/random.h>

#include "psp_fw.h"

/* State of SHA-256 in struct psp_fw_sha256; all zero means: begin */
struct sha256 {
	uint32_t h[8];
	uint64_t length;	/* bytes so far */
	uint64_t begun;
	uint8_t block[64];
};

_Static_assert(sizeof(struct sha256) <= sizeof(struct psp_fw_sha256), "no room for SHA-256");

/* The first 80 fractions of cube roots of primes; SHA-256 uses the upper half of 64 */
static const uint64_t k[80] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
	0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
	0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
	0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
	0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
	0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
	0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
	0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
	0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static uint32_t ror32(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static uint64_t ror64(uint64_t x, int n)
{
	return x >> n | x << (64 - n);
}

static void put_be(uint8_t *p, uint64_t v, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t get_be(const uint8_t *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

static void sha256_block(uint32_t h[8], const uint8_t *block)
{
	uint32_t w[64], s[8];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)get_be(block + 4 * i, 4);
	for (int i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] + (ror32(a, 7) ^ ror32(a, 18) ^ a >> 3) +
		       (ror32(b, 17) ^ ror32(b, 19) ^ b >> 10);
	}
	memcpy(s, h, sizeof(s));
	for (int i = 0; i < 64; i++) {
		uint32_t a = s[0], e = s[4];
		uint32_t t1 = s[7] + (ror32(e, 6) ^ ror32(e, 11) ^ ror32(e, 25)) +
			      ((e & s[5]) ^ (~e & s[6])) + (uint32_t)(k[i] >> 32) + w[i];
		uint32_t t2 = (ror32(a, 2) ^ ror32(a, 13) ^ ror32(a, 22)) +
			      ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += s[i];
}

static void sha512_block(uint64_t h[8], const uint8_t *block)
{
	uint64_t w[80], s[8];

	for (int i = 0; i < 16; i++)
		w[i] = get_be(block + 8 * i, 8);
	for (int i = 16; i < 80; i++) {
		uint64_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] + (ror64(a, 1) ^ ror64(a, 8) ^ a >> 7) +
		       (ror64(b, 19) ^ ror64(b, 61) ^ b >> 6);
	}
	memcpy(s, h, sizeof(s));
	for (int i = 0; i < 80; i++) {
		uint64_t a = s[0], e = s[4];
		uint64_t t1 = s[7] + (ror64(e, 14) ^ ror64(e, 18) ^ ror64(e, 41)) +
			      ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
		uint64_t t2 = (ror64(a, 28) ^ ror64(a, 34) ^ ror64(a, 39)) +
			      ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += s[i];
}

static void sha256_add(struct sha256 *s, const uint8_t *data, size_t len)
{
	static const uint32_t start[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	if (!s->begun)
		memcpy(s->h, start, sizeof(start));
	s->begun = 1;
	while (len) {
		size_t used = s->length % 64;
		size_t part = 64 - used < len ? 64 - used : len;

		memcpy(s->block + used, data, part);
		s->length += part;
		data += part;
		len -= part;
		if (s->length % 64 == 0)
			sha256_block(s->h, s->block);
	}
}

static void sha256_end(struct sha256 *s, uint8_t digest[32])
{
	uint64_t bits = s->length * 8;
	uint8_t tail[72] = { 0x80 };
	size_t pad = (119 - s->length % 64) % 64 + 1;

	put_be(tail + pad, bits, 8);
	sha256_add(s, tail, pad + 8);
	for (int i = 0; i < 8; i++)
		put_be(digest + 4 * i, s->h[i], 4);
}

static int soft_random(void *opaque, void *buf, size_t len)
{
	uint8_t *p = buf;

	(void)opaque;
	while (len) {
		ssize_t n = getrandom(p, len, 0);

		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int soft_sha256_update(void *opaque, struct psp_fw_sha256 *state, const void *data,
			      size_t len)
{
	struct sha256 s;

	(void)opaque;
	memcpy(&s, state, sizeof(s));
	sha256_add(&s, data, len);
	memcpy(state, &s, sizeof(s));
	return 0;
}

static int soft_sha256_final(void *opaque, struct psp_fw_sha256 *state, uint8_t digest[32])
{
	struct sha256 s;

	(void)opaque;
	memcpy(&s, state, sizeof(s));
	sha256_end(&s, digest);
	return 0;
}

static int soft_hmac_sha256(void *opaque, const void *key, size_t key_len, const void *data,
			    size_t len, uint8_t mac[32])
{
	struct sha256 inner = { 0 }, outer = { 0 };
	uint8_t pad[64] = { 0 };

	(void)opaque;
	if (key_len > sizeof(pad))
		return -1;
	memcpy(pad, key, key_len);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	sha256_add(&inner, pad, sizeof(pad));
	sha256_add(&inner, data, len);
	sha256_end(&inner, mac);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha256_add(&outer, pad, sizeof(pad));
	sha256_add(&outer, mac, 32);
	sha256_end(&outer, mac);
	return 0;
}

static int soft_sha384(void *opaque, const void *data, size_t len, uint8_t digest[48])
{
	uint64_t h[8] = {
		0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
		0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
	};
	const uint8_t *p = data;
	uint8_t tail[256] = { 0 };
	size_t rest = len % 128, end = rest + 17 <= 128 ? 128 : 256;

	(void)opaque;
	for (size_t i = 0; i + 128 <= len; i += 128)
		sha512_block(h, p + i);
	memcpy(tail, p + len - rest, rest);
	tail[rest] = 0x80;
	put_be(tail + end - 8, (uint64_t)len * 8, 8);
	for (size_t i = 0; i < end; i += 128)
		sha512_block(h, tail + i);
	for (int i = 0; i < 6; i++)
		put_be(digest + 8 * i, h[i], 8);
	return 0;
}

const struct psp_fw_crypto psp_fw_soft_crypto = {
	.random = soft_random,
	.sha256_update = soft_sha256_update,
	.sha256_final = soft_sha256_final,
	.hmac_sha256 = soft_hmac_sha256,
	.sha384 = soft_sha384,
};

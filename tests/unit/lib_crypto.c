// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Digests against published values (FIPS 180-2 appendices B.1, B.2, D.1, D.2;
 * RFC 4231), and SHA-256 that goes on from a state that was put away.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/crypto/digest.h"
#include "lib_test.h"

static const struct {
	const char *text, *sha256, *sha384;
} digests[] = {
	{ "abc",
	  "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
	  "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
	  "\xcb\x00\x75\x3f\x45\xa3\x5e\x8b\xb5\xa0\x3d\x69\x9a\xc6\x50\x07"
	  "\x27\x2c\x32\xab\x0e\xde\xd1\x63\x1a\x8b\x60\x5a\x43\xff\x5b\xed"
	  "\x80\x86\x07\x2b\xa1\xe7\xcc\x23\x58\xba\xec\xa1\x34\xc8\x25\xa7" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "\x24\x8d\x6a\x61\xd2\x06\x38\xb8\xe5\xc0\x26\x93\x0c\x3e\x60\x39"
	  "\xa3\x3c\xe4\x59\x64\xff\x21\x67\xf6\xec\xed\xd4\x19\xdb\x06\xc1", NULL },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	  "\xcf\x5b\x16\xa7\x78\xaf\x83\x80\x03\x6c\xe5\x9e\x7b\x04\x92\x37"
	  "\x0b\x24\x9b\x11\xe8\xf0\x7a\x51\xaf\xac\x45\x03\x7a\xfe\xe9\xd1",
	  "\x09\x33\x0c\x33\xf7\x11\x47\xe8\x3d\x19\x2f\xc7\x82\xcd\x1b\x47"
	  "\x53\x11\x1b\x17\x3b\x3b\x05\xd2\x2f\xa0\x80\x86\xe3\xb0\xf7\x12"
	  "\xfc\xc7\xc7\x1a\x55\x7e\x2d\xb9\x66\xc3\xe9\xfa\x91\x74\x60\x39" },
	{ "",
	  "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24"
	  "\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95\x99\x1b\x78\x52\xb8\x55",
	  "\x38\xb0\x60\xa7\x51\xac\x96\x38\x4c\xd9\x32\x7e\xb1\xb1\xe3\x6a"
	  "\x21\xfd\xb7\x11\x14\xbe\x07\x43\x4c\x0c\xc7\xbf\x63\xf6\xe1\xda"
	  "\x27\x4e\xde\xbf\xe7\x6f\x65\xfb\xd5\x1a\xd2\xf1\x48\x98\xb9\x5b" },
};

#define NR_DIGESTS	(int)(sizeof(digests) / sizeof(digests[0]))

START_TEST(sha256)
{
	struct crypto_sha256 state = { { 0 } };
	uint8_t d[32];

	ck_assert_int_eq(crypto_sha256_update(&state, digests[_i].text, strlen(digests[_i].text)),
			 0);
	ck_assert_int_eq(crypto_sha256_final(&state, d), 0);
	ck_assert_mem_eq(d, digests[_i].sha256, 32);
}
END_TEST

/* Each byte by another copy of the state, and a digest taken at every one */
START_TEST(sha256_bytewise)
{
	struct crypto_sha256 state = { { 0 } }, copy;
	uint8_t d[32], again[32];

	for (const char *p = digests[_i].text; *p; p++) {
		copy = state;
		ck_assert_int_eq(crypto_sha256_update(&copy, p, 1), 0);
		memset(&state, 0xa5, sizeof(state));
		state = copy;
		ck_assert_int_eq(crypto_sha256_final(&state, d), 0);
		ck_assert_mem_eq(&state, &copy, sizeof(state));
		ck_assert_int_eq(crypto_sha256_final(&state, again), 0);
		ck_assert_mem_eq(d, again, 32);
	}
	ck_assert_int_eq(crypto_sha256_final(&state, d), 0);
	ck_assert_mem_eq(d, digests[_i].sha256, 32);
}
END_TEST

/* Another process goes on where this one stopped */
START_TEST(sha256_in_two_processes)
{
	const char *text = digests[2].text;
	struct crypto_sha256 state = { { 0 } };
	int ends[2], status;
	uint8_t d[32];
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		crypto_sha256_update(&state, text, 70);
		_exit(write(ends[1], &state, sizeof(state)) != sizeof(state));
	}
	ck_assert_int_eq(read(ends[0], &state, sizeof(state)), sizeof(state));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(crypto_sha256_update(&state, text + 70, strlen(text) - 70), 0);
	ck_assert_int_eq(crypto_sha256_final(&state, d), 0);
	ck_assert_mem_eq(d, digests[2].sha256, 32);
}
END_TEST

/* From a damaged file: what would make libcrypto write out of bounds is refused */
START_TEST(sha256_damaged)
{
	struct crypto_sha256 good = { { 0 } }, bad;
	unsigned int refused = 0;
	uint8_t d[32];

	ck_assert_int_eq(crypto_sha256_update(&good, digests[2].text, 70), 0);
	for (size_t bit = 0; bit < 8 * sizeof(bad); bit++) {
		int ret;

		bad = good;
		((uint8_t *)&bad)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ret = crypto_sha256_final(&bad, d);
		ck_assert(!ret || ret == -EINVAL);
		refused += !!ret;
		ck_assert_int_eq(crypto_sha256_update(&bad, digests[2].text, 112), ret);
	}
	/* the bytes in the block and the size, 32 bits each, and the 6 bits that fix the first */
	ck_assert_uint_eq(refused, 32 + 32 + 6);

	memset(&bad, 0xff, sizeof(bad));
	ck_assert_int_eq(crypto_sha256_final(&bad, d), -EINVAL);
	ck_assert_int_eq(crypto_sha256_update(&bad, "", 0), -EINVAL);
	memset(&bad, 0, sizeof(bad));
	bad.word[8] = 1;
	ck_assert_int_eq(crypto_sha256_final(&bad, d), -EINVAL);
}
END_TEST

START_TEST(sha384)
{
	uint8_t d[48];

	if (!digests[_i].sha384)
		return;
	ck_assert_int_eq(crypto_sha384(digests[_i].text, strlen(digests[_i].text), d), 0);
	ck_assert_mem_eq(d, digests[_i].sha384, 48);
}
END_TEST

/* RFC 4231, test cases 1, 2 and 6 */
START_TEST(hmac_sha256)
{
	uint8_t d[32], key[131];

	memset(key, 0x0b, 20);
	ck_assert_int_eq(crypto_hmac_sha256(key, 20, "Hi There", 8, d), 0);
	ck_assert_mem_eq(d, "\xb0\x34\x4c\x61\xd8\xdb\x38\x53\x5c\xa8\xaf\xce\xaf\x0b\xf1\x2b"
			 "\x88\x1d\xc2\x00\xc9\x83\x3d\xa7\x26\xe9\x37\x6c\x2e\x32\xcf\xf7", 32);
	ck_assert_int_eq(crypto_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, d), 0);
	ck_assert_mem_eq(d, "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7"
			 "\x5a\x00\x3f\x08\x9d\x27\x39\x83\x9d\xec\x58\xb9\x64\xec\x38\x43", 32);
	memset(key, 0xaa, sizeof(key));
	ck_assert_int_eq(crypto_hmac_sha256(key, sizeof(key),
			 "Test Using Larger Than Block-Size Key - Hash Key First", 54, d), 0);
	ck_assert_mem_eq(d, "\x60\xe4\x31\x59\x1e\xe0\xb6\x7f\x0d\x8a\x26\xaa\xcb\xf5\xb7\x7f"
			 "\x8e\x0b\xc6\x21\x37\x28\xc5\x14\x05\x46\x04\x0f\x0e\xe3\x7f\x54", 32);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_crypto");

	tcase_add_loop_test(tc, sha256, 0, NR_DIGESTS);
	tcase_add_loop_test(tc, sha256_bytewise, 0, NR_DIGESTS);
	tcase_add_test(tc, sha256_in_two_processes);
	tcase_add_test(tc, sha256_damaged);
	tcase_add_loop_test(tc, sha384, 0, NR_DIGESTS);
	tcase_add_test(tc, hmac_sha256);
	return lib_run(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "lib/firmware/decode.h"
#include "lib/platform/identifier.h"
#include "lib_test.h"

#define KDS "https://kdsintf.amd.com/"
/* 00 01 02 ... 3f */
#define ID "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
	   "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define MILAN SEVADM_GENERATION_MILAN
#define GENOA SEVADM_GENERATION_GENOA
#define TURIN SEVADM_GENERATION_TURIN

static const struct {
	enum sevadm_kds what;
	enum sevadm_generation generation;
	uint64_t tcb;
	const char *want;
} urls[] = {
	/* two digits at least, three where they are needed */
	{ SEVADM_KDS_VCEK, MILAN, 0x7308000000000003,
	  KDS "vcek/v1/Milan/" ID "?blSPL=03&teeSPL=00&snpSPL=08&ucodeSPL=115" },
	{ SEVADM_KDS_VCEK, GENOA, 0x4817000000000109,
	  KDS "vcek/v1/Genoa/" ID "?blSPL=09&teeSPL=01&snpSPL=23&ucodeSPL=72" },
	/* eight bytes of the id, and the FMC first */
	{ SEVADM_KDS_VCEK, TURIN, 0x5100000004030201,
	  KDS "vcek/v1/Turin/0001020304050607?fmcSPL=01&blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=81" },
	{ SEVADM_KDS_VCEK_CHAIN, MILAN, 0, KDS "vcek/v1/Milan/cert_chain" },
	{ SEVADM_KDS_VCEK_CRL, GENOA, 0, KDS "vcek/v1/Genoa/crl" },
	{ SEVADM_KDS_VLEK_CHAIN, TURIN, 0, KDS "vlek/v1/Turin/cert_chain" },
	{ SEVADM_KDS_VLEK_CRL, MILAN, 0, KDS "vlek/v1/Milan/crl" },
	{ SEVADM_KDS_CEK, MILAN, 0, KDS "cek/id/" ID },
	/* for who has a certificate for it, at another port, and of no chip */
	{ SEVADM_KDS_VLEK, GENOA, 0x4817000000000109,
	  "https://kdsintf.amd.com:444/vlek/v1/Genoa/cert?blSPL=09&teeSPL=01&snpSPL=23&ucodeSPL=72" },
	{ SEVADM_KDS_VLEK, TURIN, 0x5100000004030201, "https://kdsintf.amd.com:444/vlek/v1/Turin/cert?"
	  "fmcSPL=01&blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=81" },
	{ SEVADM_KDS_CEK, SEVADM_GENERATION_UNKNOWN, 0, KDS "cek/id/" ID },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint8_t id[SEVADM_CHIP_ID_SIZE];

static void count_up(void)
{
	for (size_t i = 0; i < sizeof(id); i++)
		id[i] = (uint8_t)i;
}

START_TEST(known)
{
	struct sevadm_tcb tcb;
	char buf[512];

	decode_tcb(urls[_i].tcb, urls[_i].generation, &tcb);
	ck_assert_int_eq(sevadm_kds_url(urls[_i].what, urls[_i].generation, id, &tcb, buf,
					sizeof(buf)), 0);
	ck_assert_str_eq(buf, urls[_i].want);
	/* it fits, or it does not */
	ck_assert_int_eq(sevadm_kds_url(urls[_i].what, urls[_i].generation, id, &tcb, buf,
					strlen(urls[_i].want) + 1), 0);
	ck_assert_int_eq(sevadm_kds_url(urls[_i].what, urls[_i].generation, id, &tcb, buf,
					strlen(urls[_i].want)), -ENOSPC);
}
END_TEST

START_TEST(none)
{
	uint8_t zero[SEVADM_CHIP_ID_SIZE] = { 0 };
	struct sevadm_tcb tcb, unknown;
	char buf[512];

	decode_tcb(1, MILAN, &tcb);
	decode_tcb(1, SEVADM_GENERATION_UNKNOWN, &unknown);
	for (int what = SEVADM_KDS_VCEK; what < SEVADM_KDS_CEK; what++)
		ck_assert_int_eq(sevadm_kds_url(what, SEVADM_GENERATION_UNKNOWN, id, &tcb, buf,
						sizeof(buf)), -EOPNOTSUPP);
	ck_assert_int_eq(sevadm_kds_url(SEVADM_KDS_VCEK, MILAN, id, &unknown, buf, sizeof(buf)),
			 -EOPNOTSUPP);
	ck_assert_int_eq(sevadm_kds_url(SEVADM_KDS_VCEK, MILAN, zero, &tcb, buf, sizeof(buf)),
			 -ENODATA);
	ck_assert_int_eq(sevadm_kds_url(SEVADM_KDS_CEK, MILAN, zero, NULL, buf, sizeof(buf)),
			 -ENODATA);
	ck_assert_int_eq(sevadm_kds_url(SEVADM_KDS_CEK, MILAN, NULL, NULL, buf, sizeof(buf)),
			 -EINVAL);
	ck_assert_int_eq(sevadm_kds_url(SEVADM_KDS_VCEK, MILAN, id, NULL, buf, sizeof(buf)),
			 -EINVAL);
	ck_assert_int_eq(sevadm_kds_url(99, MILAN, id, &tcb, buf, sizeof(buf)), -EINVAL);
}
END_TEST

/* Turin's are short, unless a firmware says otherwise: nothing is cut that is there */
START_TEST(length)
{
	uint8_t ids[2][SEVADM_CHIP_ID_SIZE] = { { 1 }, { 2 } };
	const uint8_t (*read)[SEVADM_CHIP_ID_SIZE] = (const uint8_t (*)[SEVADM_CHIP_ID_SIZE])ids;

	ck_assert_uint_eq(identifier_length(TURIN, read, 2), 8);
	ck_assert_uint_eq(identifier_length(MILAN, read, 2), 64);
	ck_assert_uint_eq(identifier_length(SEVADM_GENERATION_UNKNOWN, read, 2), 64);
	ids[1][8] = 1;
	ck_assert_uint_eq(identifier_length(TURIN, read, 2), 64);
	ck_assert_uint_eq(identifier_length(TURIN, read, 1), 8);
	ids[0][63] = 1;
	ck_assert_uint_eq(identifier_length(TURIN, read, 1), 64);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_kds");

	count_up();
	tcase_add_loop_test(tc, known, 0, COUNT(urls));
	tcase_add_test(tc, none);
	tcase_add_test(tc, length);
	return lib_run(suite);
}

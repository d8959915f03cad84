// SPDX-License-Identifier: GPL-2.0-or-later
/* Chains for many reports, shared by threads, each of which has a report and a verdict of its own */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib_test.h"
#include "sevadm.h"
#include "tests/pki/pki.h"
#include "tests/pki/report.h"

#define NOW	1795867200	/* 2026-11-28T12:00:00Z */
#define THREADS	4
#define ROUNDS	40

static struct sevadm_x509 *certs;
static size_t nr_certs;
static struct sevadm_vek_chains *chains;

static void begin(void)
{
	static const char *const kinds[] = {
		"ark", "ask", "asvk", "vcek", "vcek snp=7", "vlek", "ark product=turin",
		"ask product=turin", "vcek product=turin",
	};
	static uint8_t bytes[12 * DER_MAX];
	static struct der der;
	struct sevadm_x509_want want = { .time = NOW };
	struct sevadm_failure failure;
	size_t size = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pki_make(kinds[i], &der);
		memcpy(bytes + size, der.bytes, der.size);
		size += der.size;
	}
	ck_assert_int_eq(sevadm_x509_read(bytes, size, &certs, &nr_certs, &failure), 0);
	want.root = &certs[0];
	ck_assert_int_eq(sevadm_vek_chains_new(certs, nr_certs, &want, &chains), 0);
}

static void end(void)
{
	sevadm_vek_chains_free(chains);
	sevadm_x509_free(certs, nr_certs);
}

static void read_report(const char *words, struct sevadm_report *report)
{
	uint8_t bytes[REPORT_SIZE];

	report_make(words, bytes);
	ck_assert_int_eq(sevadm_report_decode(bytes, sizeof(bytes), SEVADM_GENERATION_UNKNOWN, report), 0);
}

/* The same identity, the same chain; and what it is for does not depend on who asked first */
START_TEST(once)
{
	const struct sevadm_vek_chain *a, *b, *c;
	struct sevadm_report_verdict *verdict = calloc(1, sizeof(*verdict));
	struct sevadm_report first, second, older;

	begin();
	read_report("data=01", &first);
	read_report("data=02 measurement=03", &second);
	read_report("reported=0x7307000000000003", &older);
	ck_assert_int_eq(sevadm_vek_chains_get(chains, &first, &a), 0);
	ck_assert_int_eq(sevadm_vek_chains_get(chains, &second, &b), 0);
	ck_assert_int_eq(sevadm_vek_chains_get(chains, &older, &c), 0);
	ck_assert_ptr_eq(a, b);
	ck_assert_ptr_ne(a, c);
	sevadm_report_verify(&second, a, 0, verdict);
	ck_assert(verdict->trusted);
	sevadm_report_verify(&older, c, 0, verdict);
	ck_assert(verdict->trusted);
	sevadm_report_verify(&older, a, 0, verdict);
	ck_assert(!verdict->trusted);
	sevadm_vek_chains_put(chains, a);
	sevadm_vek_chains_put(chains, b);
	sevadm_vek_chains_put(chains, c);
	sevadm_vek_chains_put(chains, NULL);
	ck_assert_int_eq(sevadm_vek_chains_get(chains, &second, &b), 0);
	ck_assert_ptr_eq(a, b);
	free(verdict);
	end();
}
END_TEST

/* More chips than are kept: each has a chain all the same, and no memory is lost */
START_TEST(many)
{
	const struct sevadm_vek_chain *chain;
	struct sevadm_report report;

	begin();
	/* without certificates there is nothing to verify, and it goes fast */
	sevadm_vek_chains_free(chains);
	ck_assert_int_eq(sevadm_vek_chains_new(NULL, 0, &(struct sevadm_x509_want){ .time = NOW }, &chains), 0);
	read_report("", &report);
	for (uint32_t i = 0; i < 16384 + 10; i++) {
		memcpy(report.chip_id, &i, sizeof(i));
		ck_assert_int_eq(sevadm_vek_chains_get(chains, &report, &chain), 0);
		ck_assert(sevadm_vek_chain_fits(chain, &report));
		sevadm_vek_chains_put(chains, chain);
	}
	end();
}
END_TEST

static const struct { const char *words; bool trusted; } samples[] = {
	{ "", true }, { "data=05", true }, { "reported=0x7307000000000003", true },
	{ "signing=vlek", true }, { "flip=0x50", false }, { "flip=0x2a0", false },
	{ "hwid=masked", false }, { "product=turin", false }, { "vmpl=0xffffffff", false },
};

#define SAMPLES	(sizeof(samples) / sizeof(samples[0]))

struct lane {
	pthread_t thread;
	struct sevadm_report report[SAMPLES];
	struct sevadm_report_verdict verdict;
	size_t start, wrong;
};

static void *work(void *lane_)
{
	struct lane *lane = lane_;

	for (size_t i = 0; i < ROUNDS * SAMPLES; i++) {
		size_t at = (lane->start + i) % SAMPLES;
		const struct sevadm_vek_chain *chain;

		if (sevadm_vek_chains_get(chains, &lane->report[at], &chain)) {
			lane->wrong++;
			continue;
		}
		sevadm_report_verify(&lane->report[at], chain, 0, &lane->verdict);
		lane->wrong += lane->verdict.trusted != samples[at].trusted;
		sevadm_vek_chains_put(chains, chain);
	}
	return NULL;
}

START_TEST(threads)
{
	struct lane *lanes = calloc(THREADS, sizeof(*lanes));

	begin();
	for (size_t i = 0; i < THREADS; i++) {
		lanes[i].start = i * 2;
		for (size_t n = 0; n < SAMPLES; n++)
			read_report(samples[n].words, &lanes[i].report[n]);
	}
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&lanes[i].thread, NULL, work, &lanes[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(lanes[i].thread, NULL);
		ck_assert_uint_eq(lanes[i].wrong, 0);
	}
	free(lanes);
	end();
}
END_TEST

static void *own(void *arg)
{
	struct sevadm_vek_chain *chain;
	struct sevadm_report_verdict *verdict = calloc(1, sizeof(*verdict));
	struct sevadm_x509_want want = { .time = NOW, .root = &certs[0] };
	struct sevadm_report report;
	uint8_t *bytes = arg;

	if (sevadm_report_decode(bytes, REPORT_SIZE, SEVADM_GENERATION_UNKNOWN, &report) ||
	    sevadm_vek_chain_new(certs, nr_certs, &want, &report, &chain))
		return bytes;
	sevadm_report_verify(&report, chain, 0, verdict);
	sevadm_vek_chain_free(chain);
	arg = verdict->trusted ? NULL : bytes;
	free(verdict);
	return arg;
}

/* Chains of their own, out of the same certificates */
START_TEST(handles)
{
	static uint8_t bytes[REPORT_SIZE];
	pthread_t thread[THREADS];
	void *wrong;

	begin();
	report_make("", bytes);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, own, bytes), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &wrong);
		ck_assert_ptr_null(wrong);
	}
	end();
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_vek_chains");

	tcase_add_test(tc, once);
	tcase_add_test(tc, many);
	tcase_add_test(tc, threads);
	tcase_add_test(tc, handles);
	return lib_run(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Attestation reports of SNP guests: who signed them, and what is refused */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib_test.h"
#include "sevadm.h"
#include "tests/pki/pki.h"
#include "tests/pki/report.h"

#define COUNT(a) (int)(sizeof(a) / sizeof((a)[0]))
#define NOW 1795867200	/* 2026-11-28T12:00:00Z */

static struct sevadm_x509 *certs;
static size_t nr_certs;
static struct sevadm_report report;
static struct sevadm_vek_chain *chain;
static struct sevadm_report_verdict verdict;
static struct sevadm_x509_want want;

/* Kinds and words with ";" between */
static void read_certs(const char *what)
{
	static uint8_t bytes[12 * DER_MAX];
	static struct der der;
	struct sevadm_failure failure;
	char copy[1024], *save, *one;
	size_t size = 0;

	snprintf(copy, sizeof(copy), "%s", what);
	for (one = strtok_r(copy, ";", &save); one; one = strtok_r(NULL, ";", &save)) {
		pki_make(one, &der);
		memcpy(bytes + size, der.bytes, der.size);
		size += der.size;
	}
	ck_assert_int_eq(sevadm_x509_read(bytes, size, &certs, &nr_certs, &failure), 0);
	want = (struct sevadm_x509_want){ .time = NOW };
	for (size_t i = 0; i < nr_certs && !want.root; i++)
		if (certs[i].kind == SEVADM_X509_ARK)
			want.root = &certs[i];
}

static void read_report(const char *words)
{
	uint8_t bytes[REPORT_SIZE];

	report_make(words, bytes);
	ck_assert_int_eq(sevadm_report_decode(bytes, sizeof(bytes), SEVADM_GENERATION_UNKNOWN,
					      &report), 0);
}

static void verify(const char *what, const char *words, unsigned int accept)
{
	read_certs(what);
	read_report(words);
	ck_assert_int_eq(sevadm_vek_chain_new(certs, nr_certs, &want, &report, &chain), 0);
	sevadm_report_verify(&report, chain, accept, &verdict);
}

static void give_up(void)
{
	sevadm_vek_chain_free(chain);
	sevadm_x509_free(certs, nr_certs);
	chain = NULL;
	certs = NULL;
}

static const struct sevadm_report_check *find(const char *name)
{
	for (size_t i = 0; i < verdict.nr_checks; i++)
		if (!strcmp(verdict.checks[i].name, name))
			return &verdict.checks[i];
	ck_abort_msg("there is no check %s", name);
	return NULL;
}

#define MILAN	"ark;ask;vcek"
#define VLEK	"ark;asvk;vlek"

static const struct { const char *certs, *report; } holds_cases[] = {
	{ MILAN, "version=2" }, { MILAN, "version=3" }, { MILAN, "version=4" },
	{ MILAN, "version=5 mitigations=3" }, { VLEK, "signing=vlek" },
	{ VLEK, "signing=vlek hwid=masked version=2" },
	{ "ark product=genoa;ask product=genoa;vcek product=genoa name=Siena-B0", "product=genoa" },
	{ "ark product=turin;ask product=turin;vcek product=turin", "product=turin" },
	{ "ark product=turin;ask product=turin;vcek product=turin hwid-as=octets",
	  "product=turin version=5" },
	{ "ark product=turin;ask product=turin;vcek product=turin", "product=turin version=2" },
	{ "ark product=turin;asvk product=turin;vlek product=turin",
	  "product=turin signing=vlek hwid=masked" },
	{ "ark;ask;vcek hwid-as=octets;crl", "vmpl=3 author=1 committed=0x7307000000000002" },
	{ "ark;ask;vcek snp=7", "reported=0x7307000000000003" },
	{ MILAN, "set=0x29f:01 set=0x4c:80" },
	/* not signed: what is behind the numbers, and behind them all */
	{ MILAN, "patch=0x330:ff" },
};

START_TEST(holds)
{
	verify(holds_cases[_i].certs, holds_cases[_i].report, 0);
	ck_assert_msg(verdict.trusted, "%s: %s", verdict.trusted ? "" : verdict.broken->name,
		      verdict.trusted ? "" : verdict.broken->why);
	ck_assert_ptr_null(verdict.broken);
	ck_assert_str_eq(verdict.root, "own");
	ck_assert_int_eq(find("signature")->verdict, SEVADM_CERT_PASS);
	ck_assert_int_eq(sevadm_vek_chain_generation(chain), sevadm_vek_chain_get(chain)->cert[
			 report.signing_key ? SEVADM_X509_VLEK : SEVADM_X509_VCEK]->generation);
	give_up();
}
END_TEST

/* The first that fails; the sentence begins so */
static const struct {
	const char *certs, *report, *check;
	enum sevadm_report_topic topic;
	const char *why;
} fails_cases[] = {
	{ MILAN, "flip=0x50", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature: this VCEK" },
	{ MILAN, "flip=0x29f", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature" },
	{ MILAN, "flip=0x2a0", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature" },
	{ MILAN, "flip=0x317", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature" },
	{ MILAN, "flip=0x2d0", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature" },
	{ MILAN, "flip=0x32f", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature" },
	{ MILAN, "sign=no", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature" },
	{ MILAN, "signer=vlek", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature" },
	{ "ark;ask;vcek key=vlek", "", "signature", SEVADM_REPORT_ON_SIGNATURE, "wrong signature" },
	{ VLEK, "signing=vlek signer=vcek", "signature", SEVADM_REPORT_ON_SIGNATURE,
	  "wrong signature: this VLEK" },
	{ MILAN, "algo=0", "algorithm", SEVADM_REPORT_ON_SIGNATURE, "algorithm 0 is not known" },
	{ MILAN, "algo=2", "algorithm", SEVADM_REPORT_ON_SIGNATURE, "algorithm 2 is not known" },
	{ MILAN, "signing=2", "signing key", SEVADM_REPORT_ON_SIGNATURE, "signing key 2 is not" },
	{ MILAN, "signing=none", "signing key", SEVADM_REPORT_ON_SIGNATURE,
	  "nobody signed this report: its signing key is none" },
	{ MILAN, "mask-key=1", "signing key", SEVADM_REPORT_ON_SIGNATURE,
	  "nobody signed this report: the host masks" },
	{ MILAN, "signing=vlek", "ASVK -> VLEK", SEVADM_REPORT_ON_CERTIFICATE,
	  "missing link: there is no VLEK" },
	{ VLEK, "", "ARK -> ASK", SEVADM_REPORT_ON_CERTIFICATE, "missing link: there is no ASK" },
	{ "ark;vcek", "", "ARK -> ASK", SEVADM_REPORT_ON_CERTIFICATE, "missing link" },
	{ "ark;asvk", "signing=vlek", "ASVK -> VLEK", SEVADM_REPORT_ON_CERTIFICATE, "missing link" },
	{ "ark;ask;vcek until=2026-11-28", "", "ASK -> VCEK", SEVADM_REPORT_ON_CERTIFICATE, "expired" },
	{ "ark;ask from=2027-01-01;vcek", "", "ARK -> ASK", SEVADM_REPORT_ON_CERTIFICATE, "not yet" },
	{ "ark;ask;vcek snp=9", "", "VCEK TCB", SEVADM_REPORT_ON_CERTIFICATE,
	  "wrong TCB: it is that of 0x7309000000000003, not of 0x7308000000000003: SNP 9 instead of 8" },
	{ "ark;asvk;vlek ucode=1", "signing=vlek", "VLEK TCB", SEVADM_REPORT_ON_CERTIFICATE, "wrong TCB" },
	{ "ark;ask;vcek hwid=00", "", "ASK -> VCEK", SEVADM_REPORT_ON_CERTIFICATE, "wrong extension" },
	{ MILAN, "set=0x1df:00", "VCEK HWID", SEVADM_REPORT_ON_CERTIFICATE,
	  "wrong chip: the id in the VCEK is another from byte 63 on" },
	{ MILAN, "hwid=masked", "VCEK HWID", SEVADM_REPORT_ON_CERTIFICATE, "the report names no chip" },
	{ "ark product=turin;ask product=turin;vcek product=turin", "product=turin set=0x1a8:01",
	  "VCEK HWID", SEVADM_REPORT_ON_CERTIFICATE,
	  "wrong chip: the id in the VCEK is another from byte 8" },
	{ "ark;ask;vcek", "model=0x11", "processor", SEVADM_REPORT_ON_CERTIFICATE,
	  "wrong product: the report is of Genoa, and the VCEK is of Milan" },
	{ MILAN, "family=0x1b", "processor", SEVADM_REPORT_ON_CERTIFICATE, "family 0x1b, model 0x1 is none" },
	{ MILAN, "family=0 model=0", "processor", SEVADM_REPORT_ON_CERTIFICATE, "family 0x0, model 0x0" },
	{ "ark;ask;vcek;crl revoked=0x10001", "", "ARK -> ASK", SEVADM_REPORT_ON_REVOCATION, "revoked" },
	{ "ark;ask;vcek;crl until=2026-01-01", "", "CRL", SEVADM_REPORT_ON_REVOCATION, "expired" },
	{ "ark;ask;vcek;crl flip=-1", "", "CRL", SEVADM_REPORT_ON_REVOCATION, "wrong signature" },
	{ MILAN, "version=1", "version", SEVADM_REPORT_ON_POLICY, "version 1 is not known" },
	{ MILAN, "version=6", "version", SEVADM_REPORT_ON_POLICY, "version 6 is not known" },
	{ MILAN, "vmpl=0xffffffff", "requester", SEVADM_REPORT_ON_POLICY, "the host asked for this" },
	{ MILAN, "vmpl=4", "requester", SEVADM_REPORT_ON_POLICY, "there is no VMPL 4" },
	{ MILAN, "policy=0x10000", "guest policy", SEVADM_REPORT_ON_POLICY, "bit 17 is not set" },
	{ MILAN, "committed=0x7309000000000003", "TCB order", SEVADM_REPORT_ON_POLICY,
	  "the committed TCB" },
	{ "ark;ask;vcek snp=9", "reported=0x7309000000000003", "TCB order", SEVADM_REPORT_ON_POLICY,
	  "the reported TCB" },
};

START_TEST(fails)
{
	verify(fails_cases[_i].certs, fails_cases[_i].report, 0);
	ck_assert_msg(!verdict.trusted, "%s, %s", fails_cases[_i].certs, fails_cases[_i].report);
	ck_assert_msg(!strcmp(verdict.broken->name, fails_cases[_i].check), "%s: %s, not %s",
		      verdict.broken->name, verdict.broken->why, fails_cases[_i].check);
	ck_assert_int_eq(verdict.broken->topic, fails_cases[_i].topic);
	ck_assert_msg(!strncmp(verdict.broken->why, fails_cases[_i].why, strlen(fails_cases[_i].why)),
		      "%s", verdict.broken->why);
	give_up();
}
END_TEST

/* Each is accepted by its own bit, and by none of the others */
static const struct { const char *certs, *report, *check; } accepted_cases[] = {
	{ MILAN, "vmpl=0xffffffff", "requester" }, { MILAN, "hwid=masked", "VCEK HWID" },
	{ MILAN, "mask-key=1", "signing key" }, { MILAN, "version=6", "version" },
	{ MILAN, "algo=2", "algorithm" }, { VLEK, "signing=3 signer=vlek", "signing key" },
};

START_TEST(accepted)
{
	verify(accepted_cases[_i].certs, accepted_cases[_i].report, 1U << _i);
	ck_assert_msg(verdict.trusted, "%s", verdict.trusted ? "" : verdict.broken->why);
	ck_assert(find(accepted_cases[_i].check)->accepted);
	ck_assert_int_eq(find(accepted_cases[_i].check)->verdict, SEVADM_CERT_SKIP);
	sevadm_report_verify(&report, chain, ~(1U << _i), &verdict);
	ck_assert(!verdict.trusted);
	ck_assert_str_eq(verdict.broken->name, accepted_cases[_i].check);
	ck_assert(!verdict.broken->accepted);
	give_up();
}
END_TEST

/* What is accepted has to be signed all the same */
START_TEST(accepted_but_wrong)
{
	verify(MILAN, "vmpl=0xffffffff algo=2 version=6 hwid=masked flip=0x60", ~SEVADM_ACCEPT_MASKED_KEY);
	ck_assert(!verdict.trusted);
	ck_assert_str_eq(verdict.broken->name, "signature");
	give_up();
	verify(MILAN, "mask-key=1 vmpl=7", SEVADM_ACCEPT_MASKED_KEY);
	ck_assert(!verdict.trusted);
	ck_assert_str_eq(verdict.broken->name, "requester");
	ck_assert_ptr_null(verdict.root);
	give_up();
}
END_TEST

START_TEST(no_certificates)
{
	read_report("");
	sevadm_report_verify(&report, NULL, ~0U, &verdict);
	ck_assert(!verdict.trusted);
	ck_assert_str_eq(verdict.broken->name, "certificates");
	want = (struct sevadm_x509_want){ .time = NOW };
	ck_assert_int_eq(sevadm_vek_chain_new(NULL, 0, &want, &report, &chain), 0);
	sevadm_report_verify(&report, chain, 0, &verdict);
	ck_assert(!verdict.trusted);
	ck_assert_str_eq(verdict.broken->name, "ARK");
	sevadm_vek_chain_free(chain);
}
END_TEST

START_TEST(wanted_crl)
{
	read_certs(MILAN);
	read_report("");
	want.crl = true;
	ck_assert_int_eq(sevadm_vek_chain_new(certs, nr_certs, &want, &report, &chain), 0);
	sevadm_report_verify(&report, chain, 0, &verdict);
	ck_assert(!verdict.trusted);
	ck_assert_str_eq(verdict.broken->name, "CRL");
	ck_assert_int_eq(verdict.broken->topic, SEVADM_REPORT_ON_REVOCATION);
	give_up();
}
END_TEST

START_TEST(amd_alone)
{
	read_certs(MILAN);
	read_report("");
	want.root = NULL;
	ck_assert_int_eq(sevadm_vek_chain_new(certs, nr_certs, &want, &report, &chain), 0);
	sevadm_report_verify(&report, chain, 0, &verdict);
	ck_assert(!verdict.trusted);
	ck_assert_str_eq(verdict.broken->name, "ARK");
	ck_assert_ptr_null(verdict.root);
	give_up();
}
END_TEST

/* Out of many: the product, the chip, the TCB, the later one that is valid */
START_TEST(chosen)
{
	static const char pile[] = "vcek hwid=01020304;ark product=turin;vcek snp=9;ask product=turin;"
				   "vcek until=2026-01-01 from=2025-01-01;ark;crl product=turin;ask;"
				   "vcek from=2024-01-01;vcek;vcek product=turin;vlek";

	read_certs(pile);
	for (size_t i = 0; i < nr_certs; i++)
		if (certs[i].kind == SEVADM_X509_ARK && certs[i].generation == SEVADM_GENERATION_MILAN)
			want.root = &certs[i];
	read_report("");
	ck_assert_int_eq(sevadm_vek_chain_new(certs, nr_certs, &want, &report, &chain), 0);
	sevadm_report_verify(&report, chain, 0, &verdict);
	ck_assert_msg(verdict.trusted, "%s", verdict.trusted ? "" : verdict.broken->why);
	ck_assert_int_eq(sevadm_vek_chain_get(chain)->cert[SEVADM_X509_VCEK]->from, 1704067200);
	ck_assert_ptr_null(sevadm_vek_chain_get(chain)->cert[SEVADM_X509_CRL]);
	ck_assert(sevadm_vek_chain_fits(chain, &report));
	sevadm_vek_chain_free(chain);
	read_report("product=turin version=2");
	ck_assert_int_eq(sevadm_vek_chain_new(certs, nr_certs, &want, &report, &chain), 0);
	ck_assert_int_eq(sevadm_vek_chain_generation(chain), SEVADM_GENERATION_TURIN);
	give_up();
}
END_TEST

/* One that was made for another report is not taken on trust */
START_TEST(fits)
{
	static const char *const others[] = {
		"signing=vlek", "snp=7", "set=0x1a0:00", "hwid=masked", "model=0x11", "version=2",
	};

	verify(MILAN, "data=00", 0);
	read_report("data=01");
	ck_assert(sevadm_vek_chain_fits(chain, &report));
	sevadm_report_verify(&report, chain, 0, &verdict);
	ck_assert(verdict.trusted);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		read_report(others[i]);
		ck_assert(!sevadm_vek_chain_fits(chain, &report));
		sevadm_report_verify(&report, chain, 0, &verdict);
		ck_assert(verdict.trusted == (i == 5));
	}
	give_up();
}
END_TEST

#define THREADS	4
#define ROUNDS	50

static void *many(void *arg)
{
	static const struct sevadm_report_verdict none;
	struct sevadm_report_verdict *v = malloc(sizeof(*v));
	struct sevadm_report mine = report;
	size_t *wrong = arg;

	*v = none;
	for (int i = 0; i < ROUNDS; i++) {
		mine.data[0x50] = report.data[0x50] ^ (i & 1);
		sevadm_report_verify(&mine, chain, 0, v);
		*wrong += v->trusted != !(i & 1);
	}
	free(v);
	return NULL;
}

START_TEST(threads)
{
	pthread_t thread[THREADS];
	size_t wrong[THREADS] = { 0 };

	verify(MILAN, "", 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, many, &wrong[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_uint_eq(wrong[i], 0);
	}
	give_up();
}
END_TEST

START_TEST(words)
{
	ck_assert_str_eq(sevadm_report_topic_name(SEVADM_REPORT_ON_SIGNATURE), "signature");
	ck_assert_str_eq(sevadm_report_topic_name(SEVADM_REPORT_ON_CERTIFICATE), "certificate");
	ck_assert_str_eq(sevadm_report_topic_name(SEVADM_REPORT_ON_REVOCATION), "revocation");
	ck_assert_str_eq(sevadm_report_topic_name(SEVADM_REPORT_ON_POLICY), "policy");
	ck_assert_str_eq(sevadm_report_topic_name(9), "?");
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_report_verify");

	tcase_add_loop_test(tc, holds, 0, COUNT(holds_cases));
	tcase_add_loop_test(tc, fails, 0, COUNT(fails_cases));
	tcase_add_loop_test(tc, accepted, 0, COUNT(accepted_cases));
	tcase_add_test(tc, accepted_but_wrong);
	tcase_add_test(tc, no_certificates);
	tcase_add_test(tc, wanted_crl);
	tcase_add_test(tc, amd_alone);
	tcase_add_test(tc, chosen);
	tcase_add_test(tc, fits);
	tcase_add_test(tc, threads);
	tcase_add_test(tc, words);
	return lib_run(suite);
}

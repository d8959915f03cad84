// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is this the attestation report of a guest that was launched with that measurement, on a
 * genuine chip of AMD's, and the answer to this nonce?
 *
 *	cc -o verify-report verify-report.c $(pkg-config --cflags --libs libsevadm)
 *	verify-report REPORT MEASUREMENT NONCE CERTIFICATES
 *
 * REPORT has 1184 bytes.  MEASUREMENT (48 bytes) and NONCE (64) are hexadecimal.  CERTIFICATES is
 * one file with VCEK, ASK and ARK, as PEM or DER one behind the other.
 * $SEVADM_ROOT: a file with another root than those of AMD's that the library knows.
 * Exit code: 0 yes, 2 no, 1 something went wrong.
 */
#include <sevadm.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t slurp(const char *name, void *data, size_t room)
{
	FILE *f = fopen(name, "rb");
	size_t size = f ? fread(data, 1, room, f) : 0;

	if (!f || ferror(f) || size == room) {
		fprintf(stderr, "%s: it cannot be read, or has %zu bytes or more\n", name, room);
		exit(1);
	}
	fclose(f);
	return size;
}

static size_t certificates(const char *name, struct sevadm_x509 **certs)
{
	static char data[65536];
	struct sevadm_failure failure;
	size_t nr = 0;

	if (sevadm_x509_read(data, slurp(name, data, sizeof(data)), certs, &nr, &failure)) {
		fprintf(stderr, "%s: %s\n", name, failure.message);
		exit(1);
	}
	return nr;
}

/* Did AMD's firmware make it? */
static bool is_genuine(const struct sevadm_report *report, const char *file)
{
	struct sevadm_x509_want want = { .time = time(NULL) };
	struct sevadm_x509 *certs = NULL, *root = NULL;
	static struct sevadm_report_verdict verdict;
	struct sevadm_vek_chain *chain = NULL;
	size_t nr_root = 0, nr = certificates(file, &certs);

	if (getenv("SEVADM_ROOT"))
		nr_root = certificates(getenv("SEVADM_ROOT"), &root);
	want.root = root;
	if (sevadm_vek_chain_new(certs, nr, &want, report, &chain))
		exit(1);
	sevadm_report_verify(report, chain, 0, &verdict);
	if (!verdict.trusted)
		printf("no: %s: %s\n", verdict.broken->name, verdict.broken->why);
	sevadm_vek_chain_free(chain);
	sevadm_x509_free(certs, nr);
	sevadm_x509_free(root, nr_root);
	return verdict.trusted;
}

/* Is it of the guest that is wanted?  What it says counts only once it is genuine */
static bool is_wanted(const struct sevadm_report *report, const char *measurement,
		      const char *nonce)
{
	struct sevadm_report_policy *policy = NULL;
	struct sevadm_report_rule *rules;
	struct sevadm_failure failure;
	size_t nr, broken;

	if (sevadm_report_policy_new(&policy))
		exit(1);
	if (sevadm_report_policy_add(policy, "measurement", measurement, "you", &failure) ||
	    sevadm_report_policy_add(policy, "report_data", nonce, "you", &failure)) {
		fprintf(stderr, "%s\n", failure.message);
		exit(1);
	}
	nr = sevadm_report_policy_count(policy);
	rules = calloc(nr, sizeof(*rules));
	if (!rules)
		exit(1);
	broken = sevadm_report_policy_check(policy, report, rules);
	for (size_t i = 0; i < nr; i++)
		if (!rules[i].holds)
			printf("no: %s is %s, and not %s\n", rules[i].name, rules[i].found,
			       rules[i].wanted);
	free(rules);
	sevadm_report_policy_free(policy);
	return !broken;
}

int main(int argc, char **argv)
{
	unsigned char data[SEVADM_REPORT_SIZE + 2];
	struct sevadm_report report;

	if (argc != 5) {
		fprintf(stderr, "usage: verify-report REPORT MEASUREMENT NONCE CERTIFICATES\n");
		return 1;
	}
	if (sevadm_report_decode(data, slurp(argv[1], data, sizeof(data)), SEVADM_GENERATION_UNKNOWN,
				 &report)) {
		fprintf(stderr, "%s: a report has %d bytes\n", argv[1], SEVADM_REPORT_SIZE);
		return 1;
	}
	if (!is_genuine(&report, argv[4]) || !is_wanted(&report, argv[2], argv[3]))
		return 2;
	printf("yes: a genuine chip's, and your guest's\n");
	return 0;
}

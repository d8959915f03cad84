// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Did AMD's firmware on a genuine chip make this report?  All checks are made, whatever came of
 * those before, and what is refused by default says why.
 */
#include <errno.h>
#include <string.h>

#include "lib/attest/report_check.h"
#include "lib/attest/vek_chain.h"
#include "lib/attest/x509.h"

#define VMPLS	4

/* What is verified, how, and what came of it */
struct job {
	const struct sevadm_report *report;
	const struct sevadm_vek_chain *chain;
	unsigned int accept;
	struct sevadm_report_verdict *verdict;
};

#define PASS(job, name, topic, ...) \
	report_check((job)->verdict, name, SEVADM_REPORT_ON_##topic, SEVADM_CERT_PASS, __VA_ARGS__)
#define FAIL(job, name, topic, ...) \
	report_check((job)->verdict, name, SEVADM_REPORT_ON_##topic, SEVADM_CERT_FAIL, __VA_ARGS__)
#define SKIP(job, name, topic, ...) \
	report_check((job)->verdict, name, SEVADM_REPORT_ON_##topic, SEVADM_CERT_SKIP, __VA_ARGS__)

/* It fails, unless the caller accepts just that */
static void or_accepted(const struct job *job, struct sevadm_report_check *check, unsigned int bit)
{
	if (!(job->accept & bit))
		return;
	check->verdict = SEVADM_CERT_SKIP;
	check->accepted = true;
}

/* Some firmware tells it by the one, some by the other */
static bool is_unsigned(const struct sevadm_report *r)
{
	return r->mask_chip_key || r->signing_key == SEVADM_REPORT_UNSIGNED;
}

/* ------------------------------------------------------------- what it says of itself */

static void check_version(const struct job *job)
{
	const struct sevadm_report *r = job->report;

	if (r->known)
		PASS(job, "version", POLICY, "%u", r->version);
	else
		or_accepted(job, FAIL(job, "version", POLICY, "version %u is not known: what its fields mean "
				      "is not either", r->version), SEVADM_ACCEPT_UNKNOWN_VERSION);
}

static void check_requester(const struct job *job)
{
	uint32_t vmpl = job->report->vmpl;

	if (vmpl < VMPLS)
		PASS(job, "requester", POLICY, "the guest, at VMPL %u", vmpl);
	else if (vmpl == SEVADM_VMPL_HOST)
		or_accepted(job, FAIL(job, "requester", POLICY, "the host asked for this report, not the "
				      "guest (VMPL 0x%x): it answers nobody's challenge", vmpl),
			    SEVADM_ACCEPT_HOST_REPORT);
	else
		FAIL(job, "requester", POLICY, "there is no VMPL %u", vmpl);
}

static void check_algorithm(const struct job *job)
{
	uint32_t algo = job->report->signature_algo;

	if (algo == SEVADM_REPORT_P384)
		PASS(job, "algorithm", SIGNATURE, "ECDSA on P-384 with SHA-384");
	else
		or_accepted(job, FAIL(job, "algorithm", SIGNATURE, "algorithm %u is not known, only 1, ECDSA "
				      "on P-384 with SHA-384", algo), SEVADM_ACCEPT_UNKNOWN_ALGORITHM);
}

/* Is there anything to verify? */
static bool check_signing_key(const struct job *job)
{
	const struct sevadm_report *r = job->report;

	if (is_unsigned(r)) {
		or_accepted(job, FAIL(job, "signing key", SIGNATURE, "nobody signed this report: %s",
				      r->mask_chip_key ? "the host masks the chip's key (MASK_CHIP_KEY)" :
				      "its signing key is none"), SEVADM_ACCEPT_MASKED_KEY);
		return false;
	}
	if (r->signing_key == SEVADM_REPORT_VCEK || r->signing_key == SEVADM_REPORT_VLEK)
		PASS(job, "signing key", SIGNATURE, "%s", sevadm_report_key_name(r->signing_key));
	else
		or_accepted(job, FAIL(job, "signing key", SIGNATURE, "signing key %u is not known, only 0, the "
				      "VCEK, and 1, the VLEK", r->signing_key),
			    SEVADM_ACCEPT_UNKNOWN_KEY);
	return true;
}

/* ------------------------------------------------------------------------ certificates */

static enum sevadm_report_topic topic_of(const struct sevadm_x509_link *link)
{
	return link->cause == SEVADM_CERT_REVOKED || !strcmp(link->name, "CRL") ?
	       SEVADM_REPORT_ON_REVOCATION : SEVADM_REPORT_ON_CERTIFICATE;
}

/* What is skipped for a reason is missing, and that is not good enough */
static void add_link(const struct job *job, const struct sevadm_x509_link *link)
{
	report_check(job->verdict, link->name, topic_of(link),
		     link->cause ? SEVADM_CERT_FAIL : link->verdict, "%s", link->why);
}

/* Chip and TCB are compared below; of the chain of VCEKs a VLEK has nothing */
static bool is_meant(const struct job *job, const struct sevadm_x509_link *link)
{
	bool vlek = job->chain->kind == SEVADM_X509_VLEK;

	return strncmp(link->name, "VCEK ", 5) && strncmp(link->name, "VLEK ", 5) &&
	       !(vlek && !strcmp(link->name, "ARK -> ASK"));
}

static void check_chain(const struct job *job)
{
	const struct sevadm_x509_chain *chain = &job->chain->chain;
	bool vlek = job->chain->kind == SEVADM_X509_VLEK;

	job->verdict->root = chain->root;
	for (size_t i = 0; i < chain->nr_links; i++)
		if (is_meant(job, &chain->links[i]))
			add_link(job, &chain->links[i]);
	if (!job->chain->vek)
		FAIL(job, vlek ? "ASVK -> VLEK" : "ASK -> VCEK", CERTIFICATE, "missing link: there is no %s",
		     sevadm_x509_kind_name(job->chain->kind));
}

static void check_generation(const struct job *job, const struct sevadm_x509 *vek)
{
	const struct sevadm_report *r = job->report;
	const char *kind = sevadm_x509_kind_name(vek->kind);

	if (!r->has_cpuid)
		SKIP(job, "processor", CERTIFICATE, "the report does not tell which it is");
	else if (r->told != SEVADM_REPORT_CPUID || r->generation == SEVADM_GENERATION_UNKNOWN)
		or_accepted(job, FAIL(job, "processor", CERTIFICATE, "family 0x%x, model 0x%x is none that is "
				      "known: whether the %s is of that product cannot be told",
				      r->cpuid_family, r->cpuid_model, kind),
			    SEVADM_ACCEPT_UNKNOWN_PROCESSOR);
	else if (r->generation != vek->generation)
		FAIL(job, "processor", CERTIFICATE, "wrong product: the report is of %s, and the %s is of %s",
		     sevadm_generation_name(r->generation), kind,
		     vek->product[0] ? vek->product : "none");
	else
		PASS(job, "processor", CERTIFICATE, "%s, as the %s", sevadm_generation_name(r->generation),
		     kind);
}

static void check_tcb(const struct job *job, const struct sevadm_x509 *vek)
{
	struct sevadm_x509_link link = {
		.name = vek->kind == SEVADM_X509_VLEK ? "VLEK TCB" : "VCEK TCB",
	};

	x509_check_tcb(vek, &job->report->reported_tcb, &link);
	add_link(job, &link);
}

static void check_chip(const struct job *job, const struct sevadm_x509 *vek)
{
	const struct sevadm_report *r = job->report;
	struct sevadm_x509_link link = { .name = "VCEK HWID" };

	if (vek->kind == SEVADM_X509_VLEK) {
		SKIP(job, "chip id", CERTIFICATE, "a VLEK is of no chip%s", r->chip_id_masked ?
		     ", and the report names none" : ": only the firmware says which one this is");
		return;
	}
	if (r->chip_id_masked) {
		or_accepted(job, FAIL(job, link.name, CERTIFICATE, "the report names no chip: the host "
				      "masks its id (MASK_CHIP_ID)"), SEVADM_ACCEPT_MASKED_CHIP_ID);
		return;
	}
	x509_check_hwid(vek, r->chip_id, sizeof(r->chip_id), &link);
	add_link(job, &link);
}

/* --------------------------------------------------------------------------- signature */

static void check_signature(const struct job *job)
{
	const uint8_t *data = job->report->data;
	const char *kind = sevadm_x509_kind_name(job->chain->kind);

	if (!job->chain->verifier) {
		FAIL(job, "signature", SIGNATURE, "it cannot be verified: there is no key of a %s", kind);
		return;
	}
	switch (crypto_verifier_check(job->chain->verifier, data, SEVADM_REPORT_SIGNED,
				      data + SEVADM_REPORT_R, data + SEVADM_REPORT_S)) {
	case 0:
		PASS(job, "signature", SIGNATURE, "the %s signed this report", kind);
		break;
	case -EBADMSG:
		FAIL(job, "signature", SIGNATURE, "wrong signature: this %s did not sign the report, or it was "
		     "changed", kind);
		break;
	default:
		FAIL(job, "signature", SIGNATURE, "libcrypto failed: nothing is known");
	}
}

/* --------------------------------------------------------- what firmware never reports */

static bool is_above(const struct sevadm_tcb *a, const struct sevadm_tcb *b)
{
	return a->fmc > b->fmc || a->bootloader > b->bootloader || a->tee > b->tee ||
	       a->snp > b->snp || a->microcode > b->microcode;
}

static void check_order(const struct job *job)
{
	const struct sevadm_report *r = job->report;

	if (!r->current_tcb.known)
		SKIP(job, "TCB order", POLICY, "the layout of this processor's TCBs is not known");
	else if (is_above(&r->committed_tcb, &r->current_tcb))
		FAIL(job, "TCB order", POLICY, "the committed TCB 0x%016llx is above the current 0x%016llx",
		     (unsigned long long)r->committed_tcb.raw, (unsigned long long)r->current_tcb.raw);
	else if (is_above(&r->reported_tcb, &r->current_tcb))
		FAIL(job, "TCB order", POLICY, "the reported TCB 0x%016llx is above the current 0x%016llx",
		     (unsigned long long)r->reported_tcb.raw, (unsigned long long)r->current_tcb.raw);
	else
		PASS(job, "TCB order", POLICY, "committed and reported are not above current");
}

static void check_policy(const struct job *job)
{
	if (job->report->policy & SEVADM_POLICY_ONE)
		PASS(job, "guest policy", POLICY, "bit 17 is set, as it always is");
	else
		FAIL(job, "guest policy", POLICY, "bit 17 is not set, and it always is");
}

/* Newer firmware has more to tell than this version: that is no reason to refuse */
static void check_reserved(const struct job *job)
{
	const struct sevadm_report *r = job->report;

	if (!r->policy_reserved && !r->platform_reserved && !r->key_reserved && !r->nr_reserved)
		PASS(job, "reserved", POLICY, "no bit is set that is not known");
	else
		SKIP(job, "reserved", POLICY, "bits are set that are not known, and not judged: of policy "
		     "0x%llx, platform 0x%llx, key 0x%x, and %zu areas",
		     (unsigned long long)r->policy_reserved,
		     (unsigned long long)r->platform_reserved, r->key_reserved, r->nr_reserved);
}

/* ------------------------------------------------------------------------------- whole */

static void check_signer(const struct job *job)
{
	if (!job->chain) {
		FAIL(job, "certificates", CERTIFICATE, "there are no certificates");
		return;
	}
	check_chain(job);
	if (job->chain->vek) {
		check_generation(job, job->chain->vek);
		check_tcb(job, job->chain->vek);
		check_chip(job, job->chain->vek);
	}
	check_signature(job);
}

void sevadm_report_verify(const struct sevadm_report *report, const struct sevadm_vek_chain *chain,
			  unsigned int accept, struct sevadm_report_verdict *verdict)
{
	struct job job = { .report = report, .chain = chain, .accept = accept, .verdict = verdict };

	verdict->root = NULL;
	verdict->nr_checks = 0;
	check_algorithm(&job);
	if (check_signing_key(&job))
		check_signer(&job);
	/* what nobody signed may say anything: these come after */
	check_version(&job);
	check_requester(&job);
	check_policy(&job);
	check_order(&job);
	check_reserved(&job);
	report_sum_up(verdict);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is this the chain of a genuine chip?  Each step has checks in an order, of which the first
 * that fails is told.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/attest/cert.h"
#include "lib/attest/x509.h"

#define RFC3339 32

/* What is verified: the certificates by what they are for */
struct job {
	const struct sevadm_x509 *certs;
	size_t nr;
	const struct sevadm_x509_want *want;
	const struct sevadm_x509 *cert[SEVADM_X509_KINDS];
	bool twice[SEVADM_X509_KINDS];
	struct sevadm_x509_chain *chain;
};

__attribute__((format(printf, 4, 5)))
static bool say(struct sevadm_x509_link *link, enum sevadm_cert_verdict verdict,
		enum sevadm_cert_cause cause, const char *format, ...)
{
	va_list args;

	link->verdict = verdict;
	link->cause = cause;
	va_start(args, format);
	vsnprintf(link->why, sizeof(link->why), format, args);
	va_end(args);
	return false;
}

#define FAIL(link, cause, ...) say(link, SEVADM_CERT_FAIL, SEVADM_CERT_##cause, __VA_ARGS__)
#define PASS(link, ...) say(link, SEVADM_CERT_PASS, SEVADM_CERT_NO_CAUSE, __VA_ARGS__)
#define SKIP(link, cause, ...) say(link, SEVADM_CERT_SKIP, SEVADM_CERT_##cause, __VA_ARGS__)

static const char *time_text(int64_t seconds, char buf[RFC3339])
{
	time_t when = seconds;
	struct tm tm;

	if (!gmtime_r(&when, &tm) || !strftime(buf, RFC3339, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(buf, RFC3339, "%lld", (long long)seconds);
	return buf;
}

static bool is_vek(enum sevadm_x509_kind kind)
{
	return kind == SEVADM_X509_VCEK || kind == SEVADM_X509_VLEK;
}

static void sort_out(struct job *job)
{
	for (size_t i = 0; i < job->nr; i++) {
		const struct sevadm_x509 *c = &job->certs[i], **place = &job->cert[c->kind];

		if (*place && memcmp((*place)->sha256, c->sha256, sizeof(c->sha256)))
			job->twice[c->kind] = true;
		*place = c;
	}
	/* one that is no ARK vouches for nobody */
	if (!job->cert[SEVADM_X509_ARK] && job->want->root &&
	    job->want->root->kind == SEVADM_X509_ARK)
		job->cert[SEVADM_X509_ARK] = job->want->root;
}

/* ------------------------------------------------------------- a single check */
/* Each is true where it holds; else it told @link why not */

static bool is_there(const struct job *job, enum sevadm_x509_kind kind,
		     struct sevadm_x509_link *link)
{
	const char *name = sevadm_x509_kind_name(kind);

	if (!job->cert[kind])
		return SKIP(link, MISSING, "missing link: there is no %s", name);
	if (job->twice[kind])
		return FAIL(link, TWICE, "there are two %ss that differ", name);
	return true;
}

static bool is_named(const struct sevadm_x509 *c, struct sevadm_x509_link *link)
{
	static const char *const forms[SEVADM_X509_KINDS] = {
		"", "ARK-%s", "SEV-%s", "SEV-VLEK-%s", "SEV-VCEK", "SEV-VLEK",
	};
	const char *kind = sevadm_x509_kind_name(c->kind);
	char name[64];

	snprintf(name, sizeof(name), forms[c->kind], c->product[0] ? c->product : "PRODUCT");
	if (!c->subject[0])
		return FAIL(link, NAME, "wrong name: the %s has none, or more than one", kind);
	if (strcmp(c->subject, name))
		return FAIL(link, NAME, "wrong name: the %s is called %s, not %s", kind, c->subject,
			    name);
	return true;
}

static bool has_key(const struct sevadm_x509 *c, struct sevadm_x509_link *link)
{
	const char *kind = sevadm_x509_kind_name(c->kind);

	if (is_vek(c->kind)) {
		if (strcmp(c->key, "EC"))
			return FAIL(link, WRONG_KEY, "wrong key: the %s has one of %s and %u bits, not of "
				    "EC", kind, c->key[0] ? c->key : "an unknown kind", c->key_bits);
		if (strcmp(c->curve, "P-384"))
			return FAIL(link, WRONG_KEY, "wrong key: the curve of the %s is %s, not P-384",
				    kind, c->curve[0] ? c->curve : "unknown");
		return true;
	}
	if (strcmp(c->key, "RSA") || c->key_bits != 4096 || !c->f4)
		return FAIL(link, WRONG_KEY, "wrong key: the %s has one of %s and %u bits, not of RSA, "
			    "4096 bits and the exponent 65537", kind,
			    c->key[0] ? c->key : "an unknown kind", c->key_bits);
	return true;
}

static bool may_sign(const struct sevadm_x509 *c, struct sevadm_x509_link *link)
{
	if (!is_vek(c->kind) && !c->ca)
		return FAIL(link, WRONG_USAGE, "wrong usage: the %s does not say that it may sign "
			    "certificates", sevadm_x509_kind_name(c->kind));
	if (is_vek(c->kind) && c->ca)
		return FAIL(link, WRONG_USAGE, "wrong usage: the %s says that it may sign certificates",
			    sevadm_x509_kind_name(c->kind));
	return true;
}

static bool is_signed_well(const struct sevadm_x509 *c, struct sevadm_x509_link *link)
{
	if (c->signed_well)
		return true;
	return FAIL(link, ALGORITHM, "wrong algorithm: the %s was signed by %s, not by RSASSA-PSS, "
		    "SHA384, MGF1 with SHA384, salt of 48 bytes", sevadm_x509_kind_name(c->kind),
		    c->signature);
}

/* Of Genoa there are Bergamo and Siena, whose certificates are Genoa's */
static bool is_of(const char *product_name, const char *product)
{
	static const char *const cousins[] = { "Bergamo", "Siena" };
	size_t len = strcspn(product_name, "-");

	if (len == strlen(product) && !strncmp(product_name, product, len))
		return true;
	for (int i = 0; i < 2 && !strcmp(product, "Genoa"); i++)
		if (len == strlen(cousins[i]) && !strncmp(product_name, cousins[i], len))
			return true;
	return false;
}

static bool is_same_product(const struct sevadm_x509 *signer, const struct sevadm_x509 *c,
			    struct sevadm_x509_link *link)
{
	if (strcmp(signer->product, c->product))
		return FAIL(link, PRODUCT, "wrong product: the %s is of %s, and the %s is of %s",
			    sevadm_x509_kind_name(c->kind), c->product[0] ? c->product : "none",
			    sevadm_x509_kind_name(signer->kind),
			    signer->product[0] ? signer->product : "none");
	if (is_vek(c->kind) && c->product_name[0] && !is_of(c->product_name, c->product))
		return FAIL(link, PRODUCT, "wrong product: the %s says of itself that it is of %s, and "
			    "its issuer is of %s", sevadm_x509_kind_name(c->kind), c->product_name,
			    c->product);
	return true;
}

static bool is_signed(const struct sevadm_x509 *signer, const struct sevadm_x509 *c,
		      struct sevadm_x509_link *link)
{
	const char *by = sevadm_x509_kind_name(signer->kind), *kind = sevadm_x509_kind_name(c->kind);

	if (!crypto_x509_names(x509_der(c), x509_der(signer)))
		return FAIL(link, NAME, "wrong issuer: the %s is by %s, and the %s there is called %s",
			    kind, c->issuer[0] ? c->issuer : "nobody", by, signer->subject);
	if (crypto_x509_verify(x509_der(c), x509_der(signer)))
		return FAIL(link, SIGNATURE, "wrong signature: the key of the %s did not sign this %s",
			    by, kind);
	return true;
}

static bool is_valid_then(const struct sevadm_x509 *c, int64_t when, struct sevadm_x509_link *link)
{
	bool crl = c->kind == SEVADM_X509_CRL;
	const char *kind = sevadm_x509_kind_name(c->kind);
	char text[RFC3339], at[RFC3339];

	time_text(when, at);
	if (when < c->from)
		return FAIL(link, NOT_YET, "not yet valid: the %s %s %s, later than %s", kind,
			    crl ? "was made at" : "is valid from", time_text(c->from, text), at);
	if (c->has_until && when > c->until)
		return FAIL(link, EXPIRED, "expired: the %s %s %s, before %s", kind,
			    crl ? "was to be replaced at" : "was valid until",
			    time_text(c->until, text), at);
	return true;
}

static bool is_complete(const struct sevadm_x509 *c, struct sevadm_x509_link *link)
{
	if (!c->fault[0])
		return true;
	return FAIL(link, EXTENSION, "wrong extension: of the %s: %s", sevadm_x509_kind_name(c->kind),
		    c->fault);
}

/* A list that is itself no good is told of elsewhere, and says nothing */
static bool is_kept(const struct job *job, const struct sevadm_x509 *c,
		    struct sevadm_x509_link *link)
{
	const struct sevadm_x509 *ark = job->cert[SEVADM_X509_ARK];

	for (size_t i = 0; i < job->nr; i++) {
		const struct sevadm_x509 *crl = &job->certs[i];

		if (crl->kind == SEVADM_X509_CRL && ark &&
		    !crypto_x509_verify(x509_der(crl), x509_der(ark)) &&
		    crypto_x509_revoked(x509_der(crl), x509_der(c)))
			return FAIL(link, REVOKED, "revoked: the ARK took the %s with the serial number "
				    "%s back", sevadm_x509_kind_name(c->kind), c->serial);
	}
	return true;
}

/* ------------------------------------------------------------------- a step */

static void check_root(const struct job *job, struct sevadm_x509_link *link)
{
	const struct sevadm_x509 *ark = job->cert[SEVADM_X509_ARK], *own = job->want->root;
	const char *name;

	if (!is_there(job, SEVADM_X509_ARK, link) || !has_key(ark, link))
		return;
	if (own) {
		if (own->kind != SEVADM_X509_ARK ||
		    memcmp(own->key_sha256, ark->key_sha256, sizeof(own->key_sha256))) {
			FAIL(link, UNKNOWN_ROOT, "unknown root: the ARK is not that of --root");
			return;
		}
		job->chain->root = "own";
		PASS(link, "the ARK is your own root");
		return;
	}
	name = root_name(ark->key_sha256);
	if (!name)
		FAIL(link, UNKNOWN_ROOT, "unknown root: the ARK is none of AMD's that are known");
	else if (strcmp(name, ark->product))
		FAIL(link, PRODUCT, "wrong product: the ARK is AMD's for %s, and is called %s", name,
		     ark->subject);
	else
		PASS(link, "the ARK is AMD's for %s", name);
	job->chain->root = name;
}

static void check_pair(const struct job *job, enum sevadm_x509_kind by,
		       enum sevadm_x509_kind kind, struct sevadm_x509_link *link)
{
	const struct sevadm_x509 *signer = job->cert[by], *c = job->cert[kind];
	struct sevadm_x509_link other = *link;
	bool there = is_there(job, by, link);
	char text[RFC3339];

	/* what is wrong with the certificate itself is told in any case */
	if (!is_there(job, kind, &other) || !is_named(c, &other) || !has_key(c, &other) ||
	    !is_complete(c, &other) || !may_sign(c, &other) || !is_signed_well(c, &other)) {
		/* the bytes may be others than were signed: that says more */
		if (!there || !c || job->twice[kind] || is_signed(signer, c, link))
			*link = other;
		return;
	}
	if (!there || !is_same_product(signer, c, link) || !is_signed(signer, c, link) ||
	    !is_valid_then(c, job->want->time, link) || !is_kept(job, c, link))
		return;
	PASS(link, "%s; valid until %s", c->signature, time_text(c->until, text));
}

static void check_crl(const struct job *job, struct sevadm_x509_link *link)
{
	const struct sevadm_x509 *ark = job->cert[SEVADM_X509_ARK], *last = NULL;
	char text[RFC3339];

	for (size_t i = 0; i < job->nr; i++) {
		const struct sevadm_x509 *crl = &job->certs[i];

		if (crl->kind != SEVADM_X509_CRL)
			continue;
		last = crl;
		if (!is_there(job, SEVADM_X509_ARK, link) || !is_signed_well(crl, link) ||
		    !is_signed(ark, crl, link) || !is_valid_then(crl, job->want->time, link))
			return;
	}
	if (last && !ark->signs_crls)
		FAIL(link, WRONG_USAGE, "wrong usage: the ARK does not say that it may sign lists of "
		     "revoked certificates");
	else if (last)
		PASS(link, "%zu revoked; the next is due %s", last->nr_revoked, last->has_until ?
		     time_text(last->until, text) : "at no date that it tells");
	else if (job->want->crl)
		SKIP(link, MISSING, "missing link: there is no list of revoked certificates%s%s",
		     ark ? " of " : "", ark ? ark->product : "");
	else
		SKIP(link, NO_CAUSE, "there is no list of revoked certificates, and none was asked for");
}

static void add_part(char *list, size_t size, const char *name, unsigned int is,
		     unsigned int wanted)
{
	size_t used = strlen(list);

	if (is != wanted)
		snprintf(list + used, size - used, "%s%s %u instead of %u", used ? ", " : "", name, is,
			 wanted);
}

void x509_check_tcb(const struct sevadm_x509 *c, const struct sevadm_tcb *want,
		    struct sevadm_x509_link *link)
{
	const struct sevadm_tcb *is = &c->tcb;
	char parts[160] = "";

	if (c->fault[0] || !is->known)
		say(link, SEVADM_CERT_SKIP, want ? SEVADM_CERT_EXTENSION : SEVADM_CERT_NO_CAUSE,
		    "its TCB cannot be told");
	else if (!want)
		SKIP(link, NO_CAUSE, "0x%016llx, compared with none", (unsigned long long)is->raw);
	else if (want->known && want->has_fmc != is->has_fmc)
		FAIL(link, TCB, "wrong TCB: one %s an FMC was asked for, and it is of %s",
		     want->has_fmc ? "with" : "without", c->product);
	else if (want->raw == is->raw)
		PASS(link, "0x%016llx, as it has to be", (unsigned long long)is->raw);
	else {
		add_part(parts, sizeof(parts), "FMC", is->fmc, want->fmc);
		add_part(parts, sizeof(parts), "boot loader", is->bootloader, want->bootloader);
		add_part(parts, sizeof(parts), "TEE", is->tee, want->tee);
		add_part(parts, sizeof(parts), "SNP", is->snp, want->snp);
		add_part(parts, sizeof(parts), "microcode", is->microcode, want->microcode);
		FAIL(link, TCB, "wrong TCB: it is that of 0x%016llx, not of 0x%016llx%s%s",
		     (unsigned long long)is->raw, (unsigned long long)want->raw,
		     want->known && *parts ? ": " : "", want->known ? parts : "");
	}
}

static uint8_t hwid_byte(const uint8_t *hwid, size_t size, size_t at)
{
	return at < size ? hwid[at] : 0;
}

void x509_check_hwid(const struct sevadm_x509 *c, const uint8_t *hwid, size_t size,
		     struct sevadm_x509_link *link)
{
	if (!hwid) {
		SKIP(link, NO_CAUSE, "compared with none");
		return;
	}
	if (!c) {
		SKIP(link, MISSING, "missing link: there is no VCEK, and nothing else names a chip");
		return;
	}
	for (size_t i = 0; i < SEVADM_CHIP_ID_SIZE; i++)
		if (hwid_byte(c->hwid, c->hwid_size, i) != hwid_byte(hwid, size, i)) {
			FAIL(link, HWID, "wrong chip: the id in the VCEK is another from byte %zu on", i);
			return;
		}
	PASS(link, "it is this chip's");
}

static void check_others(const struct job *job, struct sevadm_x509_link *link)
{
	const struct sevadm_x509 *c = job->cert[SEVADM_X509_OTHER];

	FAIL(link, WRONG_USAGE, "wrong usage: the certificate of %s has no place in this chain",
	     c->subject[0] ? c->subject : "nobody");
}

/* -------------------------------------------------------------------- whole */

static struct sevadm_x509_link *next(struct job *job, const char *name, unsigned int depth)
{
	struct sevadm_x509_link *link = &job->chain->links[job->chain->nr_links++];

	*link = (struct sevadm_x509_link){ .name = name, .depth = depth };
	return link;
}

static void check_vcek(struct job *job)
{
	const struct sevadm_x509 *vcek = job->cert[SEVADM_X509_VCEK];
	bool other = job->cert[SEVADM_X509_VLEK] || job->cert[SEVADM_X509_ASVK];

	if (vcek || job->cert[SEVADM_X509_ASK] || !other)
		check_pair(job, SEVADM_X509_ARK, SEVADM_X509_ASK, next(job, "ARK -> ASK", 1));
	if (vcek || !(other || job->want->ca_only))
		check_pair(job, SEVADM_X509_ASK, SEVADM_X509_VCEK, next(job, "ASK -> VCEK", 2));
	if (vcek)
		x509_check_tcb(vcek, job->want->tcb, next(job, "VCEK TCB", 3));
	if (vcek || job->want->hwid)
		x509_check_hwid(vcek, job->want->hwid, job->want->hwid_size,
				next(job, "VCEK HWID", 3));
}

static void check_vlek(struct job *job)
{
	const struct sevadm_x509 *vlek = job->cert[SEVADM_X509_VLEK];

	if (!vlek && !job->cert[SEVADM_X509_ASVK])
		return;
	check_pair(job, SEVADM_X509_ARK, SEVADM_X509_ASVK, next(job, "ARK -> ASVK", 1));
	if (vlek || !(job->cert[SEVADM_X509_VCEK] || job->want->ca_only))
		check_pair(job, SEVADM_X509_ASVK, SEVADM_X509_VLEK, next(job, "ASVK -> VLEK", 2));
	if (vlek)
		x509_check_tcb(vlek, job->want->tcb, next(job, "VLEK TCB", 3));
}

/* What failed says more than what is missing; what nobody asked for is no fault */
static void sum_up(struct sevadm_x509_chain *chain)
{
	for (int verdict = SEVADM_CERT_FAIL; verdict <= SEVADM_CERT_SKIP && !chain->broken; verdict++)
		for (size_t i = 0; i < chain->nr_links && !chain->broken; i++)
			if ((int)chain->links[i].verdict == verdict && chain->links[i].cause)
				chain->broken = &chain->links[i];
	chain->trusted = !chain->broken;
}

void sevadm_x509_verify(const struct sevadm_x509 *certs, size_t nr,
			const struct sevadm_x509_want *want, struct sevadm_x509_chain *chain)
{
	struct job job = { .certs = certs, .nr = nr, .want = want, .chain = chain };

	*chain = (struct sevadm_x509_chain){ .trusted = false };
	sort_out(&job);
	check_root(&job, next(&job, "ARK", 0));
	check_pair(&job, SEVADM_X509_ARK, SEVADM_X509_ARK, next(&job, "ARK -> ARK", 0));
	check_crl(&job, next(&job, "CRL", 1));
	check_vcek(&job);
	check_vlek(&job);
	if (job.cert[SEVADM_X509_OTHER])
		check_others(&job, next(&job, "others", 0));
	memcpy(chain->cert, job.cert, sizeof(chain->cert));
	sum_up(chain);
}

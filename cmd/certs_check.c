// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the key distribution service answered is data from anywhere until it was verified:
 * that it is what was asked for, from AMD's root on, of this chip and this TCB.
 */
#include "cmd/certs_check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/util/cleanup.h"
#include "lib/util/file.h"

#define FILE_SIZE_MAX	(1U << 20)
#define CERTS_MAX	12	/* of one chain, with a list of revoked ones */

__attribute__((format(printf, 4, 5)))
static int fail(struct sevadm_failure *failure, enum sevadm_class kind, const char *remedy,
		const char *format, ...)
{
	va_list ap;

	*failure = (struct sevadm_failure){ .kind = kind, .status = SEVADM_NO_FW_CALL };
	va_start(ap, format);
	vsnprintf(failure->message, sizeof(failure->message), format, ap);
	va_end(ap);
	snprintf(failure->remedy, sizeof(failure->remedy), "%s", remedy ? remedy : "");
	return -EBADMSG;
}

/* What is called by whom with its address before it */
static int no_such(const struct certs_check *c, const uint8_t *data, size_t size, const char *why,
		   struct sevadm_failure *failure)
{
	static const char remedy[] = "Something between here and AMD answers in its place: check "
				     "--proxy and --base-url.";
	bool html = size && data[0] == '<';

	return fail(failure, SEVADM_FAILED, html ? remedy : NULL, "%s: %s%s",
		    c->trust->got[c->what].url, html ? "this is a page of HTML: " : "", why);
}

static int not_trusted(const struct certs_check *c, const char *link, const char *why,
		       struct sevadm_failure *failure)
{
	return fail(failure, SEVADM_NO, "Nothing was written.", "%s: not trusted: %s: %s",
		    c->trust->got[c->what].url, link, why);
}

unsigned int certs_needs(enum certs_what what)
{
	switch (what) {
	case CERTS_CEK:
		return CERTS_BIT(CERTS_CEK_CA);
	case CERTS_CRL:
	case CERTS_VCEK:
		return CERTS_BIT(CERTS_CA);
	case CERTS_VLEK_CRL:
	case CERTS_VLEK:
		return CERTS_BIT(CERTS_VLEK_CA);
	default:
		return 0;
	}
}

/* --------------------------------------------------- SEV's own layout: ARK, ASK, CEK */

static int check_sev(const struct certs_check *c, const uint8_t *data, size_t size,
		     struct sevadm_failure *failure)
{
	static const uint32_t ask_ark[] = { 0x13, 0 }, cek[] = { 0x1004 };
	const struct sevadm_kds_object *ca = &c->trust->got[CERTS_CEK_CA];
	bool is_cek = c->what == CERTS_CEK;
	const uint32_t *usage = is_cek ? cek : ask_ark;
	size_t nr = 0, nr_ca = 0, wanted = is_cek ? 1 : 2;
	struct sevadm_cert certs[CERTS_MAX];
	struct sevadm_cert_chain chain;

	if (sevadm_cert_parse(data, size, certs, CERTS_MAX, &nr, failure)) {
		char why[sizeof(failure->message)];

		snprintf(why, sizeof(why), "%s", failure->message);
		return no_such(c, data, size, why, failure);
	}
	for (size_t i = 0; i < nr || i < wanted; i++)
		if (i >= nr || i >= wanted || certs[i].usage != usage[i])
			return no_such(c, data, size, is_cek ? "this is not a CEK alone" :
				       "this is not an ASK with an ARK behind it", failure);
	if (is_cek && sevadm_cert_parse(ca->data, ca->size, certs + nr, CERTS_MAX - nr, &nr_ca, failure))
		return -EBADMSG;
	sevadm_cert_verify(certs, nr + nr_ca, c->trust->root.has_sev ? &c->trust->root.sev : NULL,
			   &chain);
	/* the root, itself, ASK, CEK; what comes after is the platform's own */
	for (int i = 0; i < (is_cek ? 4 : 3); i++)
		if (chain.links[i].verdict != SEVADM_CERT_PASS)
			return not_trusted(c, chain.links[i].name, chain.links[i].why, failure);
	c->trust->by[c->what] = chain.root;
	return 0;
}

/* ------------------------------------------------------------------------- X.509 */

/* Certificates of several files, which stay where they are */
struct pile {
	struct sevadm_x509 *lists[4], all[CERTS_MAX];
	size_t nr_lists, nr_of[4], nr;
};

static void free_pile(struct pile *pile)
{
	for (size_t i = 0; i < pile->nr_lists; i++)
		sevadm_x509_free(pile->lists[i], pile->nr_of[i]);
	free(pile);
}

static int add(struct pile *pile, const uint8_t *data, size_t size, struct sevadm_failure *failure)
{
	struct sevadm_x509 *list = NULL;
	size_t nr = 0;
	int ret = sevadm_x509_read(data, size, &list, &nr, failure);

	pile->lists[pile->nr_lists] = list;
	pile->nr_of[pile->nr_lists++] = nr;
	if (ret)
		return ret;
	if (nr > CERTS_MAX - pile->nr)
		return fail(failure, SEVADM_FAILED, NULL, "more than %d certificates", CERTS_MAX);
	for (size_t i = 0; i < nr; i++)
		pile->all[pile->nr++] = list[i];
	return 0;
}

/* The kinds that it has to be, in this order, and nothing else */
static const struct {
	const char *name;
	enum sevadm_x509_kind kinds[2];
	size_t nr;
} shapes[CERTS_WHATS] = {
	[CERTS_CA] = { "an ASK with an ARK behind it", { SEVADM_X509_ASK, SEVADM_X509_ARK }, 2 },
	[CERTS_CRL] = { "a list of revoked certificates", { SEVADM_X509_CRL }, 1 },
	[CERTS_VCEK] = { "a VCEK", { SEVADM_X509_VCEK }, 1 },
	[CERTS_VLEK_CA] = { "an ASVK with an ARK behind it",
			    { SEVADM_X509_ASVK, SEVADM_X509_ARK }, 2 },
	[CERTS_VLEK_CRL] = { "a list of revoked certificates", { SEVADM_X509_CRL }, 1 },
	[CERTS_VLEK] = { "a VLEK", { SEVADM_X509_VLEK }, 1 },
};

static bool has_shape(const struct pile *pile, enum certs_what what)
{
	for (size_t i = 0; i < pile->nr; i++)
		if (i >= shapes[what].nr || pile->all[i].kind != shapes[what].kinds[i])
			return false;
	return pile->nr == shapes[what].nr;
}

static bool is_of(enum certs_what what, enum certs_what other)
{
	return certs_needs(other) & CERTS_BIT(what);
}

static void verify(const struct certs_check *c, const struct pile *pile,
		   struct sevadm_x509_chain *chain)
{
	const struct certs_chip *chip = c->trust->chip;
	bool vek = c->what == CERTS_VCEK || c->what == CERTS_VLEK;
	struct sevadm_x509_want want = {
		.time = time(NULL), .root = c->trust->root.x509,
		.crl = c->what == CERTS_CRL || c->what == CERTS_VLEK_CRL, .ca_only = !vek,
		.hwid = c->what == CERTS_VCEK ? chip->id : NULL,
		.hwid_size = c->what == CERTS_VCEK ? sizeof(chip->id) : 0,
		.tcb = vek ? &chip->tcb : NULL,
	};

	sevadm_x509_verify(pile->all, pile->nr, &want, chain);
}

/* What it is verified by, and the list of what is revoked, if there is one */
static int add_others(const struct certs_check *c, struct pile *pile,
		      struct sevadm_failure *failure)
{
	int ret = 0;

	for (int i = 0; i < CERTS_WHATS && !ret; i++) {
		enum certs_what other = (enum certs_what)i;
		const struct sevadm_kds_object *object = &c->trust->got[i];
		bool list = (other == CERTS_CRL && c->what == CERTS_VCEK) ||
			    (other == CERTS_VLEK_CRL && c->what == CERTS_VLEK);

		if (object->data && other != c->what && (is_of(other, c->what) || list))
			ret = add(pile, object->data, object->size, failure);
	}
	return ret;
}

static int check_product(const struct certs_check *c, const struct pile *pile,
			 struct sevadm_failure *failure)
{
	enum sevadm_generation wanted = c->trust->chip->processor.generation;

	for (size_t i = 0; i < pile->nr; i++)
		if (pile->all[i].generation != wanted)
			return fail(failure, SEVADM_NO, "Nothing was written.",
				    "%s: not trusted: this is of %s, not of %s",
				    c->trust->got[c->what].url, pile->all[i].product[0] ?
				    pile->all[i].product : "no known product",
				    sevadm_generation_name(wanted));
	return 0;
}

static int check_x509(const struct certs_check *c, const uint8_t *data, size_t size,
		      struct sevadm_failure *failure)
{
	struct pile *pile = calloc(1, sizeof(*pile));
	struct sevadm_x509_chain chain;
	char why[sizeof(failure->message)];
	int ret;

	if (!pile)
		return fail(failure, SEVADM_FAILED, NULL, "no memory");
	ret = add(pile, data, size, failure);
	if (ret) {
		snprintf(why, sizeof(why), "%s", failure->message);
		no_such(c, data, size, why, failure);
	} else if (!has_shape(pile, c->what)) {
		snprintf(why, sizeof(why), "this is not %s alone", shapes[c->what].name);
		ret = no_such(c, data, size, why, failure);
	} else {
		ret = check_product(c, pile, failure);
	}
	if (!ret)
		ret = add_others(c, pile, failure);
	if (!ret) {
		verify(c, pile, &chain);
		c->trust->by[c->what] = chain.root;
		if (!chain.trusted)
			ret = not_trusted(c, chain.broken->name, chain.broken->why, failure);
	}
	free_pile(pile);
	return ret;
}

int certs_check(void *arg, const uint8_t *data, size_t size, struct sevadm_failure *failure)
{
	const struct certs_check *c = arg;

	if (c->what == CERTS_CEK || c->what == CERTS_CEK_CA)
		return check_sev(c, data, size, failure);
	return check_x509(c, data, size, failure);
}

/* ------------------------------------------------------------------------- roots */

static int take_root(struct certs_trust *trust, const char *text, size_t size)
{
	struct sevadm_failure failure;
	const char *encoding;
	size_t nr = 0;

	if (!trust->root.x509 && !sevadm_x509_read(text, size, &trust->root.x509,
						    &trust->root.nr_x509, &failure)) {
		if (trust->root.nr_x509 == 1 && trust->root.x509->kind == SEVADM_X509_ARK)
			return 0;
		return -EINVAL;
	}
	if (trust->root.has_sev || sevadm_bytes_decode(text, size, &trust->root.bytes, &size,
							&encoding))
		return -EINVAL;
	if (sevadm_cert_parse(trust->root.bytes, size, &trust->root.sev, 1, &nr, &failure) || nr != 1 ||
	    !trust->root.sev.ca || trust->root.sev.usage)
		return -EINVAL;
	trust->root.has_sev = true;
	return 0;
}

int certs_root(struct cli *cli, struct certs_trust *trust, const char *file)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int ret = file_read_all(file, FILE_SIZE_MAX, &text, &size);

	if (ret)
		return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
				    "read %.512s: %s (%s)", file, strerror(-ret),
				    strerrorname_np(-ret));
	return take_root(trust, text, size) ?
	       report_error(cli, SEVADM_FAILED, "Name a file with one ARK: of X.509 once at most, of "
			    "SEV's own layout once at most.", "%.512s: this is no root", file) : 0;
}

void certs_trust_free(struct certs_trust *trust)
{
	for (int i = 0; i < CERTS_WHATS; i++)
		free(trust->got[i].data);
	free(trust->root.bytes);
	sevadm_x509_free(trust->root.x509, trust->root.nr_x509);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pki.h"

static void wrong(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s\n", what, word);
	exit(EXIT_FAILURE);
}

/* ------------------------------------------------------------------ values */

static int64_t read_time(const char *text)
{
	struct tm tm = { .tm_isdst = 0 };
	char *end = strptime(text, "%Y-%m-%d", &tm);

	if (end && *end == 'T')
		end = strptime(end, "T%H:%M:%SZ", &tm);
	if (!end || *end)
		wrong("no time (YYYY-MM-DD[THH:MM:SSZ])", text);
	return timegm(&tm);
}

static void read_hwid(const char *text, struct spec *s)
{
	size_t digits = strlen(text);

	if (digits % 2 || digits > 2 * sizeof(s->hwid))
		wrong("no HWID", text);
	for (size_t i = 0; i < digits / 2; i++)
		if (sscanf(text + 2 * i, "%2hhx", &s->hwid[i]) != 1)
			wrong("no HWID", text);
	s->hwid_size = digits / 2;
}

static void read_revoked(const char *text, struct spec *s)
{
	char *end;

	for (s->nr_revoked = 0; *text; text = *end ? end + 1 : end) {
		if (s->nr_revoked == sizeof(s->revoked) / sizeof(s->revoked[0]))
			wrong("too many", text);
		s->revoked[s->nr_revoked++] = strtoull(text, &end, 0);
		if (end == text)
			wrong("no serial number", text);
	}
}

static bool take_spl(const char *name, const char *value, struct spec *s)
{
	static const char *const names[] = {
		NULL, "bl", "tee", "snp", "spl4", "spl5", "spl6", "spl7", "ucode", "fmc",
	};

	for (int i = 1; i < 10; i++) {
		if (strcmp(name, names[i]))
			continue;
		s->spl[i] = strtoull(value, NULL, 0);
		s->has_fmc |= i == 9;
		return true;
	}
	return false;
}

static bool take_text(const char *name, const char *value, struct spec *s)
{
	const struct {
		const char *name;
		char *text;
		size_t size;
	} texts[] = {
		{ "cn", s->cn, sizeof(s->cn) }, { "issuer", s->issuer, sizeof(s->issuer) },
		{ "key", s->key, sizeof(s->key) }, { "signer", s->signer, sizeof(s->signer) },
		{ "name", s->product_name, sizeof(s->product_name) },
		{ "csp", s->csp, sizeof(s->csp) },
		{ "omit", s->omit, sizeof(s->omit) }, { "repeat", s->repeat, sizeof(s->repeat) },
		{ "hash", s->how.hash, sizeof(s->how.hash) },
		{ "padding", s->how.padding, sizeof(s->how.padding) },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(name, texts[i].name)) {
			snprintf(texts[i].text, texts[i].size, "%s", value);
			return true;
		}
	return false;
}

static void take(const char *name, const char *value, struct spec *s)
{
	if (!strcmp(name, "from"))
		s->from = read_time(value);
	else if (!strcmp(name, "until"))
		s->until = *value ? read_time(value) : 0;
	else if (!strcmp(name, "serial"))
		s->serial = strtoull(value, NULL, 0);
	else if (!strcmp(name, "salt"))
		s->how.salt = atoi(value);
	else if (!strcmp(name, "ca"))
		s->ca = !strcmp(value, "yes");
	else if (!strcmp(name, "struct"))
		s->struct_version = strtoull(value, NULL, 0);
	else if (!strcmp(name, "hwid"))
		read_hwid(value, s);
	else if (!strcmp(name, "hwid-as"))
		s->hwid_octets = !strcmp(value, "octets");
	else if (!strcmp(name, "flip"))
		s->flip = atol(value);
	else if (!strcmp(name, "cut"))
		s->cut = strtoul(value, NULL, 0);
	else if (!strcmp(name, "revoked"))
		read_revoked(value, s);
	else if (!take_spl(name, value, s) && !take_text(name, value, s))
		wrong("unknown word", name);
}

/* ---------------------------------------------------------------- as AMD has it */

static void preset_vek(struct spec *s, bool turin)
{
	static const uint64_t spl[] = { 0, 3, 0, 8, 0, 0, 0, 0, 0x73, 0 };

	memcpy(s->spl, spl, sizeof(spl));
	s->struct_version = turin;
	s->has_fmc = turin;
	s->spl[9] = turin ? 1 : 0;
	s->from = read_time("2023-04-03T19:23:43Z");
	s->until = read_time("2044-04-03T19:23:43Z");
	s->hwid_size = s->kind == SPEC_VCEK ? turin ? 8 : 64 : 0;
	for (size_t i = 0; i < s->hwid_size; i++)
		s->hwid[i] = (uint8_t)(0xd4 + 37 * i);
	snprintf(s->product_name, sizeof(s->product_name), "%s%s", s->product,
		 s->kind == SPEC_VCEK && !turin ? "-B0" : "");
	if (s->kind == SPEC_VLEK)
		snprintf(s->csp, sizeof(s->csp), "Cloud of the tests");
}

static void preset_names(struct spec *s, const char *lower)
{
	static const char *const subjects[] = {
		"ARK-%s", "SEV-%s", "SEV-VLEK-%s", "SEV-VCEK", "SEV-VLEK", "",
	}, *const keys[] = { "%s-ark", "%s-ask", "%s-asvk", "vcek", "vlek", "%s-ark" };
	static const int issuer[] = { SPEC_ARK, SPEC_ARK, SPEC_ARK, SPEC_ASK, SPEC_ASVK, SPEC_ARK };

	snprintf(s->cn, sizeof(s->cn), subjects[s->kind], s->product);
	snprintf(s->issuer, sizeof(s->issuer), subjects[issuer[s->kind]], s->product);
	snprintf(s->key, sizeof(s->key), keys[s->kind], lower);
	snprintf(s->signer, sizeof(s->signer), keys[issuer[s->kind]], lower);
}

static void preset(struct spec *s, const char *lower)
{
	static const uint64_t generations[] = { 0x10000, 0x20000, 0x30000 };
	static const char *const products[] = { "milan", "genoa", "turin" };
	int generation = 0;

	while (generation < 3 && strcmp(products[generation], lower))
		generation++;
	if (generation == 3)
		wrong("no product", lower);
	snprintf(s->product, sizeof(s->product), "%s", lower);
	s->product[0] = (char)(s->product[0] - 'a' + 'A');
	s->ca = true;
	s->how = (struct sign_how){ .hash = "SHA384", .padding = "pss", .salt = 48 };
	s->from = read_time("2020-10-22T17:23:05Z");
	s->until = read_time("2045-10-22T17:23:05Z");
	if (s->kind == SPEC_CRL)
		s->serial = 4;
	else if (s->kind <= SPEC_ASVK)
		s->serial = generations[generation] +
			    (s->kind == SPEC_ASK ? 1 : s->kind == SPEC_ASVK ? 0x101 : 0);
	preset_names(s, lower);
	if (s->kind == SPEC_VCEK || s->kind == SPEC_VLEK)
		preset_vek(s, generation == 2);
}

static enum spec_kind kind_of(const char *word)
{
	static const char *const kinds[] = { "ark", "ask", "asvk", "vcek", "vlek", "crl" };

	for (int i = 0; word && i < 6; i++)
		if (!strcmp(word, kinds[i]))
			return (enum spec_kind)i;
	wrong("neither ark, ask, asvk, vcek, vlek nor crl", word ? word : "nothing");
	return SPEC_ARK;
}

/* Blanks are between words, so that a value has "_" for one */
static void value_of(char *word, char **value)
{
	*value = strchr(word, '=');
	if (!*value)
		wrong("not NAME=VALUE", word);
	*(*value)++ = '\0';
	if (strcmp(word, "key") && strcmp(word, "signer"))
		for (char *p = *value; *p; p++)
			if (*p == '_')
				*p = ' ';
}

void spec_read(const char *words, struct spec *spec)
{
	char *copy = strdup(words), *save, *word, *value, product[16] = "milan";
	const char *at = strstr(words, "product=");

	*spec = (struct spec){ .kind = SPEC_ARK };
	if (!copy)
		wrong("no memory for", words);
	if (at)
		sscanf(at, "product=%15[a-z]", product);
	spec->kind = kind_of(strtok_r(copy, " ", &save));
	preset(spec, product);
	while ((word = strtok_r(NULL, " ", &save))) {
		value_of(word, &value);
		if (strcmp(word, "product"))
			take(word, value, spec);
	}
	free(copy);
}

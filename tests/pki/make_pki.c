// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make_pki KIND [NAME=VALUE...] - a certificate on standard output
 * make_pki all DIRECTORY [NAME=VALUE...] - what the key distribution service has of a chip
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki.h"

#define WORDS_MAX	4096

static void write_all(FILE *f, const void *bytes, size_t size)
{
	if (!f || fwrite(bytes, 1, size, f) != size || fflush(f)) {
		perror("make_pki: write");
		exit(EXIT_FAILURE);
	}
}

static void write_pem(FILE *f, const struct der *der, const char *label)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t column = 0;

	fprintf(f, "-----BEGIN %s-----\n", label);
	for (size_t i = 0; i < der->size; i += 3) {
		size_t have = der->size - i < 3 ? der->size - i : 3;
		unsigned int group = 0;
		char four[5] = "====";

		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (k < have ? der->bytes[i + k] : 0);
		for (size_t k = 0; k <= have; k++)
			four[k] = digits[group >> (18 - 6 * k) & 0x3f];
		fprintf(f, "%s%s", four, ++column % 16 ? "" : "\n");
	}
	fprintf(f, "%s-----END %s-----\n", column % 16 ? "\n" : "", label);
}

static void make(const char *kind, const char *words, struct der *der)
{
	char what[WORDS_MAX + 16];

	snprintf(what, sizeof(what), "%s %s", kind, words);
	pki_make(what, der);
}

static void put(FILE *f, const char *kind, const struct der *der, bool pem)
{
	if (pem)
		write_pem(f, der, strcmp(kind, "crl") ? "CERTIFICATE" : "X509 CRL");
	else
		write_all(f, der->bytes, der->size);
}

static FILE *create(const char *dir, const char *name)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	return f;
}

/* The same certificate twice, for no two signatures of RSASSA-PSS are the same */
static void put_chain(const char *dir, const char *name, const struct der *intermediate,
		      const struct der *ark)
{
	FILE *f = create(dir, name);

	write_pem(f, intermediate, "CERTIFICATE");
	write_pem(f, ark, "CERTIFICATE");
	fclose(f);
}

/* With the names of the service, as it has them: chains as PEM, the rest as DER */
static int make_all(const char *dir, const char *words)
{
	enum { ARK, ASK, ASVK, VCEK, VLEK, CRL, NR };
	static const struct {
		const char *kind, *name;
	} files[NR] = {
		{ "ark", "ark.der" }, { "ask", "ask.der" }, { "asvk", "asvk.der" },
		{ "vcek", "vcek.der" }, { "vlek", "vlek.der" }, { "crl", "crl" },
	};
	static struct der ders[NR];
	const char *product = strstr(words, "product=");
	char only[32] = "";

	if (product)
		sscanf(product, "%31s", only);
	for (int i = 0; i < NR; i++) {
		FILE *f = create(dir, files[i].name);

		make(files[i].kind, i == VCEK || i == VLEK ? words : only, &ders[i]);
		put(f, files[i].kind, &ders[i], false);
		fclose(f);
	}
	put_chain(dir, "cert_chain", &ders[ASK], &ders[ARK]);
	put_chain(dir, "vlek_chain", &ders[ASVK], &ders[ARK]);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	bool all = argc > 2 && !strcmp(argv[1], "all"), pem = false;
	char words[WORDS_MAX] = "";
	static struct der der;
	size_t used = 0;

	for (int i = all ? 3 : 2; i < argc; i++) {
		if (!strcmp(argv[i], "form=pem")) {
			pem = true;
			continue;
		}
		used += (size_t)snprintf(words + used, sizeof(words) - used, "%s ", argv[i]);
		if (used >= sizeof(words))
			return EXIT_FAILURE;
	}
	if (argc < 2) {
		fprintf(stderr, "make_pki: ark, ask, asvk, vcek, vlek, crl or all DIRECTORY\n");
		return EXIT_FAILURE;
	}
	if (all)
		return make_all(argv[2], words);
	make(argv[1], words, &der);
	put(stdout, argv[1], &der, pem);
	return EXIT_SUCCESS;
}

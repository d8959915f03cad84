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

static void put(FILE *f, const char *kind, const char *words, bool pem)
{
	char what[WORDS_MAX + 16];
	struct der der;

	snprintf(what, sizeof(what), "%s %s", kind, words);
	pki_make(what, &der);
	if (pem)
		write_pem(f, &der, strcmp(kind, "crl") ? "CERTIFICATE" : "X509 CRL");
	else
		write_all(f, der.bytes, der.size);
}

/* With the names of the service, as it has them: chains as PEM, the rest as DER */
static int make_all(const char *dir, const char *words)
{
	static const struct {
		const char *name, *kinds[2];
		bool pem, of_chip;
	} files[] = {
		{ "ark.der", { "ark" }, false, false }, { "ask.der", { "ask" }, false, false },
		{ "asvk.der", { "asvk" }, false, false }, { "vcek.der", { "vcek" }, false, true },
		{ "vlek.der", { "vlek" }, false, true }, { "crl", { "crl" }, false, false },
		{ "cert_chain", { "ask", "ark" }, true, false },
		{ "vlek_chain", { "asvk", "ark" }, true, false },
	};
	const char *product = strstr(words, "product=");
	char path[1024], only[32] = "";

	if (product)
		sscanf(product, "%31s", only);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, files[i].name);
		f = fopen(path, "w");
		if (!f) {
			perror(path);
			return EXIT_FAILURE;
		}
		for (int k = 0; k < 2 && files[i].kinds[k]; k++)
			put(f, files[i].kinds[k], files[i].of_chip ? words : only, files[i].pem);
		fclose(f);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	bool all = argc > 2 && !strcmp(argv[1], "all"), pem = false;
	char words[WORDS_MAX] = "";
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
	put(stdout, argv[1], words, pem);
	return EXIT_SUCCESS;
}

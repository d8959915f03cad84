// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/certs_fetched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/util/file_set.h"

static int add(struct fetched_files *files, const char *name, enum certs_what what,
	       const void *data, size_t size, const uint8_t *sha256)
{
	struct fetched_file *file = &files->file[files->nr];

	/* the ARK of both chains is one */
	for (size_t i = 0; i < files->nr; i++)
		if (!strcmp(files->file[i].name, name))
			return 0;
	if (files->nr == FETCHED_FILES)
		return -E2BIG;
	file->data = malloc(size);
	if (!file->data)
		return -ENOMEM;
	memcpy(file->data, data, size);
	file->size = size;
	file->what = certs_word(what);
	snprintf(file->name, sizeof(file->name), "%s", name);
	for (size_t i = 0; i < 32; i++)
		snprintf(file->sha256 + 2 * i, 3, "%02x", sha256[i]);
	files->nr++;
	return 0;
}

/* ask.cert, ark.cert, cek.cert: as they are */
static int add_sev(struct fetched_files *files, enum certs_what what,
		   const struct sevadm_kds_object *object)
{
	struct sevadm_cert certs[2];
	struct sevadm_failure failure;
	size_t nr = 0;
	int ret = sevadm_cert_parse(object->data, object->size, certs, 2, &nr, &failure);

	for (size_t i = 0; i < nr && !ret; i++)
		ret = add(files, what == CERTS_CEK ? "cek.cert" : i ? "ark.cert" : "ask.cert", what,
			  certs[i].data, certs[i].size, certs[i].sha256);
	return ret;
}

/* DER as PEM, lines of 64 characters: to be freed, or NULL */
static char *pem_of(const uint8_t *der, size_t size, const char *label, size_t *len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = NULL;
	FILE *f = open_memstream(&text, len);
	size_t column = 0;

	if (!f)
		return NULL;
	fprintf(f, "-----BEGIN %s-----\n", label);
	for (size_t i = 0; i < size; i += 3) {
		size_t have = size - i < 3 ? size - i : 3;
		unsigned int group = 0;
		char four[5] = "====";

		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (k < have ? der[i + k] : 0);
		for (size_t k = 0; k <= have; k++)
			four[k] = digits[group >> (18 - 6 * k) & 0x3f];
		fprintf(f, "%s%s", four, ++column % 16 ? "" : "\n");
	}
	fprintf(f, "%s-----END %s-----\n", column % 16 ? "\n" : "", label);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static int add_one(struct fetched_files *files, const char *name, enum certs_what what,
		   const struct sevadm_x509 *cert, bool pem)
{
	char full[32], *text;
	size_t len;
	int ret;

	snprintf(full, sizeof(full), "%s.%s", name, pem ? "pem" : "der");
	if (!pem)
		return add(files, full, what, cert->der, cert->size, cert->sha256);
	text = pem_of(cert->der, cert->size, cert->kind == SEVADM_X509_CRL ? "X509 CRL" :
		      "CERTIFICATE", &len);
	ret = text ? add(files, full, what, text, len, cert->sha256) : -ENOMEM;
	free(text);
	return ret;
}

static int add_x509(struct fetched_files *files, enum certs_what what,
		    const struct sevadm_kds_object *object, enum certs_form form)
{
	static const char *const names[CERTS_WHATS][2] = {
		[CERTS_CA] = { "ask", "ark" }, [CERTS_CRL] = { "crl" }, [CERTS_VCEK] = { "vcek" },
		[CERTS_VLEK_CA] = { "asvk", "ark" }, [CERTS_VLEK_CRL] = { "vlek-crl" },
		[CERTS_VLEK] = { "vlek" },
	};
	bool chain = what == CERTS_CA || what == CERTS_VLEK_CA;
	bool pem = form == CERTS_AS_IS ? chain : form == CERTS_PEM;
	struct sevadm_failure failure;
	struct sevadm_x509 *certs;
	size_t nr = 0;
	int ret = sevadm_x509_read(object->data, object->size, &certs, &nr, &failure);

	for (size_t i = 0; i < nr && i < 2 && names[what][i] && !ret; i++)
		ret = add_one(files, names[what][i], what, &certs[i], pem);
	sevadm_x509_free(certs, nr);
	return ret;
}

int fetched_make(struct fetched_files *files, const struct sevadm_kds_object *got,
		     unsigned int wanted, enum certs_form form)
{
	int ret = 0;

	for (int i = 0; i < CERTS_WHATS && !ret; i++) {
		if (!(wanted & CERTS_BIT(i)))
			continue;
		if (i == CERTS_CEK || i == CERTS_CEK_CA)
			ret = add_sev(files, (enum certs_what)i, &got[i]);
		else
			ret = add_x509(files, (enum certs_what)i, &got[i], form);
	}
	return ret;
}

int fetched_write(const struct fetched_files *files, const char *dir, const char **failed)
{
	bool made = !mkdir(dir, 0700);
	struct file_new set[FETCHED_FILES];
	char *paths[FETCHED_FILES] = { NULL };
	int ret = made || errno == EEXIST ? 0 : -errno;
	size_t i, which = 0;

	*failed = NULL;
	for (i = 0; i < files->nr && !ret; i++) {
		if (asprintf(&paths[i], "%s/%s", dir, files->file[i].name) < 0) {
			paths[i] = NULL;
			ret = -ENOMEM;
		}
		set[i] = (struct file_new){ .path = paths[i], .data = files->file[i].data,
					    .size = files->file[i].size, .mode = 0600 };
	}
	if (!ret) {
		ret = file_write_set(set, files->nr, &which);
		*failed = ret && ret != -ENOTDIR ? files->file[which].name : NULL;
	}
	while (i--)
		free(paths[i]);
	if (ret && made)
		rmdir(dir);
	return ret;
}

void fetched_free(struct fetched_files *files)
{
	for (size_t i = 0; i < files->nr; i++)
		free(files->file[i].data);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/kds/cache.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/crypto/digest.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"

/* The first line of a file, so that it tells whose it is */
#define HEAD "sevadm cache 1 "

/* Where @url has its file: to be freed, or NULL */
static char *name_of(const char *dir, const char *url)
{
	struct crypto_sha256 state = { { 0 } };
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[2 * CRYPTO_SHA256_SIZE + 1], *name;

	if (crypto_sha256_update(&state, url, strlen(url)) || crypto_sha256_final(&state, digest))
		return NULL;
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return asprintf(&name, "%s/%s", dir, hex) < 0 ? NULL : name;
}

/* A directory, and nobody else's to write to */
static int check_ours(const char *dir)
{
	struct stat st;

	if (lstat(dir, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	return st.st_uid != geteuid() || st.st_mode & 022 ? -EPERM : 0;
}

int cache_read(const char *dir, const char *url, size_t max, uint8_t **data, size_t *size)
{
	_cleanup_free_ char *name = name_of(dir, url), *head = NULL, *text = NULL;
	size_t len, all;
	int ret = check_ours(dir);

	if (ret)
		return ret;
	if (!name || asprintf(&head, HEAD "%s\n", url) < 0) {
		head = NULL;
		return -ENOMEM;
	}
	len = strlen(head);
	ret = file_read(name, len + max, &text, &all);
	if (ret)
		return ret;
	/* another's, or a torn one of a file system that lost it: as good as none */
	if (all < len || memcmp(text, head, len))
		return -ENOENT;
	*data = malloc(all - len + 1);
	if (!*data)
		return -ENOMEM;
	*size = all - len;
	memcpy(*data, text + len, *size + 1);
	return 0;
}

/* With the directory that it is in, as ~/.cache need not be there */
static int make(const char *dir)
{
	_cleanup_free_ char *copy = strdup(dir);

	if (!copy)
		return -ENOMEM;
	if (!mkdir(dir, 0700) || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return -errno;
	if (mkdir(dirname(copy), 0700) && errno != EEXIST)
		return -errno;
	return mkdir(dir, 0700) && errno != EEXIST ? -errno : 0;
}

int cache_write(const char *dir, const char *url, const uint8_t *data, size_t size)
{
	_cleanup_free_ char *name = name_of(dir, url), *all = NULL;
	size_t len = strlen(HEAD) + strlen(url) + 1;
	int ret = make(dir);

	if (!ret)
		ret = check_ours(dir);
	if (ret)
		return ret;
	all = malloc(len + size + 1);
	if (!name || !all)
		return -ENOMEM;
	snprintf(all, len + 1, HEAD "%s\n", url);
	memcpy(all + len, data, size);
	return file_replace(name, all, len + size, 0600);
}

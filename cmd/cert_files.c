// SPDX-License-Identifier: GPL-2.0-or-later
/* Files with certificates of SEV platforms, binary, hexadecimal or base64 */
#include "cmd/cert_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/cleanup.h"
#include "lib/util/file.h"

#define FILE_SIZE_MAX	(1U << 20)

void certs_free(struct certs *certs)
{
	for (size_t i = 0; certs && i < certs->nr_files; i++)
		free(certs->bytes[i]);
	free(certs);
}

static int cannot_read(struct cli *cli, const char *file, int err)
{
	return report_error(cli, err == EACCES ? SEVADM_PERMISSION : SEVADM_FAILED,
			    err == EFBIG ? "Name a file that holds certificates alone." : NULL,
			    "read %.512s: %s (%s)", file, strerror(err), strerrorname_np(err));
}

static int read_file(struct cli *cli, const char *file, struct certs *certs)
{
	_cleanup_free_ char *text = NULL;
	struct sevadm_failure failure;
	const char *encoding;
	size_t size, nr;
	int ret = file_read_all(file, FILE_SIZE_MAX, &text, &size);

	if (!ret)
		ret = sevadm_bytes_decode(text, size, &certs->bytes[certs->nr_files], &size, &encoding);
	if (ret)
		return cannot_read(cli, file, -ret);
	ret = sevadm_cert_parse(certs->bytes[certs->nr_files++], size, certs->cert + certs->nr,
				CERTS_MAX - certs->nr, &nr, &failure);
	for (size_t i = 0; i < nr; i++) {
		certs->file[certs->nr] = file;
		certs->encoding[certs->nr++] = encoding;
	}
	return ret ? report_error(cli, failure.kind, failure.remedy[0] ? failure.remedy :
				  "Give what `sevadm cert export`, sevctl or sev-tool wrote, whole.",
				  "%.512s: %s", file, failure.message) : 0;
}

int certs_read(struct cli *cli, const char *const *files, size_t nr, struct certs **certs)
{
	int code = 0;

	*certs = calloc(1, sizeof(**certs));
	if (!*certs)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	for (size_t i = 0; i < nr && !code; i++)
		code = read_file(cli, files[i], *certs);
	return code;
}

int certs_read_one(struct cli *cli, const char *file, const char *usage, struct certs **certs)
{
	int code = certs_read(cli, &file, 1, certs);
	const struct sevadm_cert *cert = *certs ? (*certs)->cert : NULL;
	int kind;

	if (code)
		return code;
	if ((*certs)->nr != 1)
		return report_error(cli, SEVADM_NO, "`sevadm cert convert --only` takes single ones "
				    "out of a chain.", "%.512s: %zu certificates are there, and one %s is "
				    "wanted", file, (*certs)->nr, usage);
	kind = cert_kind(cert);
	if (kind < 0)
		return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong usage: 0x%x is none of a chain, "
				    "and a %s is wanted", file, cert->usage, usage);
	if (strcmp(cert_kinds[kind], usage))
		return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong usage: this is one of usage %s, and %s is "
				    "wanted", file, cert_kinds[kind], usage);
	return 0;
}

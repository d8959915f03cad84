// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/report_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define HASHED_MAX	(64UL << 20)

static int bad_file(struct cli *cli, const char *file, int err)
{
	char name[512];

	return report_error(cli, err == EACCES || err == EPERM ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
			    "read %.512s: %s (%s)", text_escape(file, name, sizeof(name)), strerror(err),
			    strerrorname_np(err));
}

int report_data_size(struct cli *cli, size_t size)
{
	return size == SEVADM_REPORT_DATA_SIZE ? 0 :
	       report_error(cli, SEVADM_USAGE, "Hash what is longer or shorter: --data-hash=FILE.",
			    "a report carries %d bytes of data, and these are %zu",
			    SEVADM_REPORT_DATA_SIZE, size);
}

int report_data_file(struct cli *cli, const char *file, uint8_t *out)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0;
	int ret = file_read_all(file, SEVADM_REPORT_DATA_SIZE + 1, &data, &size), code;

	if (ret && ret != -EFBIG)
		return bad_file(cli, file, -ret);
	if (ret)
		return report_error(cli, SEVADM_USAGE, "Hash what is longer or shorter: --data-hash=FILE.",
				    "a report carries %d bytes of data, and these are more",
				    SEVADM_REPORT_DATA_SIZE);
	code = report_data_size(cli, size);
	if (!code)
		memcpy(out, data, SEVADM_REPORT_DATA_SIZE);
	return code;
}

/* FILE[:ALGORITHM]; a colon before anything else is the file's */
int report_data_digest(struct cli *cli, const char *spec, uint8_t *out)
{
	static const char *const algorithms[] = { "sha512", "sha384", "sha256" };
	_cleanup_free_ char *data = NULL, *file = strdup(spec);
	const char *algorithm = algorithms[0];
	char *colon = file ? strrchr(file, ':') : NULL;
	size_t size = 0;
	int ret;

	if (!file)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	for (size_t i = 0; colon && i < 3; i++)
		if (!strcmp(colon + 1, algorithms[i])) {
			algorithm = algorithms[i];
			*colon = '\0';
			break;
		}
	ret = file_read_all(file, HASHED_MAX, &data, &size);
	if (ret)
		return bad_file(cli, file, -ret);
	if (sevadm_report_data_hash(algorithm, data, size, out))
		return report_error(cli, SEVADM_FAILED, NULL, "libcrypto cannot calculate %s", algorithm);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <unistd.h>

#include "cmd/log.h"
#include "lib/util/file.h"

static int write_file(int fd, const struct log_record *record)
{
	return file_append(fd, record->json, strlen(record->json));
}

static void close_file(int fd)
{
	close(fd);
}

const struct log_backend log_file = {
	.what = "file", .begin = file_open_append, .write = write_file, .close = close_file,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/guest_output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/util/file.h"
#include "lib/util/text.h"

#define FILES_MAX	8
#define TIMEOUT_MAX	86400U

void guest_output_take(struct guest_output *o, const char *arg, struct argp_state *state)
{
	if (state->arg_num)
		argp_error(state, "one file at a time");
	if (!*arg)
		argp_error(state, "a file has a name");
	o->file = strcmp(arg, "-") ? arg : NULL;
}

void guest_output_encoding(struct guest_output *o, const char *arg, struct argp_state *state)
{
	if (strcmp(arg, "binary") && strcmp(arg, "hex") && strcmp(arg, "base64"))
		argp_error(state, "--encoding takes binary, hex or base64, not '%s'", arg);
	o->encoding = arg;
}

uint32_t guest_output_vmpl(const char *arg, struct argp_state *state)
{
	uint64_t vmpl = 0;

	if (text_u64(arg, SEVADM_GUEST_VMPLS - 1, &vmpl))
		argp_error(state, "--vmpl takes 0, 1, 2 or 3, not '%s'", arg);
	return (uint32_t)vmpl;
}

uint64_t guest_output_timeout(const char *arg, struct argp_state *state)
{
	uint64_t seconds = 0;

	if (text_u64(arg, TIMEOUT_MAX, &seconds))
		argp_error(state, "--timeout takes seconds, at most a day, not '%s'", arg);
	return seconds * 1000000000;
}

static bool binary(const struct guest_output *o)
{
	return !o->encoding || !strcmp(o->encoding, "binary");
}

static int cannot(struct cli *cli, const struct guest_output *o, const char *file, int err)
{
	char name[1024];

	text_escape(file, name, sizeof(name));
	if (err == EEXIST && o->secret)
		return report_error(cli, SEVADM_FAILED, "Name another, or take it away yourself.", "%.900s "
				    "is there already, and a key is written over nothing", name);
	return report_error(cli, err == EACCES || err == EPERM || err == EROFS ? SEVADM_PERMISSION :
			    SEVADM_FAILED, NULL, "write %.900s: %s (%s)", name, strerror(err),
			    strerrorname_np(err));
}

int guest_output_check(struct cli *cli, const struct guest_output *o)
{
	/* before a message is spent on it */
	if (o->file && o->secret && file_exists(o->file))
		return cannot(cli, o, o->file, EEXIST);
	if (o->file || o->tty || !isatty(STDOUT_FILENO))
		return 0;
	if (o->secret)
		return report_error(cli, SEVADM_USAGE, "Name a file, or say --tty.", "standard output is "
				    "a terminal, and keys are not shown there unasked");
	if (binary(o))
		return report_error(cli, SEVADM_USAGE, "Name a file, or say --encoding=hex.", "standard "
				    "output is a terminal, and binary is not shown there");
	return 0;
}

static int write_files(struct cli *cli, const struct guest_output *o, struct file_new *files, size_t nr)
{
	size_t failed = 0;
	int ret = nr ? file_write_set(files, nr, &failed) : 0;

	return ret ? cannot(cli, o, files[failed].path, -ret) : 0;
}

int guest_output_write(struct cli *cli, const struct guest_output *o, const void *data, size_t size,
		       const struct file_new *more, size_t nr)
{
	struct file_new files[FILES_MAX];
	uint8_t *text = NULL;
	size_t len = 0;
	int code, ret = sevadm_bytes_encode(data, size, o->encoding ? o->encoding : "binary", &text, &len);

	if (ret || nr >= FILES_MAX)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	for (size_t i = 0; i < nr; i++)
		files[i] = more[i];
	if (o->file)
		files[nr++] = (struct file_new){ o->file, text, len, 0600, o->secret };
	code = write_files(cli, o, files, nr);
	/* not by stdio, which would keep a copy */
	if (!code && !o->file) {
		ret = file_write_all(STDOUT_FILENO, (const char *)text, len);
		if (ret)
			code = cannot(cli, o, "standard output", -ret);
	}
	explicit_bzero(text, len);
	free(text);
	return code;
}


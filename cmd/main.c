// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevadm: global options -> command -> result -> exit code.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"

const char *argp_program_version = PACKAGE_STRING;

/* A full disk or a closed pipe behind stdout is a failure of the command */
static void close_stdout(void)
{
	if (fflush(stdout) || ferror(stdout) || (fclose(stdout) && errno != EBADF)) {
		fprintf(stderr, "sevadm: write to standard output: %s\n", strerror(errno));
		_exit(SEVADM_FAILED);
	}
}

int main(int argc, char **argv)
{
	struct cli cli = { .device = "kernel" };

	atexit(close_stdout);
	argp_err_exit_status = SEVADM_USAGE;
	return dispatch(&cli, argc, argv);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mistake in the command line, as JSON.  argp and getopt complain on standard error
 * and exit; with --json that is held back, and said in the result as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/cli.h"

static const struct cli *who;
static int held = -1, saved = -1;	/* what standard error is meanwhile, and what it was */

static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		bool form = !strcmp(argv[i], "--plan") || !strcmp(argv[i], "--format");

		if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "--plan=json") ||
		    !strcmp(argv[i], "--format=json"))
			return true;
		/* argv ends with NULL */
		if (form && argv[i + 1] && !strcmp(argv[i + 1], "json"))
			return true;
	}
	return false;
}

/* Standard error is itself again, and has what was held back; its beginning is in @said */
static void let_go(char *said, size_t size)
{
	char buf[1024];
	off_t at = 0;
	ssize_t n;

	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	saved = -1;
	n = pread(held, said, size - 1, 0);
	said[n < 0 ? 0 : n] = '\0';
	for (; (n = pread(held, buf, sizeof(buf), at)) > 0; at += n)
		fwrite(buf, 1, (size_t)n, stderr);
	close(held);
	held = -1;
}

/* Lines that were wrapped are one again */
static void unwrap(char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	for (; (text = strchr(text, '\n')); text++)
		*text = ' ';
}

/*
 * "sevadm wbinvd: --jobs takes a number" without who says it.  What to do about it, @rest,
 * is on the lines after it: argp's "Try ...", or the last of our own; a line that the
 * message itself has, for an argument has one, comes before.
 */
static char *first_line(char *said, char **rest)
{
	char *end = strstr(said, "\nTry `"), *colon;

	*rest = NULL;
	if (!end) {
		size_t len = strlen(said);

		if (len && said[len - 1] == '\n')
			said[len - 1] = '\0';
		end = strrchr(said, '\n');
	}
	if (end) {
		*end = '\0';
		*rest = end[1] ? end + 1 : NULL;
		if (*rest)
			unwrap(*rest);
	}
	unwrap(said);
	colon = strncmp(said, "sevadm", 6) ? NULL : strstr(said, ": ");
	return colon ? colon + 2 : said;
}

static void at_exit(int code, void *arg)
{
	char said[2048], *rest, *message;

	(void)arg;
	if (saved < 0)
		return;
	let_go(said, sizeof(said));
	if (code != SEVADM_USAGE)
		return;
	message = first_line(said, &rest);
	report_usage(who->command ? who->command->name : NULL, message, rest);
}

void usage_hold(const struct cli *cli, int argc, char **argv)
{
	who = cli;
	if (!wants_json(argc, argv) || on_exit(at_exit, NULL))
		return;
	held = memfd_create("stderr", MFD_CLOEXEC);
	saved = held < 0 ? -1 : dup(STDERR_FILENO);
	if (saved < 0 || dup2(held, STDERR_FILENO) < 0) {
		/* then it is said in words only */
		if (saved >= 0)
			close(saved);
		if (held >= 0)
			close(held);
		saved = held = -1;
	}
}

void usage_release(void)
{
	char said[2048];

	if (saved >= 0)
		let_go(said, sizeof(said));
}

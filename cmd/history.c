// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was entered, for the next shell.  Where the home is somebody else's, as under some
 * configurations of sudo(8), nothing is written into it, or read.
 */
#include "cmd/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/util/cleanup.h"
#include "lib/util/file.h"

#define LARGEST	(8U << 20)	/* a thousand lines of the longest */

static bool unreadable;		/* what was there before */

static bool is_ours(const char *dir)
{
	struct stat st;

	return !stat(dir, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

/* Of each directory on the way that is not there, private */
static void make_dirs(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

/* To be freed; NULL: there is no place for it */
static char *path_of(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path;
	int n;

	/* it may be the first program that wants a place there */
	if (state && state[0] == '/')
		mkdir(state, 0700);
	if (state && state[0] == '/' && is_ours(state))
		n = asprintf(&path, "%s/sevadm/history", state);
	else if (home && home[0] == '/' && is_ours(home))
		n = asprintf(&path, "%s/.local/state/sevadm/history", home);
	else
		return NULL;
	return n < 0 ? NULL : path;
}

void history_load(struct edit *edit)
{
	_cleanup_free_ char *path = path_of(), *text = NULL;
	char *line, *rest;
	struct stat st;
	size_t size;

	if (!path || lstat(path, &st))
		return;
	/* what cannot be read is not ours to replace */
	unreadable = !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
		     file_read_all(path, LARGEST, &text, &size);
	if (unreadable)
		return;
	for (rest = text; (line = strsep(&rest, "\n"));)
		if (line[0])
			edit_remember(edit, line);
}

static void write_line(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
}

int history_save(struct edit *edit)
{
	_cleanup_free_ char *path = path_of(), *text = NULL;
	size_t size;
	FILE *f;

	if (!path || unreadable)
		return 0;
	f = open_memstream(&text, &size);
	if (!f)
		return -ENOMEM;
	edit_history_each(edit, write_line, f);
	if (fclose(f))
		return -ENOMEM;
	make_dirs(path);
	return file_replace(path, text, size, 0600);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of the journal (lib/core/journal.c) */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib/util/cleanup.h"

/* Ours alone, and a file: else somebody wants us to write somewhere */
int host_journal_open(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1)
		return fd;
	close(fd);
	return -EINVAL;
}

ssize_t host_journal_read(const char *path, bool tail, char *text, size_t size, uint64_t *length)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	off_t most = (off_t)size - 1;
	struct stat st;
	ssize_t n;

	text[0] = '\0';
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	n = pread(fd, text, size - 1, tail && st.st_size > most ? st.st_size - most : 0);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	*length = (uint64_t)st.st_size;
	return n;
}

int host_journal_put_aside(const char *path)
{
	char old[PATH_MAX];

	if (snprintf(old, sizeof(old), "%s.1", path) >= (int)sizeof(old))
		return -ENAMETOOLONG;
	return rename(path, old) ? -errno : 0;
}

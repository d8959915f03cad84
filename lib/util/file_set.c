// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/util/file_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/util/cleanup.h"
#include "lib/util/file.h"

/* @temporary: its name until it is at its place; @made: nothing was there, and now it is */
struct staged {
	char *temporary;
	bool existed, made;
};

bool file_is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* May it take that place?  A device, a pipe, a link to one: no file does */
static int check_place(const struct file_new *file, struct staged *staged)
{
	struct stat st;

	staged->existed = !lstat(file->path, &st);
	if (file->keep && staged->existed)
		return -EEXIST;
	if (!stat(file->path, &st) && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	return 0;
}

static int stage(const struct file_new *file, struct staged *staged)
{
	int fd, ret = check_place(file, staged);

	if (ret)
		return ret;
	/* beside it, for a rename does not cross file systems */
	if (asprintf(&staged->temporary, "%s.XXXXXX", file->path) < 0) {
		staged->temporary = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(staged->temporary, O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		free(staged->temporary);
		staged->temporary = NULL;
		return ret;
	}
	ret = file_write_all(fd, file->data, file->size);
	if (!ret && (fchmod(fd, file->mode) || fsync(fd)))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

/* A second name, then without the first: link() does not replace what came meanwhile */
static int place(const struct file_new *file, struct staged *staged)
{
	if (file->keep ? link(staged->temporary, file->path) : rename(staged->temporary, file->path))
		return -errno;
	if (file->keep)
		unlink(staged->temporary);
	free(staged->temporary);
	staged->temporary = NULL;
	staged->made = !staged->existed;
	return 0;
}

static void take_back(const struct file_new *files, struct staged *staged, size_t nr, bool failed)
{
	for (size_t i = 0; i < nr; i++) {
		if (staged[i].temporary)
			unlink(staged[i].temporary);
		if (failed && staged[i].made)
			unlink(files[i].path);
		free(staged[i].temporary);
	}
}

int file_write_set(const struct file_new *files, size_t nr, size_t *failed)
{
	_cleanup_free_ struct staged *staged = calloc(nr ? nr : 1, sizeof(*staged));
	int ret = 0;
	size_t i;

	*failed = 0;
	if (!staged)
		return -ENOMEM;
	for (i = 0; i < nr && !ret; i++)
		ret = stage(&files[i], &staged[i]);
	for (size_t n = 0; n < nr && !ret; n++) {
		ret = place(&files[n], &staged[n]);
		i = n + 1;
	}
	for (size_t n = 0; n < nr && !ret; n++) {
		ret = file_sync_directory(files[n].path);
		i = n + 1;
	}
	if (ret)
		*failed = i - 1;
	take_back(files, staged, nr, ret);
	return ret;
}

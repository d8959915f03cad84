/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_FILE_SET_H
#define UTIL_FILE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct file_new - one of several files that belong together
 * @path:	where
 * @data:	what it is to hold, @size bytes
 * @mode:	of it, whatever the umask
 * @keep:	what is there already is never replaced
 */
struct file_new {
	const char *path;
	const void *data;
	size_t size;
	mode_t mode;
	bool keep;
};

/**
 * file_write_set - all of them, or none
 * @files:	on the disk under other names before the first takes its place
 * @nr:		of them
 * @failed:	result: which of them could not be written
 * Return: 0; -EEXIST (@keep), -EINVAL (no regular file), -EISDIR, other -errno.  Then none of
 * them is new; of those that were to be replaced the first ones may be, where a rename failed
 */
int file_write_set(const struct file_new *files, size_t nr, size_t *failed);

/* Is there a directory of that name? */
bool file_is_directory(const char *path);

#endif

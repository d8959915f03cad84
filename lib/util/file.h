/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * file_open_append - a regular file to add records to
 * @path:	made with mode 0600 if it is not there; no symbolic link
 * Return: a descriptor, -EINVAL (no regular file), -ELOOP (a link), -errno
 */
int file_open_append(const char *path);

/**
 * file_create_append - a new file to add records to
 * @path:	made with mode 0600; nothing is there yet
 * Return: a descriptor, -EEXIST, -errno
 */
int file_create_append(const char *path);

/**
 * file_read - a whole file
 * @path:	which
 * @max:	bytes at most
 * @data:	result, with a NUL behind it, to be freed
 * @size:	of it
 * Return: 0, -EFBIG (there is more of it), -ENOMEM, -errno
 */
int file_read(const char *path, size_t max, char **data, size_t *size);

/**
 * file_append - one record, by one write(), and on the disk when it returns
 * @fd:		from file_open_append()
 * @record:	what
 * @size:	of it
 * Return: 0, -ENOSPC (only a part of it went in), -errno
 */
int file_append(int fd, const void *record, size_t size);

/**
 * file_replace - a whole file at once: whoever reads it sees the old one or the new one
 * @path:	which; a regular file that is there already is replaced, and so is a link to
 *		one, or to nothing
 * @data:	what it is to hold
 * @size:	of @data
 * @mode:	of the file, whatever the umask
 * Return: 0; -EINVAL (no regular file), -EISDIR, other -errno; then what was there is there
 * still, and nothing else
 */
int file_replace(const char *path, const void *data, size_t size, mode_t mode);

/* All of it, however often write() has to be called: 0 or -errno */
int file_write_all(int fd, const char *data, size_t size);

/* A name is on the disk when its directory is: 0 or -errno */
int file_sync_directory(const char *path);

/* A file for a result, as a shell's > and >> make it, but 0600: a descriptor or -errno */
int file_open_output(const char *path, bool append);

/* Standard input for who has nobody to ask: a descriptor or -errno */
int file_open_nothing(void);

/**
 * file_read_line - the first line of a small file, without its end
 * @path:	which
 * @buf:	result
 * @size:	of @buf
 * Return: 0 or -errno
 */
int file_read_line(const char *path, char *buf, size_t size);

/**
 * file_each_line - the lines of a text file, one after the other
 * @path:	which; "-" for standard input
 * @fn:		called with each, without its end, until it returns non-zero
 * @arg:	passed on
 * Return: 0, what @fn returned, -errno.  Lines are cut at NUL bytes
 */
int file_each_line(const char *path, int (*fn)(void *arg, const char *line), void *arg);

/**
 * file_read_all - a whole file
 * @path:	which; "-" for standard input
 * @max:	bytes that it may have
 * @text:	result, to be freed; a NUL follows it
 * @size:	of it
 * Return: 0, -EFBIG, other -errno
 */
int file_read_all(const char *path, size_t max, char **text, size_t *size);

/**
 * file_list - the regular files of a directory, and links to such, in the order of their names
 * @dir:	which
 * @names:	result: each as "DIR/NAME", one to be freed, and the array as well
 * @nr:		of @names
 * Return: 0, -ENOTDIR, -ENOMEM, other -errno
 */
int file_list(const char *dir, char ***names, size_t *nr);

/* The same of all that is in it, whatever it is */
int file_list_all(const char *dir, char ***names, size_t *nr);

/* A regular file, or a link to one */
bool file_is_regular(const char *path);

/* A directory for results, with mode 0700; one that is there is kept: 0, -ENOTDIR, -errno */
int file_make_directory(const char *path);

/* Something is called that */
bool file_exists(const char *path);

/**
 * file_copy - a copy of a file, for a while
 * @from:	which
 * @path:	of the copy, ends in XXXXXX, which is replaced; mode 0600
 * Return: 0 or -errno, and then there is no copy
 */
int file_copy(const char *from, char *path);

/* Who logged in and became who we are, by the kernel's audit: false where nobody did */
bool file_login_uid(uint32_t *uid);

#endif

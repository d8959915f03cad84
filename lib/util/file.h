/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include <stddef.h>

/**
 * file_open_append - a regular file to add records to
 * @path:	made with mode 0600 if it is not there; no symbolic link
 * Return: a descriptor, -EINVAL (no regular file), -ELOOP (a link), -errno
 */
int file_open_append(const char *path);

/**
 * file_append - one record, by one write(), and on the disk when it returns
 * @fd:		from file_open_append()
 * @record:	what
 * @size:	of it
 * Return: 0, -ENOSPC (only a part of it went in), -errno
 */
int file_append(int fd, const void *record, size_t size);

/**
 * file_read_line - the first line of a small file, without its end
 * @path:	which
 * @buf:	result
 * @size:	of @buf
 * Return: 0 or -errno
 */
int file_read_line(const char *path, char *buf, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLATFORM_NOTED_H
#define PLATFORM_NOTED_H

#include "sevadm.h"

/**
 * noted_text - guests as they are noted
 * @guests:	which
 * @boot:	id of the boot that they belong to, which is the first line
 * Return: a line for each, to be freed; NULL without memory
 */
char *noted_text(const struct sevadm_guests *guests, const char *boot);

/* For root alone to read.  0 or -errno */
int noted_write(const char *path, const char *text);

/**
 * noted_read - guests that were noted
 * @path:	where
 * @boot:	id of this boot
 * @noted:	result; nothing in it where the note is of another boot
 * Return: 0, or -errno where it cannot be read
 */
int noted_read(const char *path, const char *boot, struct sevadm_noted *noted);

#endif

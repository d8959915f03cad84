/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/**
 * text_escape - make text from outside safe to print
 * @in:		text from a file, the firmware or another process
 * @out:	result: control characters and bytes above 0x7e as \xNN
 * @size:	of @out
 * Return: @out
 */
char *text_escape(const char *in, char *out, size_t size);

/**
 * text_hex - bytes as lower-case hexadecimal digits
 * @out:	result, 2 * @size + 1 characters
 * @bytes:	which
 * @size:	of @bytes
 * Return: @out
 */
char *text_hex(char *out, const uint8_t *bytes, size_t size);

/**
 * text_u64 - a whole number, decimal or 0x hexadecimal, and nothing else
 * @text:	the number
 * @max:	largest value allowed
 * @value:	result
 * Return: 0, -EINVAL, -ERANGE
 */
int text_u64(const char *text, uint64_t max, uint64_t *value);

#endif

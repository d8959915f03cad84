// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sevadm.h"

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (uint8_t)tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int base64_digit(uint8_t c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Text of @bits bits a digit, blanks left out: bytes in @out, or -EINVAL */
static int from_text(const uint8_t *in, size_t size, int (*digit)(uint8_t c), unsigned int bits,
		     uint8_t *out, size_t *out_size)
{
	unsigned int have = 0, padding = 0;
	uint32_t held = 0;
	size_t digits = 0, n = 0;

	for (size_t i = 0; i < size; i++) {
		int value = digit(in[i]);

		if (isspace(in[i]))
			continue;
		if (in[i] == '=' && bits == 6 && padding++ < 2)
			continue;
		if (value < 0 || padding)
			return -EINVAL;
		digits++;
		held = held << bits | (uint32_t)value;
		have += bits;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(held >> have);
		}
	}
	if (!digits || have >= bits || (bits == 6 && (digits + padding) % 4))
		return -EINVAL;
	*out_size = n;
	return 0;
}

int sevadm_bytes_decode(const void *data, size_t size, uint8_t **bytes, size_t *nr_bytes,
			const char **encoding)
{
	uint8_t *out = malloc(size + 1);

	if (!out)
		return -ENOMEM;
	if (!from_text(data, size, hex_digit, 4, out, nr_bytes)) {
		*encoding = "hex";
	} else if (!from_text(data, size, base64_digit, 6, out, nr_bytes)) {
		*encoding = "base64";
	} else {
		*encoding = "binary";
		*nr_bytes = size;
		if (size)
			memcpy(out, data, size);
	}
	*bytes = out;
	return 0;
}

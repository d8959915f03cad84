// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sevadm.h"

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (uint8_t)tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int base64_digit(uint8_t c)
{
	const char *at = c ? strchr(base64_digits, c) : NULL;

	return at ? (int)(at - base64_digits) : -1;
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

static uint8_t *to_hex(const uint8_t *in, size_t size, size_t *nr)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *out = malloc(2 * size + size / 32 + 2), *at = out;

	for (size_t i = 0; out && i < size; i++) {
		*at++ = (uint8_t)digits[in[i] >> 4];
		*at++ = (uint8_t)digits[in[i] & 15];
		if (i % 32 == 31 || i + 1 == size)
			*at++ = '\n';
	}
	*nr = (size_t)(at - out);
	return out;
}

static uint8_t *to_base64(const uint8_t *in, size_t size, size_t *nr)
{
	uint8_t *out = malloc((size + 2) / 3 * 4 + 2), *at = out;

	for (size_t i = 0; out && i < size; i += 3) {
		uint32_t three = (uint32_t)in[i] << 16 | (i + 1 < size ? (uint32_t)in[i + 1] << 8 : 0) |
				 (i + 2 < size ? in[i + 2] : 0);

		for (unsigned int n = 0; n < 4; n++)
			*at++ = i + n > size ? '=' : (uint8_t)base64_digits[three >> (18 - 6 * n) & 63];
	}
	if (out)
		*at++ = '\n';
	*nr = (size_t)(at - out);
	return out;
}

static uint8_t *to_binary(const uint8_t *in, size_t size, size_t *nr)
{
	uint8_t *out = malloc(size + 1);

	if (out && size)
		memcpy(out, in, size);
	*nr = size;
	return out;
}

int sevadm_bytes_encode(const void *data, size_t size, const char *encoding, uint8_t **text,
			size_t *nr_text)
{
	if (!strcmp(encoding, "binary"))
		*text = to_binary(data, size, nr_text);
	else if (!strcmp(encoding, "hex"))
		*text = to_hex(data, size, nr_text);
	else if (!strcmp(encoding, "base64"))
		*text = to_base64(data, size, nr_text);
	else
		return -EINVAL;
	return *text ? 0 : -ENOMEM;
}

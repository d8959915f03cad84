/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the key distribution service answered, by its address.  A cache is a directory of our
 * own that nobody else writes to; what is in it is looked at again all the same.
 */
#ifndef KDS_CACHE_H
#define KDS_CACHE_H

#include <stddef.h>
#include <stdint.h>

/* What is there about @url, to be freed: 0, -ENOENT, -EPERM (others can write to it), -errno */
int cache_read(const char *dir, const char *url, size_t max, uint8_t **data, size_t *size);

/* Keep it, at once or not at all; makes @dir: 0, -EPERM, -errno */
int cache_write(const char *dir, const char *url, const uint8_t *data, size_t size);

#endif

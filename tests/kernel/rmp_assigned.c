// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rmp-assigned BASE LAST: pages that the RMP has as assigned, one frame number
 * in hex a line; not those of the table itself
 *
 * BASE and LAST are the addresses that the kernel tells at boot. Entries as in
 * Milan and Genoa (APM volume 2, 15.36.3): 16 bytes, assigned in bit 0, after
 * 16 KB for the processor's own use. Reads /dev/mem.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BOOKKEEPING	(16 * 1024)
#define ENTRIES		65536

struct entry {
	uint64_t lo, hi;
};

int main(int argc, char **argv)
{
	static struct entry entry[ENTRIES];
	uint64_t base, last, pfn = 0;
	off_t pos;
	int fd;

	if (argc != 3) {
		fputs("usage: rmp-assigned BASE LAST\n", stderr);
		return 64;
	}
	base = strtoull(argv[1], NULL, 0);
	last = strtoull(argv[2], NULL, 0);
	fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		error(1, errno, "/dev/mem");
	for (pos = (off_t)(base + BOOKKEEPING); pos < (off_t)last;) {
		size_t want = sizeof(entry);
		ssize_t got;

		if ((uint64_t)pos + want > last + 1)
			want = (size_t)(last + 1 - (uint64_t)pos);
		got = pread(fd, entry, want, pos);
		if (got <= 0)
			error(1, got ? errno : EIO, "/dev/mem at %#llx", (unsigned long long)pos);
		for (size_t i = 0; i < (size_t)got / sizeof(entry[0]); i++, pfn++)
			if (entry[i].lo & 1 && (pfn < base >> 12 || pfn > last >> 12))
				printf("%llx\n", (unsigned long long)pfn);
		pos += got;
	}
	return 0;
}

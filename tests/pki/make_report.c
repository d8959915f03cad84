// SPDX-License-Identifier: GPL-2.0-or-later
/* make_report [NAME=VALUE...] - an attestation report of an SNP guest on standard output */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

int main(int argc, char **argv)
{
	static uint8_t report[REPORT_SIZE];
	char words[8192] = "";
	size_t used = 0, size = REPORT_SIZE;

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "size=", 5)) {
			size = strtoul(argv[i] + 5, NULL, 0);
			continue;
		}
		used += (size_t)snprintf(words + used, sizeof(words) - used, "%s ", argv[i]);
		if (used >= sizeof(words))
			return EXIT_FAILURE;
	}
	report_make(words, report);
	for (size_t i = 0; i < size; i++)
		putchar(i < REPORT_SIZE ? report[i] : 0);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make_certs DIRECTORY - a platform's certificates there, a file each, and a guest's report, for
 * the scripts of tests/cli
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib_cert_fixture.h"

static int write_file(const char *name, const void *data, size_t size)
{
	FILE *f = fopen(name, "w");

	return !f || fwrite(data, size, 1, f) != 1 || fclose(f);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "pdh", "pek", "oca", "cek", "ask", "ark" };
	static struct fix_chain chain;
	uint8_t report[FIX_REPORT_SIZE];

	if (argc != 2 || chdir(argv[1]))
		return EXIT_FAILURE;
	fix_make(&chain, (struct fix_shape){ 2048, 2, 2 });
	for (int i = 0; i < FIX_WHOLE; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%s.cert", names[i]);
		if (write_file(name, chain.cert[i], chain.size[i]))
			return EXIT_FAILURE;
	}
	fix_report(&chain, report);
	if (write_file("report.bin", report, sizeof(report)))
		return EXIT_FAILURE;
	fix_free(&chain);
	return EXIT_SUCCESS;
}

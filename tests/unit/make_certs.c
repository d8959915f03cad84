// SPDX-License-Identifier: GPL-2.0-or-later
/* make_certs DIRECTORY - a platform's certificates there, a file each, for the scripts of tests/cli */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib_cert_fixture.h"

int main(int argc, char **argv)
{
	static const char *const names[] = { "pdh", "pek", "oca", "cek", "ask", "ark" };
	static struct fix_chain chain;

	if (argc != 2 || chdir(argv[1]))
		return EXIT_FAILURE;
	fix_make(&chain, (struct fix_shape){ 2048, 2, 2 });
	for (int i = 0; i < FIX_WHOLE; i++) {
		char name[16];
		FILE *f;

		snprintf(name, sizeof(name), "%s.cert", names[i]);
		f = fopen(name, "w");
		if (!f || fwrite(chain.cert[i], chain.size[i], 1, f) != 1 || fclose(f))
			return EXIT_FAILURE;
	}
	fix_free(&chain);
	return EXIT_SUCCESS;
}

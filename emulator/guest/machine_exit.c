// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * machine-exit STATUS - end the emulated machine with a test's exit status
 *
 * The status goes out through QEMU's isa-debugcon, then isa-debug-exit ends
 * QEMU at once: no shutdown of drivers, whose messages would follow the test.
 */
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <sys/io.h>

#define PORT_DEBUGCON	0xe9
#define PORT_DEBUG_EXIT	0x501	/* two bytes wide; QEMU's default place */

int main(int argc, char **argv)
{
	const char *c;

	if (argc != 2) {
		fputs("usage: machine-exit STATUS\n", stderr);
		return 64;
	}
	if (ioperm(PORT_DEBUGCON, 1, 1) || ioperm(PORT_DEBUG_EXIT, 2, 1))
		error(1, errno, "ioperm");
	for (c = argv[1]; *c; c++)
		outb((unsigned char)*c, PORT_DEBUGCON);
	outb('\n', PORT_DEBUGCON);
	outb(0, PORT_DEBUG_EXIT);
	error(1, 0, "the machine has no isa-debug-exit device");
	return 1;
}

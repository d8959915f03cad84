// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * psp-fault [FAULT...] - make the emulated PSP fail
 * psp-fault --resets - print how often a fault reset the machine
 *
 * Arms the faults, after those that are armed already; without any, prints what
 * is still armed. "none" forgets all. A fault is [CMD:]WORD[,WORD...]: CMD a
 * command id, else the next command of any kind is meant; words are
 *   status=S      answer S, and do nothing
 *   execute       do it nevertheless
 *   ext=X         leave X in CMDBUFF_ADDR_Hi:Lo
 *   delay-ms=D    answer D milliseconds later
 *   hang          never answer
 *   no-irq        answer, without an interrupt
 *   power-cut     the machine loses power; with execute: after the command was done
 *   reset         the machine is reset, same
 *   skip=N        let N commands go by first
 *   count=N       so many commands (1); 0: all from now on
 * A fault deaf-cpu=N makes the WBINVDs of CPU N count no more, deaf-cpu=none ends it.
 */
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>

#define PORT		0x5e0
#define PORT_RESULT	0x5e1
#define PORT_RESETS	0x5e2

int main(int argc, char **argv)
{
	unsigned char c;

	if (ioperm(PORT, 3, 1))
		error(1, errno, "ioperm");
	if (argc == 2 && !strcmp(argv[1], "--resets")) {
		printf("%u\n", inb(PORT_RESETS));
		return 0;
	}
	if (argc < 2) {
		outb(0, PORT_RESULT);
		while ((c = inb(PORT)))
			putchar(c);
		putchar('\n');
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		const char *s = strcmp(argv[i], "none") ? argv[i] : "";

		for (; *s; s++)
			outb((unsigned char)*s, PORT);
		outb('\n', PORT);
		if (inb(PORT_RESULT))
			error(1, 0, "no fault of the PSP: %s", argv[i]);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rmp-user rmpupdate|psmash|rmpread   execute it in user mode, in 64-bit code
 * rmp-user rmpupdate32|...            the same in 32-bit code
 * rmp-user write PAGE                 write to a page of /dev/rmptest, for ever if
 *                                     the write never comes to its end
 *
 * Prints the signal that the instruction raised, or "none".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CODE_AT		((void *)0x10000000)	/* below 4 GB: 32-bit code reaches it */
#define CS32		0x23			/* Linux's __USER32_CS */

static sigjmp_buf back;

static void caught(int sig)
{
	siglongjmp(back, sig);
}

static const struct {
	const char *name;
	uint8_t code[4];
} insn[] = {
	{ "rmpupdate", { 0xf2, 0x0f, 0x01, 0xfe } },
	{ "psmash", { 0xf3, 0x0f, 0x01, 0xff } },
	{ "rmpread", { 0xf2, 0x0f, 0x01, 0xfd } },
};

/* The instruction, then a return to where the call came from */
static uint8_t *code_of(const uint8_t bytes[4], int narrow)
{
	/* lretl: the caller pushed CS and EIP */
	static const uint8_t ret64 = 0xc3, ret32 = 0xcb;
	uint8_t *p = mmap(CODE_AT, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED)
		error(1, errno, "mmap");
	memcpy(p, bytes, 4);
	p[4] = narrow ? ret32 : ret64;
	return p;
}

/* Never returns unless the instruction is executed: a signal is what is expected */
static void run32(void)
{
	static const struct {
		uint32_t ip;
		uint16_t cs;
	} __attribute__((packed)) target = { 0x10000000, CS32 };

	/* a stack below 4 GB too, for the return */
	asm volatile("movq %%rsp, %%rbx\n\t"
		     "movl $0x10002000, %%esp\n\t"
		     "lcall *%[t]\n\t"
		     "movq %%rbx, %%rsp"
		     : : [t] "m" (target) : "rax", "rbx", "rcx", "memory");
}

static int execute(const char *name)
{
	size_t len = strcspn(name, "3");
	int narrow = name[len] != '\0';
	struct sigaction act = { .sa_handler = caught, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_sp = malloc(65536), .ss_size = 65536 };
	int sig;

	if (!stack.ss_sp || sigaltstack(&stack, NULL) || sigaction(SIGILL, &act, NULL) ||
	    sigaction(SIGSEGV, &act, NULL))
		error(1, errno, "signals");
	for (size_t i = 0; i < sizeof(insn) / sizeof(insn[0]); i++) {
		uint8_t *code;

		if (strlen(insn[i].name) != len || memcmp(insn[i].name, name, len))
			continue;
		code = code_of(insn[i].code, narrow);
		sig = sigsetjmp(back, 1);
		if (!sig && narrow)
			run32();
		else if (!sig)
			((void (*)(void))code)();
		puts(sig ? sigabbrev_np(sig) : "none");
		return 0;
	}
	return 64;
}

static int write_page(const char *page)
{
	int fd = open("/dev/rmptest", O_RDWR | O_CLOEXEC);
	volatile uint8_t *p;

	if (fd < 0)
		error(1, errno, "/dev/rmptest");
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		 (off_t)strtoul(page, NULL, 16) * 4096);
	if (p == MAP_FAILED)
		error(1, errno, "mmap");
	*p = 0x55;
	puts("written");
	return 0;
}

int main(int argc, char **argv)
{
	int ret = 64;

	if (argc == 2)
		ret = execute(argv[1]);
	else if (argc == 3 && !strcmp(argv[1], "write"))
		ret = write_page(argv[2]);
	if (ret == 64)
		fputs("usage: rmp-user rmpupdate|psmash|rmpread[32] | write PAGE\n", stderr);
	return ret;
}

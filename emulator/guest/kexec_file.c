// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec-file - the two steps of kexec that busybox does not have
 *
 *   kexec-file load KERNEL INITRD COMMANDLINE
 *   kexec-file load-crash KERNEL INITRD COMMANDLINE	for a panic
 *   kexec-file unload
 *   kexec-file exec
 */
#define _GNU_SOURCE
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		error(1, errno, "%s", path);
	return fd;
}

static void load(char **argv, unsigned long flags)
{
	const char *cmdline = argv[2];

	if (syscall(SYS_kexec_file_load, open_file(argv[0]), open_file(argv[1]),
		    strlen(cmdline) + 1, cmdline, flags))
		error(1, errno, "kexec_file_load");
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "load")) {
		load(argv + 2, 0);
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "load-crash")) {
		load(argv + 2, KEXEC_FILE_ON_CRASH);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "unload")) {
		if (syscall(SYS_kexec_file_load, -1, -1, 0UL, NULL,
			    (unsigned long)KEXEC_FILE_UNLOAD))
			error(1, errno, "kexec_file_load");
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "exec")) {
		syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			LINUX_REBOOT_CMD_KEXEC, NULL);
		error(1, errno, "reboot");
	}
	fputs("usage: kexec-file load|load-crash KERNEL INITRD COMMANDLINE | unload | exec\n",
	      stderr);
	return 64;
}

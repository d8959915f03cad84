/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the owner of a guest sends and gets: files, and commands that come through a
 * FIFO while the VM waits.
 */
#ifndef SNPVM_OWNER_H
#define SNPVM_OWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define REPORT_SIZE	208

struct blob {
	void *data;
	size_t size;
};

static inline struct blob take(const char *path)
{
	struct blob blob = { NULL, 0 };
	struct stat st;
	int fd;

	if (!path)
		return blob;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		error(1, errno, "%s", path);
	blob.size = (size_t)st.st_size;
	blob.data = malloc(blob.size + 1);
	if (!blob.data || read(fd, blob.data, blob.size) != (ssize_t)blob.size)
		error(1, errno, "%s", path);
	close(fd);
	return blob;
}

static inline void put(const char *path, const void *data, size_t size)
{
	int fd;

	if (!path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd))
		error(1, errno, "%s", path);
}

static inline void unhex(const char *text, uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (sscanf(text + 2 * i, "%2hhx", &out[i]) != 1)
			error(1, 0, "'%s' is no hexadecimal number of %zu bytes", text, size);
}

/* As sim_launch.c has it, over a VM; each answers an errno, and the firmware's status in @fw */
struct vm;
static int owner_op(const struct vm *vm, uint32_t id, void *data, uint32_t *fw);
static void *owner_room(const struct vm *vm, size_t size);

static inline int owner_secret(const struct vm *vm, char *words, uint32_t *fw)
{
	struct blob header = take(strsep(&words, " ")), payload = take(strsep(&words, " "));
	struct kvm_sev_launch_secret secret = {
		.hdr_uaddr = (uintptr_t)header.data, .hdr_len = (uint32_t)header.size,
		.trans_uaddr = (uintptr_t)payload.data, .trans_len = (uint32_t)payload.size,
		.guest_uaddr = (uintptr_t)owner_room(vm, payload.size),
		.guest_len = (uint32_t)payload.size,
	};
	int err = owner_op(vm, KVM_SEV_LAUNCH_SECRET, &secret, fw);

	if (!err)	/* memory here is not encrypted */
		put(words, (void *)(uintptr_t)secret.guest_uaddr, payload.size);
	free(header.data);
	free(payload.data);
	return err;
}

static inline int owner_attest(const struct vm *vm, char *words, uint32_t *fw)
{
	uint8_t report[REPORT_SIZE];
	struct kvm_sev_attestation_report attest = {
		.uaddr = (uintptr_t)report, .len = sizeof(report),
	};
	int err;

	unhex(strsep(&words, " "), attest.mnonce, sizeof(attest.mnonce));
	err = owner_op(vm, KVM_SEV_GET_ATTESTATION_REPORT, &attest, fw);
	if (!err)
		put(words, report, sizeof(report));
	return err;
}

/* One line is one command, and one line the answer: 0, or what went wrong */
static inline void owner_line(const struct vm *vm, char *line, int answers)
{
	static const struct {
		const char *name, *what;
	} commands[] = {
		{ "secret", "LAUNCH_SECRET" }, { "attest", "ATTESTATION" },
		{ "finish", "LAUNCH_FINISH" },
	};
	const char *name = strsep(&line, " ");
	uint32_t fw = 0;
	int i, err;

	for (i = 0; i < 2 && strcmp(name, commands[i].name); i++)
		;
	err = !i ? owner_secret(vm, line, &fw) : i == 1 ? owner_attest(vm, line, &fw) :
	      owner_op(vm, KVM_SEV_LAUNCH_FINISH, NULL, &fw);
	if (err)
		dprintf(answers, "%s: firmware status 0x%x: %s\n", commands[i].what, fw,
			strerror(err));
	else
		dprintf(answers, "0\n");
}

/* Both ends of each are open here, so that nobody waits for somebody to open them */
static inline int fifo(const char *path, const char *suffix)
{
	char name[256];
	int fd;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	fd = open(name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		error(1, errno, "%s", name);
	return fd;
}

static inline void __attribute__((noreturn)) owner_serve(const struct vm *vm, int commands,
							 int answers)
{
	FILE *in = fdopen(commands, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while (in && (len = getline(&line, &size, in)) > 0) {
		line[len - 1] = 0;
		owner_line(vm, line, answers);
	}
	error(1, errno, "nobody is there any more");
	abort();
}

#endif

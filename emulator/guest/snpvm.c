// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snpvm - hold an encrypted VM open
 *
 * Launches an SNP, SEV or SEV-ES VM through KVM as far as LAUNCH_FINISH (or
 * LAUNCH_START) and keeps it until it is killed.  Its vCPUs have threads, named
 * as a VMM's, that never enter the guest: the emulated host runs none with a VMSA.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kvm_compat.h"

#define MB		(1024UL * 1024)
#define MAX_VCPUS	64
/* What an SNP launch measures and encrypts; the rest of memory is only there */
#define LAUNCH_BYTES	(64UL * 1024)

enum kind { SNP, SEV, SEV_ES };

struct options {
	enum kind kind;
	unsigned long mem_mb;
	unsigned long launch_kb;
	unsigned int vcpus;
	uint64_t policy;
	bool policy_set;
	bool launch_only;
	bool stubborn;
	const char *ready;
};

struct vm {
	const struct options *opt;
	int fd;
	int sev_fd;
	void *mem;
	size_t size;
};

/* One line that says what failed, with the firmware's status if it was asked */
static void __attribute__((noreturn)) die(const char *what, const struct kvm_sev_cmd *cmd)
{
	if (cmd && cmd->error)
		error(1, errno, "%s: firmware status 0x%x", what, cmd->error);
	error(1, errno, "%s", what);
	abort();
}

static void sev_op(const struct vm *vm, uint32_t id, void *data, const char *what)
{
	struct kvm_sev_cmd cmd = {
		.id = id,
		.data = (uintptr_t)data,
		.sev_fd = vm->sev_fd,
	};

	if (ioctl(vm->fd, KVM_MEMORY_ENCRYPT_OP, &cmd))
		die(what, &cmd);
}

static void add_memory(struct vm *vm)
{
	struct kvm_userspace_memory_region2 region = {
		.memory_size = vm->size,
		.userspace_addr = (uintptr_t)vm->mem,
	};
	struct kvm_create_guest_memfd gmem = { .size = vm->size };
	struct kvm_memory_attributes attr = {
		.size = vm->size,
		.attributes = KVM_MEMORY_ATTRIBUTE_PRIVATE,
	};
	int fd;

	if (vm->opt->kind != SNP) {
		if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION2, &region))
			die("KVM_SET_USER_MEMORY_REGION2", NULL);
		return;
	}
	fd = ioctl(vm->fd, KVM_CREATE_GUEST_MEMFD, &gmem);
	if (fd < 0)
		die("KVM_CREATE_GUEST_MEMFD", NULL);
	region.flags = KVM_MEM_GUEST_MEMFD;
	region.guest_memfd = fd;
	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION2, &region))
		die("KVM_SET_USER_MEMORY_REGION2", NULL);
	if (ioctl(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &attr))
		die("KVM_SET_MEMORY_ATTRIBUTES", NULL);
}

static void *vcpu_thread(void *name)
{
	pthread_setname_np(pthread_self(), name);
	for (;;)
		pause();
	return NULL;
}

static void add_vcpus(const struct vm *vm)
{
	static char names[MAX_VCPUS][24];
	pthread_t thread;
	unsigned int i;
	int err;

	for (i = 0; i < vm->opt->vcpus; i++) {
		if (ioctl(vm->fd, KVM_CREATE_VCPU, i) < 0)
			die("KVM_CREATE_VCPU", NULL);
		snprintf(names[i], sizeof(names[i]), "CPU %u/KVM", i);
		err = pthread_create(&thread, NULL, vcpu_thread, names[i]);
		if (err)
			error(1, err, "pthread_create");
	}
}

static void snp_launch(const struct vm *vm)
{
	struct kvm_sev_snp_launch_start start = { .policy = vm->opt->policy };
	struct kvm_sev_snp_launch_update update = {
		.uaddr = (uintptr_t)vm->mem,
		.len = vm->opt->launch_kb * 1024,
		.type = KVM_SEV_SNP_PAGE_TYPE_NORMAL,
	};
	struct kvm_sev_snp_launch_finish finish = { 0 };

	sev_op(vm, KVM_SEV_SNP_LAUNCH_START, &start, "SNP_LAUNCH_START");
	if (vm->opt->launch_only)
		return;
	while (update.len)	/* the kernel says how much is left */
		sev_op(vm, KVM_SEV_SNP_LAUNCH_UPDATE, &update, "SNP_LAUNCH_UPDATE");
	sev_op(vm, KVM_SEV_SNP_LAUNCH_FINISH, &finish, "SNP_LAUNCH_FINISH");
}

static void sev_launch(const struct vm *vm)
{
	struct kvm_sev_launch_start start = { .policy = (uint32_t)vm->opt->policy };
	struct kvm_sev_launch_update_data update = {
		.uaddr = (uintptr_t)vm->mem,
		.len = (uint32_t)(vm->opt->launch_kb * 1024),
	};
	uint8_t blob[64];
	struct kvm_sev_launch_measure measure = { .uaddr = (uintptr_t)blob, .len = sizeof(blob) };

	sev_op(vm, KVM_SEV_LAUNCH_START, &start, "LAUNCH_START");
	if (vm->opt->launch_only)
		return;
	sev_op(vm, KVM_SEV_LAUNCH_UPDATE_DATA, &update, "LAUNCH_UPDATE_DATA");
	if (vm->opt->kind == SEV_ES)
		sev_op(vm, KVM_SEV_LAUNCH_UPDATE_VMSA, NULL, "LAUNCH_UPDATE_VMSA");
	sev_op(vm, KVM_SEV_LAUNCH_MEASURE, &measure, "LAUNCH_MEASURE");
	sev_op(vm, KVM_SEV_LAUNCH_FINISH, NULL, "LAUNCH_FINISH");
}

static void create(struct vm *vm)
{
	static const unsigned long types[] = {
		[SNP] = KVM_X86_SNP_VM, [SEV] = KVM_X86_SEV_VM, [SEV_ES] = KVM_X86_SEV_ES_VM,
	};
	struct kvm_sev_init init = { .ghcb_version = vm->opt->kind == SNP ? 2 : 0 };
	int kvm;

	vm->sev_fd = open("/dev/sev", O_RDWR | O_CLOEXEC);
	if (vm->sev_fd < 0)
		die("/dev/sev", NULL);
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		die("/dev/kvm", NULL);
	vm->fd = ioctl(kvm, KVM_CREATE_VM, types[vm->opt->kind]);
	if (vm->fd < 0)
		die("KVM_CREATE_VM", NULL);
	vm->size = vm->opt->mem_mb * MB;
	vm->mem = mmap(NULL, vm->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm->mem == MAP_FAILED)
		die("mmap", NULL);
	memset(vm->mem, 0x90, vm->opt->launch_kb * 1024);
	sev_op(vm, KVM_SEV_INIT2, &init, "KVM_SEV_INIT2");
	add_memory(vm);
	add_vcpus(vm);
}

static void say_ready(const char *path)
{
	int fd;

	puts("ready");
	fflush(stdout);
	if (!path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		die(path, NULL);
	close(fd);
}

static const struct argp_option option_table[] = {
	{ "type", 't', "KIND", 0, "snp (default), sev or sev-es", 0 },
	{ "mem", 'm', "MB", 0, "memory (2)", 0 },
	{ "launch-kb", 'k', "KB", 0, "how much of it the launch encrypts (64)", 0 },
	{ "vcpus", 'c', "N", 0, "vCPUs (1)", 0 },
	{ "policy", 'p', "POLICY", 0, "guest policy (0x30000; SEV 0x1, SEV-ES 0x5)", 0 },
	{ "launch-only", 'l', NULL, 0, "stop after LAUNCH_START", 0 },
	{ "stubborn", 's', NULL, 0, "ignore SIGTERM", 0 },
	{ "ready", 'r', "FILE", 0, "create FILE when the VM stands", 0 },
	{ 0 },
};

static unsigned long number(const char *text, unsigned long max, struct argp_state *state)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (!n || *end || n > max)
		argp_error(state, "bad number '%s'", text);
	return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 't':
		if (!strcmp(arg, "snp"))
			o->kind = SNP;
		else if (!strcmp(arg, "sev"))
			o->kind = SEV;
		else if (!strcmp(arg, "sev-es"))
			o->kind = SEV_ES;
		else
			argp_error(state, "unknown kind '%s'", arg);
		return 0;
	case 'm':
		o->mem_mb = number(arg, 1UL << 20, state);
		return 0;
	case 'k':
		o->launch_kb = number(arg, 1UL << 30, state) & ~3UL;
		return 0;
	case 'c':
		o->vcpus = (unsigned int)number(arg, MAX_VCPUS, state);
		return 0;
	case 'p':
		o->policy = number(arg, ~0UL, state);
		o->policy_set = true;
		return 0;
	case 'l':
		o->launch_only = true;
		return 0;
	case 's':
		o->stubborn = true;
		return 0;
	case 'r':
		o->ready = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const uint64_t policies[] = { [SNP] = 0x30000, [SEV] = 0x1, [SEV_ES] = 0x5 };
	static const struct argp argp = { .options = option_table, .parser = parse };
	struct options opt = { .mem_mb = 2, .launch_kb = LAUNCH_BYTES / 1024, .vcpus = 1 };
	struct vm vm = { .opt = &opt };

	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	if (!opt.policy_set)
		opt.policy = policies[opt.kind];
	if (opt.launch_kb > opt.mem_mb * 1024)
		opt.launch_kb = opt.mem_mb * 1024;
	if (opt.stubborn)
		signal(SIGTERM, SIG_IGN);
	create(&vm);
	if (opt.kind == SNP)
		snp_launch(&vm);
	else
		sev_launch(&vm);
	say_ready(opt.ready);
	for (;;)
		pause();
}

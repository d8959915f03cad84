// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snpvm - hold an encrypted VM open
 *
 * Launches an SNP, SEV or SEV-ES VM through KVM as far as LAUNCH_FINISH (or
 * LAUNCH_START) and keeps it until it is killed.  Its vCPUs have threads, named
 * as a VMM's, that never enter the guest: the emulated host runs none with a VMSA.
 *
 * With --control a SEV guest waits when it was measured, for its owner:
 *	secret HEADER PAYLOAD FILE	inject a secret; FILE gets what the guest has then
 *	attest NONCE FILE		FILE gets a report for that nonce
 *	finish				LAUNCH_FINISH
 */
#define _GNU_SOURCE
#include <argp.h>
#include <ctype.h>
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
#include "snpvm_owner.h"

#define MB		(1024UL * 1024)
#define MAX_VCPUS	64
#define VCPU_SIGNATURE	0xa00f11	/* EDX at reset: of Milan */
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
	const char *ready, *control;
	const char *godh, *session, *memory, *measurement;
	const char *id_block, *id_auth, *host_data;
	bool author_key, no_vcek;
};

struct vm {
	const struct options *opt;
	int fd;
	int sev_fd;
	void *mem;
	size_t size, launched;		/* how much of it the launch encrypts */
	uint64_t gpa;			/* where it begins */
};

/* One line that says what failed, with the firmware's status if it was asked */
static void __attribute__((noreturn)) die(const char *what, const struct kvm_sev_cmd *cmd)
{
	if (cmd && cmd->error)
		error(1, errno, "%s: firmware status 0x%x", what, cmd->error);
	error(1, errno, "%s", what);
	abort();
}

static int encrypt_op(const struct vm *vm, uint32_t id, void *data, struct kvm_sev_cmd *cmd)
{
	*cmd = (struct kvm_sev_cmd){
		.id = id,
		.data = (uintptr_t)data,
		.sev_fd = vm->sev_fd,
	};
	return ioctl(vm->fd, KVM_MEMORY_ENCRYPT_OP, cmd) ? errno : 0;
}

static void sev_op(const struct vm *vm, uint32_t id, void *data, const char *what)
{
	struct kvm_sev_cmd cmd;

	if (encrypt_op(vm, id, data, &cmd))
		die(what, &cmd);
}

static int owner_op(const struct vm *vm, uint32_t id, void *data, uint32_t *fw)
{
	struct kvm_sev_cmd cmd;
	int err = encrypt_op(vm, id, data, &cmd);

	*fw = cmd.error;
	return err;
}

/* Where a secret goes: a page that was not measured */
static void *owner_room(const struct vm *vm, size_t size)
{
	size_t at = (vm->launched + 4095) & ~4095UL;

	if (at + size > vm->size)
		error(1, 0, "no room for a secret");
	return (char *)vm->mem + at;
}

static void add_memory(struct vm *vm)
{
	struct kvm_userspace_memory_region2 region = {
		.guest_phys_addr = vm->gpa,
		.memory_size = vm->size,
		.userspace_addr = (uintptr_t)vm->mem,
	};
	struct kvm_create_guest_memfd gmem = { .size = vm->size };
	struct kvm_memory_attributes attr = {
		.address = vm->gpa,
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

/* Segments as QEMU's vCPUs begin with them, which is what owners expect to be measured */
static void reset_vcpu(int fd)
{
	const struct kvm_segment data = {
		.limit = 0xffff, .type = 3, .present = 1, .s = 1,
	};
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	if (ioctl(fd, KVM_GET_SREGS, &sregs) || ioctl(fd, KVM_GET_REGS, &regs))
		die("KVM_GET_SREGS", NULL);
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.cs = data;
	sregs.cs.type = 0xb;
	sregs.cs.selector = 0xf000;
	sregs.cs.base = 0xffff0000;
	sregs.tr = sregs.ldt = data;
	sregs.tr.s = sregs.ldt.s = 0;
	sregs.tr.type = 0xb;
	sregs.ldt.type = 2;
	sregs.gdt.limit = sregs.idt.limit = 0xffff;
	regs.rdx = VCPU_SIGNATURE;
	if (ioctl(fd, KVM_SET_SREGS, &sregs) || ioctl(fd, KVM_SET_REGS, &regs))
		die("KVM_SET_SREGS", NULL);
}

static void add_vcpus(const struct vm *vm)
{
	static char names[MAX_VCPUS][24];
	pthread_t thread;
	unsigned int i;
	int err, fd;

	for (i = 0; i < vm->opt->vcpus; i++) {
		fd = ioctl(vm->fd, KVM_CREATE_VCPU, i);
		if (fd < 0)
			die("KVM_CREATE_VCPU", NULL);
		reset_vcpu(fd);
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
		.gfn_start = vm->gpa / 4096,
		.uaddr = (uintptr_t)vm->mem,
		.len = vm->launched,
		.type = KVM_SEV_SNP_PAGE_TYPE_NORMAL,
	};
	struct blob block = take(vm->opt->id_block), auth = take(vm->opt->id_auth);
	struct kvm_sev_snp_launch_finish finish = {
		.id_block_uaddr = (uintptr_t)block.data, .id_auth_uaddr = (uintptr_t)auth.data,
		.id_block_en = block.data != NULL, .auth_key_en = vm->opt->author_key,
		.vcek_disabled = vm->opt->no_vcek,
	};

	if (vm->opt->host_data)
		unhex(vm->opt->host_data, finish.host_data, sizeof(finish.host_data));

	sev_op(vm, KVM_SEV_SNP_LAUNCH_START, &start, "SNP_LAUNCH_START");
	if (vm->opt->launch_only)
		return;
	while (update.len)	/* the kernel says how much is left */
		sev_op(vm, KVM_SEV_SNP_LAUNCH_UPDATE, &update, "SNP_LAUNCH_UPDATE");
	sev_op(vm, KVM_SEV_SNP_LAUNCH_FINISH, &finish, "SNP_LAUNCH_FINISH");
}

static void sev_launch(const struct vm *vm)
{
	struct blob godh = take(vm->opt->godh), session = take(vm->opt->session);
	struct kvm_sev_launch_start start = {
		.policy = (uint32_t)vm->opt->policy,
		.dh_uaddr = (uintptr_t)godh.data, .dh_len = (uint32_t)godh.size,
		.session_uaddr = (uintptr_t)session.data, .session_len = (uint32_t)session.size,
	};
	struct kvm_sev_launch_update_data update = {
		.uaddr = (uintptr_t)vm->mem,
		.len = (uint32_t)vm->launched,
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
	put(vm->opt->measurement, blob, measure.len);
	if (!vm->opt->control)
		sev_op(vm, KVM_SEV_LAUNCH_FINISH, NULL, "LAUNCH_FINISH");
}

/* What is launched: a file, an SNP guest's at the end of 4 GB, or bytes that mean nothing */
static void fill_memory(struct vm *vm)
{
	struct blob memory = take(vm->opt->memory);

	vm->launched = memory.data ? memory.size : vm->opt->launch_kb * 1024;
	if (vm->launched > vm->size)
		error(1, 0, "more is to be launched than there is memory");
	if (memory.data)
		memcpy(vm->mem, memory.data, memory.size);
	/* as firmware lies */
	if (memory.data && vm->opt->kind == SNP)
		vm->gpa = (1ULL << 32) - memory.size;
	if (!memory.data)
		memset(vm->mem, 0x90, vm->launched);
	free(memory.data);
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
	fill_memory(vm);
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

enum {
	KEY_CONTROL = 0x200, KEY_GODH, KEY_SESSION, KEY_MEMORY, KEY_MEASUREMENT, KEY_ID_BLOCK,
	KEY_ID_AUTH, KEY_AUTHOR, KEY_VCEK, KEY_HOST_DATA,
};

static const struct argp_option option_table[] = {
	{ "type", 't', "KIND", 0, "snp (default), sev or sev-es", 0 },
	{ "mem", 'm', "MB", 0, "memory (2)", 0 },
	{ "launch-kb", 'k', "KB", 0, "how much of it the launch encrypts (64)", 0 },
	{ "vcpus", 'c', "N", 0, "vCPUs (1)", 0 },
	{ "policy", 'p', "POLICY", 0, "guest policy (0x30000; SEV 0x1, SEV-ES 0x5)", 0 },
	{ "launch-only", 'l', NULL, 0, "stop after LAUNCH_START", 0 },
	{ "stubborn", 's', NULL, 0, "ignore SIGTERM", 0 },
	{ "ready", 'r', "FILE", 0, "create FILE when the VM stands", 0 },
	{ "control", KEY_CONTROL, "FIFO", 0, "take the owner's commands, answer in FIFO.answer", 0 },
	{ "godh", KEY_GODH, "FILE", 0, "the owner's certificate", 0 },
	{ "session", KEY_SESSION, "FILE", 0, "the owner's session", 0 },
	{ "memory", KEY_MEMORY, "FILE", 0, "what the launch encrypts", 0 },
	{ "measurement", KEY_MEASUREMENT, "FILE", 0, "gets what LAUNCH_MEASURE answers", 0 },
	{ "id-block", KEY_ID_BLOCK, "FILE", 0, "of SNP_LAUNCH_FINISH", 0 },
	{ "id-auth", KEY_ID_AUTH, "FILE", 0, "the same", 0 },
	{ "author-key", KEY_AUTHOR, "yes|no", 0, "the same", 0 },
	{ "vcek", KEY_VCEK, "yes|no", 0, "the same", 0 },
	{ "host-data", KEY_HOST_DATA, "HEX", 0, "the same", 0 },
	{ 0 },
};

static unsigned long number(const char *text, unsigned long max, struct argp_state *state)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (!isdigit((unsigned char)*text) || *end || n > max)
		argp_error(state, "bad number '%s'", text);
	return n;
}

/* What goes with the owner; false: nothing of it */
static bool parse_owner(int key, char *arg, struct options *o)
{
	const char **const files[] = {
		[KEY_CONTROL - 0x200] = &o->control, [KEY_GODH - 0x200] = &o->godh,
		[KEY_SESSION - 0x200] = &o->session, [KEY_MEMORY - 0x200] = &o->memory,
		[KEY_MEASUREMENT - 0x200] = &o->measurement,
		[KEY_ID_BLOCK - 0x200] = &o->id_block, [KEY_ID_AUTH - 0x200] = &o->id_auth,
		[KEY_HOST_DATA - 0x200] = &o->host_data,
	};

	if (key == KEY_AUTHOR)
		o->author_key = !strcmp(arg, "yes");
	else if (key == KEY_VCEK)
		o->no_vcek = !strcmp(arg, "no");
	else if (key >= KEY_CONTROL && key <= KEY_HOST_DATA)
		*files[key - KEY_CONTROL] = arg;
	else
		return false;
	return true;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (parse_owner(key, arg, o))
		return 0;
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
	int commands = -1, answers = -1;

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
	if (opt.control) {
		commands = fifo(opt.control, "");
		answers = fifo(opt.control, ".answer");
	}
	say_ready(opt.ready);
	if (opt.control)
		owner_serve(&vm, commands, answers);
	for (;;)
		pause();
}

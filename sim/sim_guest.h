/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guests from inside: what their kernels keep, what their VMMs answer them, and what the
 * parts of sim/ need of each other for it.
 *
 *   sim_guest.c		sev-guest, the driver of a guest's kernel
 *   sim_guest_host.c	what KVM and the VMM make of its requests
 *   sim_guest_fs.c	a guest's /proc, /sys and log
 *   sim_guest_tsm.c	configfs-tsm in it
 *   sim_guest_x86.c	its processor
 */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim;
struct sim_names;
struct sim_text;
struct sim_vm;
struct sim_why;

#define SIM_CERTS_MAX	0x10000u	/* of a table that VMMs give */
#define SIM_TSM_ITEMS	8u		/* directories of configfs-tsm, of all guests */
#define SIM_TSM_CERTS	0x4000u		/* SEV_FW_BLOB_MAX_SIZE */
#define SIM_REPORT_RESP	4000u
#define SIM_ALERT	128u		/* length of a line of a guest's log, with its NUL */

/* VMMs' answers, the upper half of SW_EXITINFO2 (GHCB, SNP Guest Request) */
#define SIM_VMM_INVALID_LEN	1u
#define SIM_VMM_BUSY		2u

/**
 * struct sim_guest - what a guest's kernel keeps
 * @vmpl:	that it runs at
 * @secrets:	page of its secrets page, 0: none
 * @alert:	what its driver said last, when it gave a key up
 */
struct sim_guest {
	uint32_t vmpl, secrets;
	char alert[SIM_ALERT];
};

/**
 * struct sim_vmm - what the VMMs of the machine answer their guests
 * @error:	to the next @count requests, without asking the firmware
 * @certs_len:	of the table of certificates, as every guest gets it
 */
struct sim_vmm {
	uint32_t error, count;
	uint32_t certs_len, pad;
	uint8_t certs[SIM_CERTS_MAX];
};

/**
 * struct sim_tsm - a directory in configfs-tsm
 * @vm:		as struct sim has it in @inside
 * @service:	a service of an SVSM is asked for, which there is not
 * @written, @made: generations: of what is asked, of what @out and @certs answer
 */
struct sim_tsm {
	uint32_t used, vm, privlevel, service;
	uint64_t written, made;
	uint32_t in_len, out_len, certs_len, pad;
	char name[64];
	uint8_t in[64], out[SIM_REPORT_RESP - 0x20];
	uint8_t certs[SIM_TSM_CERTS];
};

/**
 * struct kvm_guest_request - SNP Guest Request, or with @extended its other form
 * @in, @out:	pages that guest and host share
 * @certs:	the same, @npages of them
 * @npages:	RBX; how many are needed when they are too few
 * @exitinfo2:	SW_EXITINFO2: the firmware's status in the lower half
 */
struct kvm_guest_request {
	const uint8_t *in;
	uint8_t *out;
	bool extended;
	uint8_t *certs;
	uint32_t npages;
	uint64_t exitinfo2;
};

/* sim_guest_host.c: 0, or -EIO when the guest is not gone on with */
int kvm_guest_request(struct sim *s, struct sim_vm *vm, struct kvm_guest_request *r);
int act_guest(struct sim *s, const char *name, const char *value, struct sim_why *why);

/* sim_guest.c */
struct sim_vm *sim_guest_find(struct sim *s, uint64_t id);
int guest_ioctl(struct sim *s, unsigned long request, void *arg);
/* A report for configfs-tsm: of SIM_REPORT_RESP bytes, and of @size bytes of certificates */
int guest_ext_report(struct sim *s, struct sim_vm *vm, const uint8_t data[64], uint32_t vmpl,
		     uint8_t *resp, uint8_t *certs, uint32_t size);
/* The VM that the machine is seen from inside of; NULL: it is gone */
struct sim_vm *guest_vm(struct sim *s);

/* sim_guest_fs.c: as those of sim_fs.h, but by their whole path */
int guest_fs_read(struct sim *s, const char *path, struct sim_text *t);
int guest_fs_list(struct sim *s, const char *path, struct sim_names *n);
bool guest_fs_has(struct sim *s, const char *path);
int guest_kmsg(struct sim *s, int (*fn)(void *arg, uint64_t seq, const char *text), void *arg);

/* sim_guest_tsm.c; has: it is in there, and reading may make a report */
bool guest_tsm_has(const char *path);
int guest_tsm_read(struct sim *s, struct sim_vm *vm, const char *path, struct sim_text *t);
int guest_tsm_list(struct sim *s, struct sim_vm *vm, const char *path, struct sim_names *n);
void guest_tsm_forget(struct sim *s, const struct sim_vm *vm);

/* sim_guest_x86.c */
bool guest_has_node(struct sim *s, const char *path);
void guest_cpuid(const struct sim *s, uint32_t leaf, uint32_t regs[4]);
int guest_msr(struct sim *s, unsigned int cpu, uint32_t index, uint64_t *value);

#endif

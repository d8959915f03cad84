/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device and a host that exist for a test alone: they answer what they are
 * told to, and remember what was asked.  For what a simulated host cannot do.
 */
#ifndef LIB_FAKE_H
#define LIB_FAKE_H

#include <pthread.h>

#include "lib/core/context.h"
#include "lib_test.h"

#define FAKE_GUESTS	8
#define FAKE_VMMS	4
#define FAKE_REPLIES	16
#define FAKE_CALLS	4096
#define FAKE_THREADS	128

/**
 * struct fake_reply - what the device answers instead of doing it
 * @request:	ioctl number; SEV_ISSUE_CMD: see @flags
 * @flags:	only where these are all set (SEV_DBG_C_*), or for SEV_ISSUE_CMD the
 *		number of the command; 0: any
 * @ret:	0 or -errno
 * @status:	firmware status that goes with it
 * @reason:	SEV_DBG_R_*
 * @times:	how often
 * @fw_ext:	extended error that goes with @status
 */
struct fake_reply {
	unsigned long request;
	uint32_t flags;
	int ret;
	uint32_t status, reason;
	unsigned int times;
	uint64_t fw_ext;
};

struct fake_vmm {
	pid_t pid;
	bool stubborn;		/* against SIGTERM */
	bool immortal;		/* against SIGKILL too */
	bool unstoppable;	/* against SIGSTOP */
	bool stopped, ended;
	bool lingers;		/* KVM holds its guests on after its end */
};

struct fake_guest {
	struct sev_dbg_guest g;
	bool gone;		/* KVM's, too */
	uint32_t state, asid;	/* as the firmware has them */
	uint64_t policy;
	uint32_t vcek_dis;
};

/**
 * struct fake - the two seams and what is behind them
 * @adm:	an open handle on them
 * @present, @online: lists of CPUs
 * @sev_state, @snp_state: of the firmware
 * @on_submit:	called first in each submit(), if set
 * @on_pin:	called first in each pin(), if set; non-zero is the answer
 * @pinned, @nr_pinned: threads that were pinned while they waited, and where
 * @cpus_per_ccx: what /sys tells of the topology; 0: nothing
 * @on_read:	asked first in each read(), if set; -ENOSYS: not its affair
 * @on_run:	answers run(), if set; else there is no such program
 * @on_write:	answers write(), if set; else there is no such file
 * @interrupted: so many waits for a process end early, by a signal
 * @asked:	the observer wants to stop
 * @ask_when_interrupted: from then on
 * @now_ns:	the clock; sleeping and waiting move it
 */
struct fake {
	struct device dev;
	struct host host;
	struct sevadm adm;
	struct sevadm_run run;
	const char *present, *online, *release;
	struct sev_dbg_info info;
	uint32_t sev_state, snp_state;
	struct fake_guest guests[FAKE_GUESTS];
	size_t nr_guests;
	struct fake_vmm vmms[FAKE_VMMS];
	size_t nr_vmms;
	struct fake_reply replies[FAKE_REPLIES];
	size_t nr_replies;
	void (*on_submit)(struct fake *fake, unsigned long request, void *arg);
	int (*on_pin)(struct fake *fake, unsigned int cpu);
	ssize_t (*on_read)(struct fake *fake, const char *path, char *buf, size_t size);
	int (*on_run)(struct fake *fake, const char *const *words, char *said, size_t size);
	int (*on_write)(struct fake *fake, const char *path, const char *text);
	struct { pid_t tid; int cpu; } pinned[FAKE_THREADS];
	size_t nr_pinned;
	unsigned int cpus_per_ccx;
	uint64_t now_ns;
	unsigned int cancel_after;	/* steps; 0: never */
	unsigned int interrupted;
	bool asked, ask_when_interrupted;
	pthread_mutex_t lock;
	unsigned long calls[FAKE_CALLS];
	size_t nr_calls;
};

/* The CPU that the calling thread was pinned to last, or -1 */
extern _Thread_local int fake_cpu;

/* An SNP host that is up: 4 CPUs, no guest */
void fake_open(struct fake *fake);
void fake_close(struct fake *fake);
/* From now on threads can be pinned by others, as the kernel's host can */
void fake_pin_threads(struct fake *fake);
/* A VMM with a running guest of a kind; its pid is 100 + the guest's id */
struct fake_vmm *fake_vm(struct fake *fake, enum sevadm_guest_kind kind);
/* A context that nobody holds */
void fake_leak(struct fake *fake);
void fake_answer(struct fake *fake, struct fake_reply reply);
size_t fake_count(struct fake *fake, unsigned long request);

/* The steps of the run as one line: "SNP_DF_FLUSH=14 SHUTDOWN!EBUSY WBINVDx4" */
const char *fake_steps(const struct fake *fake);
void fake_expect(const struct fake *fake, enum sevadm_class class, const char *said);

#endif

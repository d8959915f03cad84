/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam: everything sevadm says to a device passes through submit().
 */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;
struct recorder;
struct replay;
struct sim;

/* Of a host the first two, of a guest the last: whichever is not there is remembered as that */
enum device_node { DEVICE_SEV, DEVICE_SEV_DEBUG, DEVICE_SEV_GUEST, DEVICE_NODES };
#define DEVICE_HOST_NODES	2	/* the first are of a host */

/**
 * struct device_ops - a back-end
 * @name:	"kernel", "sim", "record", "replay"
 * @submit:	one ioctl; the node follows from the request's type.  0 or -errno
 * @close:	release everything, the struct device too
 *
 * submit() may be called from several threads at once.
 */
struct device_ops {
	const char *name;
	int (*submit)(struct device *dev, unsigned long request, void *arg);
	void (*close)(struct device *dev);
};

/**
 * struct device - an open back-end; back-ends embed it
 * @simulated:	nothing real is touched
 * @node_err:	0 or -errno: why a node could not be opened
 * @write_err:	0 or -errno: why one that is open for reading alone could not be for more
 */
struct device {
	const struct device_ops *ops;
	bool simulated;
	int node_err[DEVICE_NODES];
	int write_err[DEVICE_NODES];
};

/* Which node a request belongs to, by the type and the size in its number; -1 for none */
int device_node_of(unsigned long request);
const char *device_node_path(enum device_node node);

static inline int device_submit(struct device *dev, unsigned long request, void *arg)
{
	return dev->ops->submit(dev, request, arg);
}

/**
 * device_kernel_open - /dev/sev and /dev/sev-debug, /dev/sev-guest
 * @out:	device; made although nodes cannot be opened, see node_err
 * @write:	open them for reading and writing
 * Return: 0 or -ENOMEM
 */
int device_kernel_open(struct device **out, bool write);

/**
 * device_sim_open - the same nodes of a simulated host
 * @out:	device
 * @sim:	the machine; stays the caller's
 * @write:	open them for reading and writing
 * Return: 0 or -ENOMEM
 */
int device_sim_open(struct device **out, struct sim *sim, bool write);

/* What struct device_fault names that is no firmware command */
enum {
	DEVICE_GET_INFO = 0x10000, DEVICE_GUEST_LIST, DEVICE_WBINVD, DEVICE_WBINVD_ALL, DEVICE_ANY,
};

#define DEVICE_FAULTS	64	/* at most, on one device */

enum device_answer {
	DEVICE_ANSWERS,		/* the back-end does, after the delay */
	DEVICE_STATUS,		/* this firmware status; the back-end is not asked */
	DEVICE_ERRNO,		/* the driver refuses; same */
	DEVICE_HANGS,		/* the firmware never answers; same, and the device is dead then */
	DEVICE_VMM,		/* a guest's hypervisor refuses; the back-end is not asked */
};

/**
 * struct device_fault - what is put in instead of an answer
 * @command:	firmware command id, or DEVICE_*
 * @has_cpu:	of WBINVDs, only that on @cpu
 * @has_guest:	only requests about @guest
 * @from:	the first that it happens to, counted from 1
 * @times:	how many of them, 0: all
 * @answer:	what
 * @status:	firmware status, or the hypervisor's error
 * @ext:	extended error beside it, 0: none
 * @err:	positive errno
 * @reason:	SEV_DBG_R_* beside it
 * @delay_ns:	before the answer, on the machine's clock
 * @recorded:	it happened when what is replayed was recorded: it is counted, and the
 *		recording gives the answer
 */
struct device_fault {
	uint32_t command;
	bool has_cpu, has_guest;
	uint32_t cpu;
	uint64_t guest, from, times;
	enum device_answer answer;
	uint32_t status, reason;
	uint64_t ext;
	int err;
	uint64_t delay_ns;
	bool recorded;
};

/**
 * device_fault_open - a device that has its faults, before another
 * @dev:	the other on entry, which is closed with it; then the one with faults
 * @sleep:	lets time pass on the machine
 * @arg:	passed on
 * @timeout_ns:	after which the driver gives a firmware up that does not answer
 *
 * What it counts is shared with processes that are forked later.
 * Return: 0 or -ENOMEM
 */
int device_fault_open(struct device **dev, void (*sleep)(void *arg, uint64_t ns), void *arg,
		      uint64_t timeout_ns);

/**
 * device_fault_share - the same faults before another device, counted together
 * @dev:	as of device_fault_open(); takes its time in its own way
 * @other:	a device from device_fault_open(), closed later than @dev
 * @sleep:	lets time pass on the machine
 * @arg:	passed on
 * Return: 0 or -ENOMEM
 */
int device_fault_share(struct device **dev, const struct device *other,
		       void (*sleep)(void *arg, uint64_t ns), void *arg);

/* One more fault of a device from device_fault_open(): 0, or -ENOSPC.  Before the first request */
int device_fault_add(struct device *dev, const struct device_fault *fault);

/* How many requests the @i-th fault was about, and how often it happened */
void device_fault_uses(const struct device *dev, size_t i, uint64_t *asked, uint64_t *used);
/* Another one, whose requests are recorded; closes @inner with it.  0 or -ENOMEM */
int device_record_open(struct device **out, struct device *inner, struct recorder *recorder);
/* Where the one behind it is, if it is such a one; else NULL */
struct device **device_record_inner(struct device *dev);
/* As a recording answers.  0 or -ENOMEM */
int device_replay_open(struct device **out, struct replay *replay);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam: everything sevadm says to a device passes through submit().
 */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

struct device;
struct recorder;
struct replay;
struct sim;

enum device_node { DEVICE_SEV, DEVICE_SEV_DEBUG, DEVICE_NODES };

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

/* Which node a request belongs to, by the type in its number; -1 for none */
int device_node_of(unsigned long request);
const char *device_node_path(enum device_node node);

static inline int device_submit(struct device *dev, unsigned long request, void *arg)
{
	return dev->ops->submit(dev, request, arg);
}

/**
 * device_kernel_open - /dev/sev and /dev/sev-debug
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

/* Another one, whose requests are recorded; closes @inner with it.  0 or -ENOMEM */
int device_record_open(struct device **out, struct device *inner, struct recorder *recorder);
/* As a recording answers.  0 or -ENOMEM */
int device_replay_open(struct device **out, struct replay *replay);

#endif

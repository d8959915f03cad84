// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The nodes of a simulated host.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "lib/device/device.h"
#include "sim/sim.h"

struct sim_device {
	struct device dev;
	struct sim *sim;
	int node[DEVICE_NODES];
};

static int sim_submit(struct device *dev, unsigned long request, void *arg)
{
	struct sim_device *sd = (struct sim_device *)dev;
	int node = device_node_of(request);

	if (node < 0)
		return -ENOTTY;
	if (dev->node_err[node])
		return dev->node_err[node];
	return sim_node_ioctl(sd->sim, sd->node[node], request, arg);
}

static void sim_device_close(struct device *dev)
{
	struct sim_device *sd = (struct sim_device *)dev;

	for (int i = 0; i < DEVICE_NODES; i++)
		if (!dev->node_err[i])
			sim_node_close(sd->sim, sd->node[i]);
	free(sd);
}

static const struct device_ops sim_ops = {
	.name = "sim",
	.submit = sim_submit,
	.close = sim_device_close,
};

/* Could it be opened for writing, too? */
static int write_err(struct sim *sim, enum device_node which)
{
	int node = sim_node_open(sim, device_node_path(which), O_RDWR);

	if (node >= 0)
		sim_node_close(sim, node);
	return node < 0 ? node : 0;
}

int device_sim_open(struct device **out, struct sim *sim, bool write)
{
	struct sim_device *sd = calloc(1, sizeof(*sd));

	if (!sd)
		return -ENOMEM;
	sd->dev.ops = &sim_ops;
	sd->dev.simulated = true;
	sd->sim = sim;
	for (int i = 0; i < DEVICE_NODES; i++) {
		sd->node[i] = sim_node_open(sim, device_node_path(i), write ? O_RDWR : O_RDONLY);
		sd->dev.node_err[i] = sd->node[i] < 0 ? sd->node[i] : 0;
		sd->dev.write_err[i] = write ? 0 : write_err(sim, i);
	}
	*out = &sd->dev;
	return 0;
}

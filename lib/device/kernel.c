// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The only place that opens a device or calls ioctl() on one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/device/device.h"

struct kernel_device {
	struct device dev;
	int fd[DEVICE_NODES];
};

static int kernel_submit(struct device *dev, unsigned long request, void *arg)
{
	struct kernel_device *kernel = (struct kernel_device *)dev;
	int node = device_node_of(request);

	if (node < 0)
		return -ENOTTY;
	if (dev->node_err[node])
		return dev->node_err[node];
	return ioctl(kernel->fd[node], request, arg) ? -errno : 0;
}

static void kernel_close(struct device *dev)
{
	struct kernel_device *kernel = (struct kernel_device *)dev;

	for (int i = 0; i < DEVICE_NODES; i++)
		if (kernel->fd[i] >= 0)
			close(kernel->fd[i]);
	free(kernel);
}

static const struct device_ops kernel_ops = {
	.name = "kernel",
	.submit = kernel_submit,
	.close = kernel_close,
};

int device_kernel_open(struct device **out, bool write)
{
	struct kernel_device *kernel = calloc(1, sizeof(*kernel));

	if (!kernel)
		return -ENOMEM;
	kernel->dev.ops = &kernel_ops;
	for (int i = 0; i < DEVICE_NODES; i++) {
		kernel->fd[i] = open(device_node_path(i), (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
		kernel->dev.node_err[i] = kernel->fd[i] < 0 ? -errno : 0;
		if (!write && !kernel->dev.node_err[i] &&
		    faccessat(AT_FDCWD, device_node_path(i), W_OK, AT_EACCESS))
			kernel->dev.write_err[i] = -errno;
	}
	*out = &kernel->dev;
	return 0;
}

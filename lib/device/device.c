// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/device/device.h"

#include <sys/ioctl.h>

#include <linux/sev-debug.h>

#define SEV_IOC_TYPE	'S'	/* include/uapi/linux/psp-sev.h */

static const char *const paths[DEVICE_NODES] = {
	[DEVICE_SEV] = "/dev/sev",
	[DEVICE_SEV_DEBUG] = "/dev/sev-debug",
};

int device_node_of(unsigned long request)
{
	switch (_IOC_TYPE(request)) {
	case SEV_IOC_TYPE:
		return DEVICE_SEV;
	case SEV_DBG_IOC_TYPE:
		return DEVICE_SEV_DEBUG;
	default:
		return -1;
	}
}

const char *device_node_path(enum device_node node)
{
	return paths[node];
}

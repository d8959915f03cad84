// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/device/device.h"

#include <sys/ioctl.h>

#include <linux/sev-debug.h>
#include <linux/sev-guest.h>

static const char *const paths[DEVICE_NODES] = {
	[DEVICE_SEV] = "/dev/sev",
	[DEVICE_SEV_DEBUG] = "/dev/sev-debug",
	[DEVICE_SEV_GUEST] = "/dev/sev-guest",
};

int device_node_of(unsigned long request)
{
	switch (_IOC_TYPE(request)) {
	/* /dev/sev has the same type and number (linux/psp-sev.h), and a smaller structure */
	case SNP_GUEST_REQ_IOC_TYPE:
		return _IOC_SIZE(request) == sizeof(struct snp_guest_request_ioctl) ?
		       DEVICE_SEV_GUEST : DEVICE_SEV;
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

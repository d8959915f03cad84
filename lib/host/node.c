// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Of the kernel's own back-end: who may use a device, and what KVM offers.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib/util/cleanup.h"

/* Of headers from 6.10 on */
#ifndef KVM_CAP_VM_TYPES
#define KVM_CAP_VM_TYPES		235
#endif
#define GROUP_SEV			1	/* KVM_X86_GRP_SEV */
#define ATTR_VMSA_FEATURES		0	/* KVM_X86_SEV_VMSA_FEATURES */

int host_node_look(const char *root, const char *path, struct host_node *node)
{
	_cleanup_close_ int fd = -1;
	char full[PATH_MAX];
	struct stat st;

	*node = (struct host_node){ 0 };
	if (snprintf(full, sizeof(full), "%s%s", root, path) >= (int)sizeof(full))
		return -ENAMETOOLONG;
	if (stat(full, &st))
		return -errno;
	node->device = S_ISCHR(st.st_mode);
	node->mode = st.st_mode & 07777;
	node->uid = st.st_uid;
	node->gid = st.st_gid;
	if (!node->device)
		return 0;
	fd = open(full, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	node->open_err = fd < 0 ? -errno : 0;
	return 0;
}

static int vmsa_features(int fd, uint64_t *value)
{
	struct kvm_device_attr attr = {
		.group = GROUP_SEV, .attr = ATTR_VMSA_FEATURES, .addr = (uintptr_t)value,
	};

	if (ioctl(fd, KVM_HAS_DEVICE_ATTR, &attr))
		return -errno;
	return ioctl(fd, KVM_GET_DEVICE_ATTR, &attr) ? -errno : 0;
}

int host_node_kvm(const char *root, enum host_kvm what, uint64_t *value)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	int ret;

	*value = 0;
	snprintf(path, sizeof(path), "%s/dev/kvm", root);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (what == HOST_KVM_VMSA_FEATURES)
		return vmsa_features(fd, value);
	ret = what == HOST_KVM_API ? ioctl(fd, KVM_GET_API_VERSION, 0) :
				     ioctl(fd, KVM_CHECK_EXTENSION, KVM_CAP_VM_TYPES);
	if (ret < 0)
		return -errno;
	*value = (uint64_t)ret;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/host/host.h"

int host_lock(const char *path, bool create)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	int fd, err;

	fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_NOFOLLOW : 0), 0600);
	if (fd < 0)
		return -errno;
	/* of the open file, not of the process: it goes with the descriptor */
	if (!fcntl(fd, F_OFD_SETLK, &lock))
		return fd;
	err = errno == EACCES || errno == EAGAIN ? EBUSY : errno;
	close(fd);
	return -err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "lib/host/host.h"

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int host_lock_held(const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	int fd, ret;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* asks, and takes nothing from whoever wants it in the meantime */
	ret = fcntl(fd, F_OFD_GETLK, &lock) ? -errno : lock.l_type != F_UNLCK;
	close(fd);
	return ret;
}

/* F_OFD_SETLKW knows no time to wait, and an alarm would be the program's affair */
int host_lock(const char *path, bool create, uint64_t wait_ns)
{
	static const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	uint64_t begin = now_ns();
	int fd, err;

	fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_NOFOLLOW : 0), 0600);
	if (fd < 0)
		return -errno;
	for (;;) {
		/* of the open file, not of the process: it goes with the descriptor */
		if (!fcntl(fd, F_OFD_SETLK, &lock))
			return fd;
		err = errno == EACCES || errno == EAGAIN ? EBUSY : errno;
		if (err != EBUSY || now_ns() - begin >= wait_ns)
			break;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return -err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sim create --like (cmd/like.c, cmd/like_plan.c, sim/sim_like.c).  The input is what another
 * host said of itself, as JSON; where it can be read it is made, and that is what it is like.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/like.h"
#include "fuzz.h"

static bool is_sentence(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* The input as a file that has no name: its path */
static const char *written(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[32];

	if (fd < 0)
		fd = memfd_create("like", MFD_CLOEXEC);
	must(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/* It works, and can be looked at.  Nothing is beside it */
static void check_made(const char *dir, const char *path)
{
	struct sevadm_sim_info info = { 0 };
	struct sevadm_failure failure = { 0 };
	int ret = sevadm_sim_show(path, &info, &failure);

	if (ret)
		fprintf(stderr, "%s\n", failure.message);
	must(!ret && info.cpus && info.online);
	sevadm_sim_info_free(&info);
	must(!unlink(path));
	must(!rmdir(dir));
}

static void make(struct like *like)
{
	const char *tmp = getenv("TMPDIR");
	struct sevadm_failure failure = { 0 };
	char dir[128], path[160];

	snprintf(dir, sizeof(dir), "%s/fuzz-like.XXXXXX", tmp && strlen(tmp) < 100 ? tmp : "/tmp");
	must(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/machine", dir);
	if (sevadm_sim_create(path, &like->sim, &failure)) {
		must(is_sentence(failure.message));
		must(!rmdir(dir));
		return;
	}
	like_settle(path, like);
	check_made(dir, path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct like *like = calloc(1, sizeof(*like));
	struct sevadm_failure failure = { 0 };
	int ret;

	must(like);
	ret = like_read(written(data, size), like, &failure);
	if (ret) {
		must((ret == -EINVAL || ret == -EBADMSG) && failure.err == -ret);
		must(is_sentence(failure.message));
	} else {
		like_plan(like);
		like->sim.wbinvd_us = 1200;
		/* what is large takes long and is not otherwise than what is small */
		if (like->sim.cpus <= 64 && like->sim.nr_vms <= 16)
			make(like);
	}
	for (size_t i = 0; i < like->nr_warnings; i++)
		must(is_sentence(like->warnings[i]));
	like_free(like);
	return 0;
}

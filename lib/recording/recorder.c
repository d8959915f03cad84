// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recording is written: each event by one write() to the end of the file, so that who is
 * killed leaves whole lines, and processes that inherited the descriptor do not mix theirs.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/recording/recording.h"
#include "lib/util/file.h"

/**
 * struct told - of all processes that write to it
 * @threads:	that had an event, but for the first
 * @err:	the first write that failed: nothing is written after it
 */
struct told {
	uint32_t threads;
	int err;
};

/**
 * struct recorder - a file that is written
 * @epoch:	when it began, on the clock that runs on while the host sleeps
 * @users:	further ones
 */
struct recorder {
	int fd;
	bool secrets;
	uint64_t epoch;
	unsigned int users;
	struct told *told;
};

/* Which of them this one is, once it had an event; of its process, which opens one recording */
static __thread uint32_t thread_number;
static __thread const struct recorder *thread_of;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void release(struct recorder *recorder)
{
	if (recorder->told != MAP_FAILED)
		munmap(recorder->told, sizeof(*recorder->told));
	free(recorder);
}

int recorder_open(struct recorder **out, const char *path, bool append, bool secrets)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int ret = -ENOMEM;

	if (!recorder)
		return ret;
	/* a forked process that cannot write tells who it was forked from */
	recorder->told = mmap(NULL, sizeof(*recorder->told), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (recorder->told != MAP_FAILED)
		ret = append ? file_open_append(path) : file_create_append(path);
	if (ret < 0) {
		release(recorder);
		return ret;
	}
	recorder->fd = ret;
	recorder->secrets = secrets;
	recorder->epoch = now();
	thread_of = recorder;
	thread_number = 0;
	*out = recorder;
	return 0;
}

bool recorder_secrets(const struct recorder *recorder)
{
	return recorder->secrets;
}

uint64_t recorder_now(const struct recorder *recorder)
{
	return now() - recorder->epoch;
}

void recorder_fail(struct recorder *recorder, int err)
{
	int none = 0;

	__atomic_compare_exchange_n(&recorder->told->err, &none, err, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

static void put(struct recorder *recorder, char *line, size_t size)
{
	int err = 0;
	ssize_t n;

	if (__atomic_load_n(&recorder->told->err, __ATOMIC_RELAXED)) {
		free(line);
		return;
	}
	do {
		n = line ? write(recorder->fd, line, size) : -1;
	} while (n < 0 && line && errno == EINTR);
	if (!line)
		err = -ENOMEM;
	else if (n < 0)
		err = -errno;
	else if ((size_t)n < size)
		err = -ENOSPC;
	if (err)
		recorder_fail(recorder, err);
	free(line);
}

int recorder_header(struct recorder *recorder, const struct recording_header *header)
{
	size_t size;
	char *line = recording_header_line(header, &size);

	put(recorder, line, size);
	return recorder_error(recorder);
}

void recorder_add(struct recorder *recorder, struct recording_event *event, uint64_t began)
{
	char *line;
	size_t size;

	if (thread_of != recorder) {
		thread_of = recorder;
		thread_number = __atomic_add_fetch(&recorder->told->threads, 1, __ATOMIC_RELAXED);
	}
	event->thread = thread_number;
	event->cpu = sched_getcpu();
	event->time_ns = recorder_now(recorder);
	event->duration_ns = event->time_ns - began;
	line = recording_event_line(event, &size);
	put(recorder, line, size);
	recording_event_clear(event);
}

int recorder_error(const struct recorder *recorder)
{
	return __atomic_load_n(&recorder->told->err, __ATOMIC_RELAXED);
}

struct recorder *recorder_ref(struct recorder *recorder)
{
	recorder->users++;
	return recorder;
}

void recorder_close(struct recorder *recorder)
{
	if (!recorder || recorder->users--)
		return;
	close(recorder->fd);
	release(recorder);
}

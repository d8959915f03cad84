// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine's file: made under a temporary name, mapped, locked around every
 * operation, its checksum brought up to date when it is closed.
 *
 * A lock of flock() belongs to the open file, so it keeps processes apart; the
 * mutex keeps the threads of one process apart.  A process killed in the middle
 * of an operation leaves `busy` behind, which the next one notices.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim_internal.h"

static const char sim_magic[16] = "sevadm machine\n";

int sim_why(struct sim_why *why, int err, const char *fmt, ...)
{
	va_list ap;

	if (why) {
		va_start(ap, fmt);
		vsnprintf(why->text, sizeof(why->text), fmt, ap);
		va_end(ap);
	}
	return err;
}

/* FNV-1a on 64-bit words; against accidents, not against intent */
static uint64_t sum_add(uint64_t sum, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t word;
	size_t i;

	for (i = 0; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(&word, p + i, sizeof(word));
		sum = (sum ^ word) * 0x100000001b3ull;
		sum ^= sum >> 29;
	}
	return sum;
}

uint64_t sim_checksum(const struct sim_state *st)
{
	const unsigned char *from = (const unsigned char *)&st->m;
	uint64_t sum = 0xcbf29ce484222325ull;
	size_t i;

	sum = sum_add(sum, from, offsetof(struct sim_state, content) -
				 offsetof(struct sim_state, m));
	for (i = 0; i < SIM_SLOTS; i++)
		if (st->mem.slot_used[i])
			sum = sum_add(sum, st->content[i], SIM_PAGE);
	return sum_add(sum, &st->h.size, sizeof(st->h.size));
}

static int lock_file(struct sim *s, int how)
{
	while (flock(s->fd, how) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* A child's inherited descriptor shares our lock: give it one of its own */
static int lock_own(struct sim *s)
{
	char name[64];
	int fd;

	if (s->pid == getpid())
		return 0;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", s->fd);
	fd = open(name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	s->fd = fd;
	s->pid = getpid();
	return 0;
}

/* Still the file that was mapped?  Touching a mapping beyond its end is SIGBUS */
static int file_intact(struct sim *s)
{
	struct stat st;

	if (fstat(s->fd, &st) < 0)
		return -errno;
	return (uint64_t)st.st_size >= sizeof(*s->st) ? 0 : -EUCLEAN;
}

int sim_enter(struct sim *s, bool write)
{
	int ret;

	pthread_mutex_lock(&s->mutex);
	ret = lock_own(s);
	if (!ret)
		ret = lock_file(s, write ? LOCK_EX : LOCK_SH);
	if (ret) {
		pthread_mutex_unlock(&s->mutex);
		return ret;
	}
	ret = file_intact(s);
	if (!ret && s->st->h.busy)
		ret = -EUCLEAN;
	if (!ret && s->st->h.dead)
		ret = -EHOSTDOWN;
	if (ret) {
		lock_file(s, LOCK_UN);
		pthread_mutex_unlock(&s->mutex);
		return ret;
	}
	if (write) {
		s->st->h.busy = 1;
		s->st->h.checksum_valid = 0;
		s->current = NULL;
		psp_fw_attach(&s->st->fw, &s->fw_ops, s);
		proc_settle(s);
	}
	return 0;
}

int sim_leave(struct sim *s, int ret)
{
	if (s->st->h.busy) {
		proc_settle(s);
		if (s->st->h.dead)
			ret = -EHOSTDOWN;
		s->st->fw.ops = NULL;
		s->st->fw.opaque = NULL;
		s->st->h.busy = 0;
	}
	lock_file(s, LOCK_UN);
	pthread_mutex_unlock(&s->mutex);
	return ret;
}

static void sim_free_handle(struct sim *s)
{
	if (s->st)
		munmap(s->st, sizeof(*s->st));
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->mutex);
	free(s->path);
	free(s);
}

static struct sim *sim_new_handle(const char *path, int fd, const struct psp_fw_crypto *crypto)
{
	static uint64_t last_id;
	struct sim *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
	s->fw_ops = sim_fw_ops;
	s->fw_ops.crypto = crypto;
	s->fd = fd;
	s->pid = getpid();
	pthread_mutex_init(&s->mutex, NULL);
	s->path = strdup(path);
	s->st = mmap(NULL, sizeof(*s->st), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s->st == MAP_FAILED)
		s->st = NULL;
	if (!s->path || !s->st) {
		s->fd = -1;
		sim_free_handle(s);
		return NULL;
	}
	return s;
}

/* Is it one of ours, of this version and whole?  The lock is held. */
static int sim_sound(struct sim *s, const char *path, struct sim_why *why)
{
	const struct sim_header *h = &s->st->h;
	const char *wrong;

	if (h->busy)
		return sim_why(why, -EUCLEAN,
			       "%s: a program was killed while it changed this simulated machine; create it anew",
			       path);
	if (h->checksum_valid > 1 || h->dead > 1 ||
	    !memchr(h->death, 0, sizeof(h->death)))
		return sim_why(why, -EUCLEAN, "%s: damaged: its header makes no sense", path);
	if (h->checksum_valid && h->checksum != sim_checksum(s->st))
		return sim_why(why, -EUCLEAN, "%s: damaged: its checksum does not match", path);
	wrong = sim_check(s->st);
	if (wrong)
		return sim_why(why, -EUCLEAN, "%s: damaged: %s", path, wrong);
	if (h->dead)
		return sim_why(why, -EHOSTDOWN, "%s: the simulated machine is dead: %s", path,
			       h->death);
	return 0;
}

/* The header alone, before anything is mapped */
static int sim_header_fits(int fd, const char *path, struct sim_why *why)
{
	struct sim_header h;
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) < 0)
		return sim_why(why, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return sim_why(why, -EINVAL, "%s: not a simulated machine", path);
	got = pread(fd, &h, sizeof(h), 0);
	if (got < (ssize_t)sizeof(h.magic) || memcmp(h.magic, sim_magic, sizeof(sim_magic)))
		return sim_why(why, -EINVAL, "%s: not a simulated machine", path);
	if (got < (ssize_t)sizeof(h))
		return sim_why(why, -EUCLEAN, "%s: damaged: the file is cut short", path);
	if (h.layout != SIM_LAYOUT || h.size != sizeof(struct sim_state))
		return sim_why(why, -EPROTO,
			       "%s: made by another version of sevadm (layout %u, this one has %u); create it anew",
			       path, h.layout, SIM_LAYOUT);
	if ((uint64_t)st.st_size != h.size)
		return sim_why(why, -EUCLEAN, "%s: damaged: %llu bytes instead of %llu", path,
			       (unsigned long long)st.st_size, (unsigned long long)h.size);
	return 0;
}

int sim_open(const char *path, const struct psp_fw_crypto *crypto, struct sim **out,
	     struct sim_why *why)
{
	struct sim *s;
	int fd, ret;

	/* not to hang on a FIFO */
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return sim_why(why, -errno, "%s: %s", path,
			       errno == ENOENT ? "no such simulated machine" : strerror(errno));
	ret = sim_header_fits(fd, path, why);
	if (ret) {
		close(fd);
		return ret;
	}
	s = sim_new_handle(path, fd, crypto);
	if (!s) {
		close(fd);
		return sim_why(why, -ENOMEM, "%s: cannot be mapped", path);
	}
	ret = lock_file(s, LOCK_SH);
	if (ret) {
		sim_why(why, ret, "%s: cannot be locked: %s", path, strerror(-ret));
	} else {
		ret = file_intact(s);
		if (ret)
			sim_why(why, ret, "%s: damaged: the file is cut short", path);
		else
			ret = sim_sound(s, path, why);
		lock_file(s, LOCK_UN);
	}
	if (ret) {
		sim_free_handle(s);
		return ret;
	}
	*out = s;
	return 0;
}

static void sim_seal(struct sim *s)
{
	struct sim_header *h = &s->st->h;

	if (h->busy || h->checksum_valid)
		return;
	h->checksum = sim_checksum(s->st);
	h->checksum_valid = 1;
}

void sim_close(struct sim *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->mutex);
	if (!lock_own(s) && !lock_file(s, LOCK_EX)) {
		if (!file_intact(s))
			sim_seal(s);
		lock_file(s, LOCK_UN);
	}
	pthread_mutex_unlock(&s->mutex);
	sim_free_handle(s);
}

bool sim_is_machine(const char *path)
{
	char magic[sizeof(sim_magic)];
	struct stat st;
	bool ours;
	int fd;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	ours = pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	       !memcmp(magic, sim_magic, sizeof(magic));
	close(fd);
	return ours;
}

/* May something be put at @path? */
static int create_allowed(const char *path, bool overwrite, struct sim_why *why)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : sim_why(why, -errno, "%s: %s", path, strerror(errno));
	if (!sim_is_machine(path))
		return sim_why(why, -EEXIST,
			       "%s: exists and is not a simulated machine: not overwritten", path);
	if (!overwrite)
		return sim_why(why, -EEXIST, "%s: a simulated machine is there already", path);
	return 0;
}

static int create_fill(int fd, const char *temp, const struct sim_options *o,
		       const struct psp_fw_crypto *crypto, struct sim_why *why)
{
	struct sim_header *h;
	struct sim *s;
	int ret;

	if (ftruncate(fd, sizeof(struct sim_state)) < 0)
		return sim_why(why, -errno, "%s: %s", temp, strerror(errno));
	/* a full disk is an error here and a signal later */
	ret = posix_fallocate(fd, 0, offsetof(struct sim_state, content));
	if (ret)
		return sim_why(why, -ret, "%s: %s", temp, strerror(ret));
	s = sim_new_handle(temp, fd, crypto);
	if (!s)
		return sim_why(why, -ENOMEM, "%s: cannot be mapped", temp);

	h = &s->st->h;
	memcpy(h->magic, sim_magic, sizeof(sim_magic));
	h->layout = SIM_LAYOUT;
	h->size = sizeof(struct sim_state);
	ret = sim_populate(s, o, why);
	s->st->fw.ops = NULL;
	s->st->fw.opaque = NULL;
	sim_seal(s);
	if (!ret && msync(s->st, sizeof(*s->st), MS_SYNC) < 0)
		ret = sim_why(why, -errno, "%s: %s", temp, strerror(errno));
	if (!ret && fsync(fd) < 0)
		ret = sim_why(why, -errno, "%s: %s", temp, strerror(errno));
	s->fd = -1;			/* the caller's */
	sim_free_handle(s);
	return ret;
}

static int create_place(const char *temp, const char *path, bool overwrite, struct sim_why *why)
{
	int ret = renameat2(AT_FDCWD, temp, AT_FDCWD, path, overwrite ? 0 : RENAME_NOREPLACE);

	if (ret < 0 && errno == EINVAL)		/* a file system that cannot */
		ret = overwrite ? rename(temp, path) : link(temp, path);
	if (ret < 0)
		return sim_why(why, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

/*
 * What was noted of a machine that was here before (the journal of who works on it)
 * is not this one's; a file that only has such a name stays
 */
static void forget_notes(const char *path)
{
	static const char *const ends[] = { "journal", "journal.1" };
	static const char first[] = "{\"time\":";
	char *name, begin[sizeof(first) - 1];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (asprintf(&name, "%s.%s", path, ends[i]) < 0)
			return;
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd >= 0 && pread(fd, begin, sizeof(begin), 0) == (ssize_t)sizeof(begin) &&
		    !memcmp(begin, first, sizeof(begin)))
			unlink(name);
		if (fd >= 0)
			close(fd);
		free(name);
	}
}

int sim_create(const char *path, const struct sim_options *o, const struct psp_fw_crypto *crypto,
	       struct sim_why *why)
{
	char *temp;
	int fd, ret;

	ret = create_allowed(path, o->overwrite, why);
	if (ret)
		return ret;
	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return sim_why(why, -ENOMEM, "out of memory");
	fd = mkostemp(temp, O_CLOEXEC);		/* 0600 */
	if (fd < 0) {
		ret = sim_why(why, -errno, "%s: %s", path, strerror(errno));
		free(temp);
		return ret;
	}
	ret = create_fill(fd, temp, o, crypto, why);
	if (!ret)
		ret = create_place(temp, path, o->overwrite, why);
	if (!ret)
		forget_notes(path);
	close(fd);
	unlink(temp);				/* gone already after a rename */
	free(temp);
	return ret;
}

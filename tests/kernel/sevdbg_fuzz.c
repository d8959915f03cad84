// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevdbg-fuzz: calls of /dev/sev-debug at random, from several threads
 *
 * Mostly plausible ones: ids that exist, sizes that nearly fit, buffers that are
 * not there or cannot be written. What has to hold whatever is called is checked
 * after each call (sevdbg_fuzz_check.h). The seed is printed; with the same seed
 * each thread makes the same calls, though not at the same times.
 *
 * Needs nothing but libc: cc -static -pthread -Iinclude tests/kernel/sevdbg_fuzz.c
 */
#define _GNU_SOURCE
#include <argp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sevdbg_fuzz_check.h"

#define MAX_THREADS 32
#define PAGE 4096U

struct options {
	uint64_t seed;
	unsigned long calls;
	unsigned int seconds;
	unsigned int threads;
	unsigned int destructive;	/* of 1000 calls */
	bool expect_guests;
};

static struct options opt = {
	.calls = 20000, .seconds = 10, .threads = 4, .destructive = 0,
};

static atomic_ulong made, by_error[256];
static struct {
	atomic_ulong good, busy;
} answers[NR_FUZZ_KINDS];
static atomic_bool over;
static pthread_t thread_ids[MAX_THREADS];

/* xorshift64*: one for each thread, from the seed */
struct fuzzer {
	uint64_t state;
	int fd;
	unsigned char *page;		/* two, the second is not mapped, the third read-only */
};

static uint32_t any(struct fuzzer *f)
{
	f->state ^= f->state >> 12;
	f->state ^= f->state << 25;
	f->state ^= f->state >> 27;
	return (uint32_t)((f->state * 0x2545f4914f6cdd1dULL) >> 32);
}

static uint32_t below(struct fuzzer *f, uint32_t n)
{
	return any(f) % n;
}

static bool one_in(struct fuzzer *f, uint32_t n)
{
	return !below(f, n);
}

static uint64_t any_word(struct fuzzer *f)
{
	static const uint64_t odd[] = {
		0, 1, 2, 7, 8, 63, 64, 4095, 4096, 4097, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000ULL, 0x7ffffffff000ULL, 0x7fffffffffffULL, 0x800000000000ULL,
		0xffff888000000000ULL, 0xffffffff81000000ULL, ~0ULL - 4095, ~0ULL,
	};

	return one_in(f, 3) ? (uint64_t)any(f) << 32 | any(f) :
			      odd[below(f, sizeof(odd) / sizeof(odd[0]))];
}

/* A place to write to that is good, or good to a part, or not at all */
static uint64_t any_buffer(struct fuzzer *f)
{
	switch (below(f, 8)) {
	case 0:
		return any_word(f);
	case 1:
		return (uintptr_t)f->page + PAGE - below(f, 256);	/* runs out of it */
	case 2:
		return (uintptr_t)f->page + 2 * PAGE;			/* read-only */
	case 3:
		return 0;
	default:
		return (uintptr_t)f->page + below(f, 3) * 512 + (one_in(f, 4) ? below(f, 8) : 0);
	}
}

static uint32_t any_size(struct fuzzer *f, uint32_t right)
{
	switch (below(f, 12)) {
	case 0:
		return right + below(f, 64);
	case 1:
		return right - below(f, right + 1);
	case 2:
		return (uint32_t)any_word(f);
	default:
		return right;
	}
}

static uint64_t any_id(struct fuzzer *f)
{
	uint64_t last = newest_id();

	switch (below(f, 6)) {
	case 0:
		return any_word(f);
	case 1:
		return last + below(f, 3);
	default:
		return last > 16 ? last - below(f, 16) : below(f, 17);
	}
}

static uint32_t any_flags(struct fuzzer *f, uint32_t allowed)
{
	uint32_t flags = any(f) & allowed;

	return one_in(f, 16) ? flags | 1U << below(f, 32) : flags;
}

static void fill_cmd(struct fuzzer *f, struct sev_dbg_cmd *c, uint32_t flags)
{
	c->flags = any_flags(f, flags);
	if (one_in(f, 2)) {
		c->trace = any_buffer(f);
		c->trace_entry_size = any_size(f, sizeof(struct sev_dbg_result));
		c->trace_capacity = one_in(f, 4) ? (uint32_t)any_word(f) : below(f, 40);
	}
	if (one_in(f, 32))
		c->rsvd = any(f);
}

/* Those that end guests or shut down are as frequent as the options say. */
static const struct fuzz_kind *any_kind(struct fuzzer *f)
{
	const struct fuzz_kind *k;

	if (below(f, 1000) < opt.destructive)
		return &fuzz_kinds[NR_HARMLESS + below(f, NR_FUZZ_KINDS - NR_HARMLESS)];
	do {
		k = &fuzz_kinds[below(f, NR_HARMLESS)];
	} while (k->slow && !one_in(f, 8));
	return k;
}

static void fill(struct fuzzer *f, const struct fuzz_kind *k, union fuzz_request *r)
{
	/* what the caller leaves there must not come back as if the kernel had said it */
	memset(r, one_in(f, 2) ? 0 : (int)below(f, 256), sizeof(*r));
	memset(r->bytes + 4, 0, k->in_end > 4 ? k->in_end - 4 : 0);
	switch (k->ioc) {
	case SEV_DBG_GUEST_LIST:
		r->list.entry_size = any_size(f, sizeof(struct sev_dbg_guest));
		r->list.capacity = one_in(f, 4) ? (uint32_t)any_word(f) : below(f, 70);
		r->list.entries = any_buffer(f);
		break;
	case SEV_DBG_TRACE:
		r->trace.entry_size = any_size(f, sizeof(struct sev_dbg_trace_entry));
		r->trace.capacity = one_in(f, 4) ? (uint32_t)any_word(f) : below(f, 30);
		r->trace.after = one_in(f, 2) ? 0 : any_word(f);
		r->trace.entries = any_buffer(f);
		r->trace.rsvd = one_in(f, 32);
		break;
	case SEV_DBG_DECOMMISSION:
		r->guest = (struct sev_dbg_guest_cmd) {
			.id = any_id(f), .flags = any_flags(f, SEV_DBG_D_RUNNING),
			.rsvd = one_in(f, 32),
		};
		break;
	case SEV_DBG_GUEST_STATUS:
		r->status = (struct sev_dbg_guest_status) {
			.id = any_id(f), .rsvd = one_in(f, 32),
		};
		break;
	case SEV_DBG_WBINVD:
		r->wbinvd.cpu = one_in(f, 4) ? (uint32_t)any_word(f) : below(f, 4);
		r->wbinvd.rsvd = one_in(f, 32);
		break;
	case SEV_DBG_DF_FLUSH:
	case SEV_DBG_SHUTDOWN:
	case SEV_DBG_INIT:
		memset(r, 0, sizeof(*r));
		fill_cmd(f, &r->cmd, k->flags);
		break;
	}
	if (one_in(f, 16))
		r->info.flags = 1U << below(f, 32);
	r->size = any_size(f, k->size);
}

static void one_call(struct fuzzer *f)
{
	const struct fuzz_kind *k = any_kind(f);
	union fuzz_request r, before;
	unsigned long ioc = k->ioc;
	void *arg = &r;
	int error;

	fill(f, k, &r);
	before = r;
	if (one_in(f, 64))
		ioc ^= 1UL << below(f, 32);
	if (one_in(f, 64))
		arg = (void *)(uintptr_t)any_word(f);
	else if (one_in(f, 32))
		arg = memcpy(f->page + PAGE - k->size, &r, k->size);	/* nothing after it */
	else if (one_in(f, 32))
		arg = f->page + 2 * PAGE;
	error = ioctl(f->fd, ioc, arg) ? errno : 0;
	atomic_fetch_add(&made, 1);
	atomic_fetch_add(&by_error[error < 256 ? error : 255], 1);
	if (ioc == k->ioc) {
		answers[k - fuzz_kinds].good += !error;
		answers[k - fuzz_kinds].busy += error == EBUSY;
	}
	if (ioc == k->ioc && arg == &r)
		check_answer(k, &before, &r, error);
	else if (ioc == k->ioc)
		check_error(k, error);
}

static void on_cpu(struct fuzzer *f, bool one)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (one)
		CPU_SET(below(f, (uint32_t)sysconf(_SC_NPROCESSORS_CONF)), &set);
	else
		for (int i = 0; i < CPU_SETSIZE; i++)
			CPU_SET(i, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void reopen(struct fuzzer *f)
{
	int fd = open(DEVICE, (one_in(f, 4) ? O_RDONLY : O_RDWR) | O_CLOEXEC);

	/* the device may be gone meanwhile */
	if (fd >= 0 && f->fd >= 0)
		close(f->fd);
	if (fd >= 0)
		f->fd = fd;
}

/* A child that has the file from us, and ends with it in the middle of its calls */
static void in_child(struct fuzzer *f)
{
	unsigned int before = violations;
	pid_t child = fork();
	int status;

	if (child == 0) {
		for (int i = 0; i < 5; i++)
			one_call(f);
		_exit(violations != before);
	}
	if (child < 0)
		return;
	if (one_in(f, 4))
		kill(child, SIGKILL);
	if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status))
		violations++;
}

static void around(struct fuzzer *f)
{
	int fd;

	switch (below(f, 64)) {
	case 0:
		reopen(f);
		break;
	case 1:
		fd = dup(f->fd);
		if (fd >= 0) {
			close(f->fd);
			f->fd = fd;
		}
		break;
	case 2:
	case 3:
		on_cpu(f, true);
		break;
	case 4:
		on_cpu(f, false);
		break;
	case 5:
		if (one_in(f, 8))
			in_child(f);
		break;
	}
}

static void *fuzz(void *arg)
{
	struct fuzzer *f = arg;

	f->page = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (f->page == MAP_FAILED) {
		violation("no memory: %s", strerror(errno));
		return NULL;
	}
	mprotect(f->page + 2 * PAGE, PAGE, PROT_READ);
	munmap(f->page + PAGE, PAGE);
	f->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	while (!over && atomic_load(&made) < opt.calls && f->fd >= 0) {
		one_call(f);
		around(f);
	}
	if (f->fd >= 0)
		close(f->fd);
	return NULL;
}

static void nothing(int signal)
{
	(void)signal;
}

/* Until time or calls are over: signals, to whom they may concern */
static void disturb(unsigned int threads)
{
	struct timespec end, now, pause = { .tv_nsec = 20000000 };
	struct fuzzer f = { .state = opt.seed ^ 0x5157a15 };

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += opt.seconds;
	do {
		nanosleep(&pause, NULL);
		pthread_kill(thread_ids[below(&f, threads)], SIGUSR1);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (atomic_load(&made) < opt.calls && now.tv_sec < end.tv_sec);
	over = true;
}

static const struct argp_option option_table[] = {
	{ "seed", 's', "N", 0, "of the random numbers (any)", 0 },
	{ "calls", 'n', "N", 0, "at most (20000)", 0 },
	{ "seconds", 't', "S", 0, "at most (10)", 0 },
	{ "threads", 'j', "N", 0, "at the same time (4)", 0 },
	{ "destructive", 'd', "N", 0, "so many of 1000 calls end guests, shut down, initialize (0)", 0 },
	{ "expect-guests", 'g', NULL, 0, "wait for the first; it is wrong if none comes, or none is found", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's': opt.seed = strtoull(arg, NULL, 0); return 0;
	case 'n': opt.calls = strtoul(arg, NULL, 0); return 0;
	case 't': opt.seconds = (unsigned int)strtoul(arg, NULL, 0); return 0;
	case 'j': opt.threads = (unsigned int)strtoul(arg, NULL, 0); break;
	case 'g': opt.expect_guests = true; return 0;
	case 'd': opt.destructive = (unsigned int)strtoul(arg, NULL, 0); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
	if (!opt.threads || opt.threads > MAX_THREADS)
		argp_error(state, "1 to %d threads", MAX_THREADS);
	return 0;
}

/* Until there is a guest to be called for, at most a minute */
static void await_guest(void)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	struct sev_dbg_guest guests[16];
	struct sev_dbg_guest_list l = {
		.size = sizeof(l),
		.entry_size = sizeof(guests[0]),
		.capacity = 16,
		.entries = (uintptr_t)guests,
	};
	int fd = open_device(O_RDONLY);

	for (int i = 0; i < 3000 && !newest_id(); i++) {
		nanosleep(&pause, NULL);
		if (ioctl(fd, SEV_DBG_GUEST_LIST, &l)) {
			violation("GUEST_LIST: %s", strerror(errno));
			break;
		}
		for (__u32 j = 0; j < l.count; j++)
			check_guest(&guests[j]);
	}
	close(fd);
	if (!newest_id())
		violation("no guest came");
}

/* How many of the kinds [first, end) were done, or with @busy refused as things are */
static unsigned long reached(unsigned int first, unsigned int end, bool busy)
{
	unsigned long n = 0;

	for (unsigned int i = first; i < end; i++)
		n += answers[i].good + (busy ? answers[i].busy : 0);
	return n;
}

/*
 * A run in which nothing but errors came back has shown nothing. What a call in
 * order says depends on what others did before: the reading ones succeed always,
 * a guest can be asked for its state as long as none is ended by force, and what
 * does harm is done, or refused as things are.
 */
static void check_reach(void)
{
	for (unsigned int i = 0; i < NR_FUZZ_KINDS; i++) {
		unsigned long ioc = fuzz_kinds[i].ioc;
		bool must = ioc == SEV_DBG_GET_INFO || ioc == SEV_DBG_GUEST_LIST ||
			    ioc == SEV_DBG_TRACE ||
			    (ioc == SEV_DBG_GUEST_STATUS && opt.expect_guests && !opt.destructive);

		printf("%s: %lu done, %lu EBUSY\n", fuzz_kinds[i].name, answers[i].good,
		       answers[i].busy);
		if (must && !answers[i].good)
			violation("%s never succeeded", fuzz_kinds[i].name);
	}
	if (!reached(NR_READING, NR_HARMLESS, false))
		violation("no WBINVD and no DF_FLUSH was done");
	if (opt.destructive && !reached(NR_HARMLESS, NR_FUZZ_KINDS, true))
		violation("nothing that does harm was done, nor refused as things are");
}

int main(int argc, char **argv)
{
	static const struct argp argp = { .options = option_table, .parser = parse };
	static struct fuzzer fuzzers[MAX_THREADS];
	struct sigaction catch = { .sa_handler = nothing };

	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	if (!opt.seed && getrandom(&opt.seed, sizeof(opt.seed), 0) != sizeof(opt.seed))
		return 1;
	sigaction(SIGUSR1, &catch, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("sevdbg-fuzz --seed=%#llx --calls=%lu --seconds=%u --threads=%u --destructive=%u%s\n",
	       (unsigned long long)opt.seed, opt.calls, opt.seconds, opt.threads, opt.destructive,
	       opt.expect_guests ? " --expect-guests" : "");
	close(open_device(O_RDWR));
	if (opt.expect_guests)
		await_guest();
	for (unsigned int i = 0; i < opt.threads; i++) {
		fuzzers[i].state = (opt.seed + i + 1) * 0x9e3779b97f4a7c15ULL | 1;
		if (pthread_create(&thread_ids[i], NULL, fuzz, &fuzzers[i]))
			return 1;
	}
	disturb(opt.threads);
	for (unsigned int i = 0; i < opt.threads; i++)
		pthread_join(thread_ids[i], NULL);
	printf("%lu calls, newest id %llu:", made, (unsigned long long)newest_id());
	for (int e = 0; e < 256; e++)
		if (by_error[e])
			printf(" %s %lu", name_of(e), by_error[e]);
	putchar('\n');
	check_reach();
	printf("%u violations\n", violations);
	return violations ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wbinvd [ROUNDS] - WBINVD by pinned workers against one CPU after another and against
 * the kernel's broadcast, and what a worker costs.  Prints, judges nothing.
 *
 * The first table has a device whose WBINVD is 5 ms of sleep: real time, no processor
 * time, so that a thousand of them can go on at once on two cores.  The workers are real,
 * and so is each pinning: CPU n of the table is CPU n % (those there are) of this machine.
 * Times are processor time, its own thread's where it is a worker's, and the device's is
 * taken out.  "plain" is a thread with nothing in it, made as threads usually are: it has
 * a stack of its own, pins itself, waits at the same gate and ends; "bare" is what the
 * kernel alone wants for one.  What a thread costs depends on the machine and on who else
 * uses it; the ratios much less.
 *
 * Where CPUs are few, the later of many workers wait for one: last/5ms then says more of
 * this machine than of the workers, and more so when others use it.  Hence the median of
 * several rounds, and the best of them.  A round is a process of its own, as a run of the
 * program is: nothing is warm, no stack left over from the one before.
 *
 * The second table is a simulated host.  It knows no real waiting: how long things took
 * is told by the machine's own clock, on which a WBINVD of 5 ms is modelled, and is the
 * same every time.  Processor time is real, and most of it is the simulation's, which
 * takes a lock on the machine's file for each step.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/teardown/teardown.h"
#include "lib/teardown/workers.h"
#include "tests/bench/bare.h"

#define WBINVD_NS	5000000
#define MAX_WORKERS	1024
#define MAX_ROUNDS	99

static const unsigned int sizes[] = { 8, 16, 64, 256, 1024 };
#define NR_SIZES	(sizeof(sizes) / sizeof(sizes[0]))

static double now_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

#define wall_us()	now_us(CLOCK_MONOTONIC)
#define process_us()	now_us(CLOCK_PROCESS_CPUTIME_ID)
#define thread_us()	now_us(CLOCK_THREAD_CPUTIME_ID)
/* The same clock of another thread (MAKE_THREAD_CPUCLOCK() of the kernel's) */
#define CLOCK_OF(tid)	((clockid_t)(~(unsigned int)(tid) << 3 | 6))

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* ------------------------------------------------- a device and a host for this alone */

/**
 * struct stamps - of one worker, in its own processor time
 * @created:	what it took until it was pinned or waited for that
 * @pin, @own_pin: what its pinning took, and of that, of its own time
 * @begin, @end: of its WBINVD
 * @end_wall:	of its WBINVD, on the wall
 */
static struct stamps {
	double created, pin, own_pin, begin, end, end_wall;
} stamps[MAX_WORKERS];

static struct host *real;
static unsigned int real_cpus;
static char cpu_list[32];

static void take_5_ms(void)
{
	struct timespec ts = { .tv_nsec = WBINVD_NS };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}

static int bench_pin(struct host *host, unsigned int cpu)
{
	double start = thread_us();
	int ret = real->ops->pin(real, cpu % real_cpus);

	(void)host;
	stamps[cpu].created = start;
	stamps[cpu].pin = stamps[cpu].own_pin = thread_us() - start;
	return ret;
}

static int bench_pin_thread(struct host *host, pid_t tid, unsigned int cpu)
{
	double start = thread_us();
	int ret = real->ops->pin_thread(real, tid, cpu % real_cpus);

	(void)host;
	stamps[cpu].pin = thread_us() - start;
	stamps[cpu].created = now_us(CLOCK_OF(tid));
	return ret;
}

static ssize_t bench_read(struct host *host, const char *path, char *buf, size_t size)
{
	(void)host;
	if (strcmp(path, "/sys/devices/system/cpu/online") &&
	    strcmp(path, "/sys/devices/system/cpu/present"))
		return -ENOENT;
	return snprintf(buf, size, "%s", cpu_list);
}

static int bench_submit(struct device *dev, unsigned long request, void *arg)
{
	(void)dev;
	if (request == SEV_DBG_WBINVD) {
		struct sev_dbg_wbinvd *w = arg;
		struct stamps *s = &stamps[w->cpu];

		s->begin = thread_us();
		take_5_ms();
		w->duration_ns = WBINVD_NS;
		s->end_wall = wall_us();
		s->end = thread_us();
		return 0;
	}
	if (request == SEV_DBG_WBINVD_ALL) {
		take_5_ms();
		return 0;
	}
	return -ENOTTY;
}

static const struct host_ops host_ops = {
	.name = "bench", .read = bench_read, .pin = bench_pin, .pin_thread = bench_pin_thread,
};

static const struct device_ops device_ops = { .name = "bench", .submit = bench_submit };

static struct host host = { .ops = &host_ops };
static struct device device = { .ops = &device_ops };
static struct sevadm adm = { .dev = &device, .host = &host, .lock = -1 };

/* --------------------------------------------------------------------- what is measured */

enum figure {
	/* wall, us */
	PARALLEL, LAST, SERIAL, BROADCAST,
	/* processor time for each worker, us */
	CREATION, PINNING, RELEASE, COLLECTION, WORKER, WHOLE, PLAIN, BARE,
	FIGURES
};

/* In memory that the rounds' processes share with who prints */
static double (*figures)[MAX_ROUNDS];

/* Of one pool, phase by phase */
static void measure_phases(unsigned int nr, unsigned int round)
{
	struct wbinvd_job *jobs = calloc(nr, sizeof(*jobs));
	struct workers w = { .adm = &adm, .jobs = jobs, .nr_jobs = nr };
	double total = process_us(), main = thread_us(), released, last = 0;
	double creation, pinning = 0, release, device_us = 0;

	if (!jobs)
		die("calloc");
	for (unsigned int i = 0; i < nr; i++)
		jobs[i].cpu = i;
	if (workers_start(&w, nr) || w.nr < nr)
		die("not enough threads to be had");
	creation = thread_us() - main;
	main = thread_us();
	released = wall_us();
	workers_release(&w);
	release = thread_us() - main;
	workers_watch(&w);
	workers_collect(&w);
	total = process_us() - total;
	for (unsigned int i = 0; i < nr; i++) {
		const struct stamps *s = &stamps[i];

		creation += s->created - (s->pin - s->own_pin);
		pinning += s->pin;
		release += s->begin - s->created - s->own_pin;
		device_us += s->end - s->begin;
		if (s->end_wall > last)
			last = s->end_wall;
	}
	free(jobs);
	total -= device_us;
	figures[LAST][round] = last - released;
	figures[CREATION][round] = creation / nr;
	figures[PINNING][round] = pinning / nr;
	figures[RELEASE][round] = release / nr;
	/* what is left: the threads' ends, and their collection */
	figures[COLLECTION][round] = (total - creation - pinning - release) / nr;
	figures[WORKER][round] = total / nr;
}

static double run(unsigned int nr, unsigned int at_once)
{
	struct sevadm_run record = { 0 };
	struct cpuset cpus = { 0 };
	double start = wall_us();

	for (unsigned int i = 0; i < nr; i++)
		cpuset_add(&cpus, i);
	if (wbinvd_cpus(&adm, &record, &cpus, at_once, false, NULL) || record.nr_steps != nr)
		die(adm.failure.message);
	start = wall_us() - start;
	sevadm_run_free(&record);
	return start;
}

/* The library's function as it is called, record and all */
static void measure_whole(unsigned int nr, unsigned int round)
{
	double total = process_us();

	figures[PARALLEL][round] = run(nr, 0);
	total = process_us() - total;
	for (unsigned int i = 0; i < nr; i++)
		total -= stamps[i].end - stamps[i].begin;
	figures[WHOLE][round] = total / nr;
}

static void measure_serial(unsigned int nr, unsigned int round)
{
	figures[SERIAL][round] = run(nr, 1);
}

static void measure_broadcast(unsigned int nr, unsigned int round)
{
	struct sevadm_run record = { 0 };
	double start = wall_us();
	uint32_t reached;

	(void)nr;
	if (request_wbinvd_all(&adm, &record, &reached))
		die(adm.failure.message);
	figures[BROADCAST][round] = wall_us() - start;
	sevadm_run_free(&record);
}

static pthread_rwlock_t plain_gate = PTHREAD_RWLOCK_INITIALIZER;

static void *plain(void *arg)
{
	bench_pin(&host, (unsigned int)(uintptr_t)arg);
	pthread_rwlock_rdlock(&plain_gate);
	pthread_rwlock_unlock(&plain_gate);
	return NULL;
}

static void measure_plain(unsigned int nr, unsigned int round)
{
	pthread_t *threads = calloc(nr, sizeof(*threads));
	double total = process_us();
	pthread_attr_t attr;

	if (!threads)
		die("calloc");
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	pthread_rwlock_wrlock(&plain_gate);
	for (unsigned int i = 0; i < nr; i++)
		if (pthread_create(&threads[i], &attr, plain, (void *)(uintptr_t)i))
			die("not enough threads to be had");
	pthread_rwlock_unlock(&plain_gate);
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	figures[PLAIN][round] = (process_us() - total) / nr;
	pthread_attr_destroy(&attr);
	free(threads);
}

static void measure_bare(unsigned int nr, unsigned int round)
{
	figures[BARE][round] = bare_thread_us(nr);
	if (figures[BARE][round] < 0)
		die("not enough threads to be had");
}

/* In a process of its own */
static void apart(void (*measure)(unsigned int nr, unsigned int round), unsigned int nr,
		  unsigned int round)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		measure(nr, round);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		exit(1);
}

static int compare(const void *a_, const void *b_)
{
	double a = *(const double *)a_, b = *(const double *)b_;

	return a < b ? -1 : a > b;
}

static double median(enum figure figure, unsigned int rounds)
{
	qsort(figures[figure], rounds, sizeof(double), compare);
	return figures[figure][rounds / 2];
}

static double least(enum figure figure, unsigned int rounds)
{
	median(figure, rounds);
	return figures[figure][0];
}

static void real_table(unsigned int rounds)
{
	printf("WBINVD of 5 ms in real time on %u CPUs of this machine, %u rounds each\n",
	       real_cpus, rounds);
	printf("                  wall, ms              ratio          last/5ms       "
	       "CPU of a worker, us (median)                               least\n");
	printf("workers    serial workers broadc.  serial broadc.  median  least  "
	       "create    pin release collect    sum  plain   bare whole   sum  plain   bare\n");
	for (size_t i = 0; i < NR_SIZES; i++) {
		unsigned int nr = sizes[i];
		double parallel, serial, broadcast;

		snprintf(cpu_list, sizeof(cpu_list), "0-%u\n", nr - 1);
		for (unsigned int round = 0; round < rounds; round++) {
			apart(measure_phases, nr, round);
			apart(measure_plain, nr, round);
			apart(measure_bare, nr, round);
			apart(measure_whole, nr, round);
			apart(measure_broadcast, nr, round);
		}
		apart(measure_serial, nr, 0);
		parallel = median(PARALLEL, rounds);
		serial = median(SERIAL, 1);
		broadcast = median(BROADCAST, rounds);
		printf("%7u  %8.1f %7.1f %7.1f %7.1f %7.2f %7.2f %6.2f  %6.1f %6.1f %7.1f %7.1f "
		       "%5.1f %6.1f %6.1f %5.1f %6.1f %6.1f %6.1f\n",
		       nr, serial / 1e3, parallel / 1e3, broadcast / 1e3, serial / parallel,
		       parallel / broadcast, median(LAST, rounds) * 1e3 / WBINVD_NS,
		       least(LAST, rounds) * 1e3 / WBINVD_NS, median(CREATION, rounds),
		       median(PINNING, rounds), median(RELEASE, rounds),
		       median(COLLECTION, rounds), median(WORKER, rounds), median(PLAIN, rounds),
		       median(BARE, rounds), median(WHOLE, rounds), least(WORKER, rounds),
		       least(PLAIN, rounds), least(BARE, rounds));
		fflush(stdout);
	}
}

/* ---------------------------------------------------------------------- a simulated host */

static char sim_file[256];

static void remove_sim(void)
{
	unlink(sim_file);
}

static void create_sim(unsigned int nr)
{
	struct sevadm_sim_options options = {
		.cpus = nr, .threads_per_core = 2, .cores_per_ccx = 8, .sockets = 1, .vcpus = 1,
		.wbinvd_us = WBINVD_NS / 1000, .overwrite = true,
	};
	struct sevadm_failure failure;

	if (sevadm_sim_create(sim_file, &options, &failure)) {
		fprintf(stderr, "%s\n", failure.message);
		exit(1);
	}
}

/* On the machine's clock, ms; @cpu_us: real, for each CPU */
static double run_sim(unsigned int nr, const struct sevadm_wbinvd_options *options,
		      double *cpu_us)
{
	struct sevadm_run record = { 0 };
	struct sevadm *sim;
	char name[300];
	uint64_t start;
	double ms;

	snprintf(name, sizeof(name), "sim:%s", sim_file);
	if (sevadm_open(&sim, name, SEVADM_WRITE))
		die(sevadm_failure(sim)->message);
	*cpu_us = process_us();
	start = sim->host->ops->clock(sim->host);
	if (sevadm_wbinvd(sim, options, false, &record))
		die(sevadm_failure(sim)->message);
	ms = (double)(sim->host->ops->clock(sim->host) - start) / 1e6;
	*cpu_us = (process_us() - *cpu_us) / nr;
	sevadm_run_free(&record);
	sevadm_close(sim);
	return ms;
}

static void sim_table(void)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(sim_file, sizeof(sim_file), "%.200s/bench.XXXXXX", tmp ? tmp : "/tmp");
	fd = mkstemp(sim_file);
	if (fd < 0)
		die(sim_file);
	close(fd);
	unlink(sim_file);
	atexit(remove_sim);
	printf("\nWBINVD of 5 ms modelled on simulated hosts: times of their own clock\n");
	printf("              modelled time, ms           ratio        last/5ms  "
	       "real CPU for each of their CPUs, us\n");
	printf("workers    serial workers broadc.  serial broadc.                 "
	       "serial workers broadc.\n");
	for (size_t i = 0; i < NR_SIZES; i++) {
		double serial, parallel, broadcast, cpu[3];

		create_sim(sizes[i]);
		serial = run_sim(sizes[i], &(struct sevadm_wbinvd_options){ .jobs = 1 }, &cpu[0]);
		parallel = run_sim(sizes[i], &(struct sevadm_wbinvd_options){ 0 }, &cpu[1]);
		broadcast = run_sim(sizes[i], &(struct sevadm_wbinvd_options){ .broadcast = true },
				    &cpu[2]);
		printf("%7u  %8.1f %7.1f %7.1f %7.1f %7.2f %15.2f  %12.1f %7.1f %7.1f\n", sizes[i],
		       serial, parallel, broadcast, serial / parallel, parallel / broadcast,
		       parallel * 1e6 / WBINVD_NS, cpu[0], cpu[1], cpu[2]);
	}
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 1 ? (unsigned int)atoi(argv[1]) : 9;

	if (rounds < 1 || rounds > MAX_ROUNDS)
		return 64;
	figures = mmap(NULL, sizeof(*figures) * FIGURES, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (figures == MAP_FAILED)
		die("mmap");
	if (host_kernel_open(&real, ""))
		die("open this machine");
	real_cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	/* the usual 50 us that a timer may be late would count as ours */
	prctl(PR_SET_TIMERSLACK, 1);
	real_table(rounds);
	sim_table();
	return 0;
}

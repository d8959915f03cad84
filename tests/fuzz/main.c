// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a target where there is no libFuzzer, with the options of libFuzzer's that are
 * spelled the same:
 *
 *   TARGET [-runs=N] [-seed=N] [-max_total_time=SECONDS] [-timeout=SECONDS] [-max_len=N]
 *	    [-dict=FILE] [-artifact_prefix=PATH] FILE|DIRECTORY...
 *
 * Every input is run, and then N that are made of them; the same seed makes the same ones.
 * A child does it, so that whatever becomes of it - a signal, a sanitizer's exit, a hang -
 * the input at which it happened is left, and is kept in a file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"
#include "fuzz.h"

/* LeakSanitizer's, where there is one: has memory been lost until now? */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

#define EXIT_LEAK	41

struct options {
	uint64_t runs, seed, max_total_time, timeout, max_len;
	const char *prefix;
};

/* What the child was at, which outlives it */
struct shared {
	uint64_t runs;
	size_t size;
	uint8_t data[LARGEST];
};

static bool leaked(void)
{
	return __lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check();
}

/* In memory of its own size, so that one byte too far is noticed */
static void run_one(struct shared *at, const struct options *o)
{
	uint8_t *copy = malloc(at->size ? at->size : 1);

	if (!copy)
		abort();
	memcpy(copy, at->data, at->size);
	at->runs++;
	alarm((unsigned int)o->timeout);
	LLVMFuzzerTestOneInput(copy, at->size);
	alarm(0);
	free(copy);
}

static bool goes_on(const struct options *o, uint64_t done, time_t end)
{
	if (o->max_total_time)
		return time(NULL) < end && (!o->runs || done < o->runs);
	return done < o->runs;
}

/* @careful: looks for leaks at once, which takes long, and not only where all is done */
static int run_all(struct shared *at, const struct options *o, struct mutator *m, bool careful)
{
	time_t end = time(NULL) + (time_t)o->max_total_time;

	at->runs = 0;
	for (size_t i = 0; i < m->inputs->nr; i++) {
		at->size = m->inputs->list[i].size;
		memcpy(at->data, m->inputs->list[i].data, at->size);
		run_one(at, o);
		if (careful && leaked())
			return EXIT_LEAK;
	}
	mutator_seed(m, o->seed);
	for (uint64_t i = 0; goes_on(o, i, end); i++) {
		at->size = mutator_next(m, at->data, o->max_len);
		run_one(at, o);
		if (careful && leaked())
			return EXIT_LEAK;
	}
	return leaked() ? EXIT_LEAK : 0;
}

/* How the child ended, as waitpid() has it */
static int in_child(struct shared *at, const struct options *o, struct mutator *m, bool careful)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!pid)
		_exit(run_all(at, o, m, careful));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static bool is_leak(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_LEAK;
}

static void keep_input(const struct shared *at, const struct options *o, const char *what)
{
	uint64_t sum = 0xcbf29ce484222325ull;
	char *path;
	FILE *f;

	for (size_t i = 0; i < at->size; i++)
		sum = (sum ^ at->data[i]) * 0x100000001b3ull;
	if (asprintf(&path, "%s%s-%016llx", o->prefix, what, (unsigned long long)sum) < 0)
		exit(2);
	f = fopen(path, "w");
	if (!f || fwrite(at->data, 1, at->size, f) != at->size || fclose(f))
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	else
		fprintf(stderr, "run %llu failed (%s): its input is kept in %s\n",
			(unsigned long long)at->runs, what, path);
	free(path);
}

static int judge(const struct shared *at, const struct options *o, int status)
{
	const char *what = is_leak(status) ? "leak" :
			   WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "timeout" : "crash";

	if (!status) {
		printf("%llu runs\n", (unsigned long long)at->runs);
		return 0;
	}
	keep_input(at, o, what);
	return 1;
}

static bool read_number(const char *argument, const char *name, uint64_t *number)
{
	size_t size = strlen(name);
	char *end;

	if (strncmp(argument, name, size))
		return false;
	errno = 0;
	*number = strtoull(argument + size, &end, 10);
	if (errno || *end || !argument[size]) {
		fprintf(stderr, "%s: a number is wanted\n", argument);
		exit(64);
	}
	return true;
}

static void read_option(const char *argument, struct options *o, struct byte_list *words)
{
	if (read_number(argument, "-runs=", &o->runs) || read_number(argument, "-seed=", &o->seed) ||
	    read_number(argument, "-max_total_time=", &o->max_total_time) ||
	    read_number(argument, "-timeout=", &o->timeout) ||
	    read_number(argument, "-max_len=", &o->max_len))
		return;
	if (!strncmp(argument, "-artifact_prefix=", 17)) {
		o->prefix = argument + 17;
	} else if (strncmp(argument, "-dict=", 6) || !words_load(words, argument + 6)) {
		fprintf(stderr, "%s: no option of this engine, or it cannot be had\n", argument);
		exit(64);
	}
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .timeout = 30, .max_len = 4096, .prefix = "" };
	struct byte_list inputs = { 0 }, words = { 0 };
	struct mutator m = { .inputs = &inputs, .words = &words };
	struct shared *at;
	int status;

	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			read_option(argv[i], &o, &words);
		else if (!inputs_load(&inputs, argv[i]))
			return 64;
	if (!o.max_len || o.max_len > LARGEST)
		o.max_len = LARGEST;
	at = mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	status = in_child(at, &o, &m, false);
	/* lost somewhere: the same once more, to see where */
	if (is_leak(status))
		status = in_child(at, &o, &m, true) ?: status;
	status = judge(at, &o, status);
	bytes_free(&inputs);
	bytes_free(&words);
	munmap(at, sizeof(*at));
	return status;
}

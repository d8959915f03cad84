// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recording answers.  What one thread does alone has to come in the order of the recording.
 * What many do at once (WBINVD, and what pins a thread for it) is found by its CPU, between
 * the events in order before and after it.  How often the clock is asked is nobody's affair:
 * it says what it said there, and the same again where it was not asked so often.
 *
 * How far it is is in memory that a forked process shares: a shell's commands go on where
 * the one before ended.
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/recording/recording.h"

#define LOST_TICK	1000000000	/* once it differs, who waits shall see time go by */

/**
 * struct place - how far it is
 * @at:		all events in order before this one were asked for
 * @clock:	what it said last
 * @differs:	it did; @text says where
 * @used:	of each event: it was asked for
 */
struct place {
	pthread_mutex_t lock;
	size_t at;
	uint64_t clock;
	bool differs;
	char text[1024];
	uint8_t used[];
};

struct replay {
	struct recording recording;
	pthread_t opener;
	struct place *place;
	size_t size;
	unsigned int users;	/* further ones */
	unsigned int handles;	/* so many were opened */
};

static void lock(struct replay *replay)
{
	/* who was killed in here left nothing half done that matters */
	if (pthread_mutex_lock(&replay->place->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&replay->place->lock);
}

static void unlock(struct replay *replay)
{
	pthread_mutex_unlock(&replay->place->lock);
}

int replay_open(struct replay **out, struct recording *recording)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	pthread_mutexattr_t attr;

	if (!replay)
		return -ENOMEM;
	replay->size = sizeof(*replay->place) + recording->nr;
	replay->place = mmap(NULL, replay->size, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (replay->place == MAP_FAILED) {
		free(replay);
		return -ENOMEM;
	}
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&replay->place->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	replay->recording = *recording;
	*recording = (struct recording){ 0 };
	replay->opener = pthread_self();
	*out = replay;
	return 0;
}

const struct recording_header *replay_header(const struct replay *replay)
{
	return &replay->recording.header;
}

struct replay *replay_ref(struct replay *replay)
{
	replay->users++;
	return replay;
}

const struct recording_handle *replay_handle(struct replay *replay)
{
	const struct recording *rec = &replay->recording;
	unsigned int known = rec->headers < RECORDING_HANDLES ? rec->headers : RECORDING_HANDLES;
	unsigned int i = replay->handles++;

	return &rec->handles[i < known ? i : known - 1];
}

/* Children carry out the commands of a session, and hold what it lends them */
bool replay_is_ours(const struct replay *replay, pid_t pid)
{
	const struct recording *rec = &replay->recording;

	if (pid == rec->header.pid)
		return true;
	for (size_t i = 0; i < rec->nr; i++)
		if (rec->events[i].kind == RECORDING_COMMAND && rec->events[i].numbers[0] == pid)
			return true;
	return false;
}

static bool words_have(const struct recording_bytes *words, size_t nr, const char *spec)
{
	static const char option[] = "--fault=";

	for (size_t i = 0; i < nr; i++) {
		const char *word = words[i].data ?: "";

		if (!strncmp(word, option, strlen(option)))
			word += strlen(option);
		if (!strcmp(word, spec))
			return true;
	}
	return false;
}

bool replay_has_fault(const struct replay *replay, const char *spec)
{
	const struct recording *rec = &replay->recording;

	if (words_have(rec->header.words, rec->header.nr_words, spec))
		return true;
	for (size_t i = 0; i < rec->nr; i++)
		if (rec->events[i].kind == RECORDING_COMMAND &&
		    words_have(rec->events[i].words, rec->events[i].nr_words, spec))
			return true;
	return false;
}

static bool in_order(const struct recording_event *event)
{
	return event->kind != RECORDING_CLOCK && event->kind != RECORDING_COMMAND &&
	       recording_any_order(event) < 0;
}

/* The next event in order; the number of events where there is none */
static size_t next_in_order(const struct replay *replay)
{
	const struct recording *rec = &replay->recording;
	size_t i = replay->place->at;

	while (i < rec->nr && !in_order(&rec->events[i]))
		i++;
	return i;
}

__attribute__((format(printf, 3, 4)))
static void differ(struct replay *replay, const struct recording_event *asked, const char *format,
		   ...)
{
	struct place *place = replay->place;
	char what[256];
	va_list ap;
	size_t used;

	if (place->differs)
		return;
	place->differs = true;
	recording_describe(asked, what, sizeof(what));
	used = (size_t)snprintf(place->text, sizeof(place->text), "asked now: %s; ", what);
	va_start(ap, format);
	vsnprintf(place->text + used, sizeof(place->text) - used, format, ap);
	va_end(ap);
}

static void differ_at_end(struct replay *replay, const struct recording_event *asked)
{
	differ(replay, asked, "the recording ends after event %zu%s", replay->recording.nr,
	       replay->recording.cut ? ", in the middle of a line: who was recorded was killed" :
	       ": who was recorded asked no more, or was interrupted there");
}

static void differ_from(struct replay *replay, const struct recording_event *asked,
			const struct recording_event *event)
{
	char what[256];

	recording_describe(event, what, sizeof(what));
	differ(replay, asked, "event %u of the recording is %s", event->number, what);
}

/* It is this one, if it is the same and its answer is known */
static const struct recording_event *take(struct replay *replay,
					  const struct recording_event *asked,
					  const struct recording_event *event)
{
	char text[640];

	if (asked->kind != event->kind ||
	    recording_request_of(asked) != recording_request_of(event)) {
		differ_from(replay, asked, event);
		return NULL;
	}
	if (!recording_compare(asked, event, "asked now", "recorded", 0, text, sizeof(text))) {
		differ(replay, asked, "event %u of the recording: %s", event->number, text);
		return NULL;
	}
	for (unsigned int i = 0; i < RECORDING_PARTS; i++) {
		if (!event->parts[i].masked)
			continue;
		differ(replay, asked, "event %u of the recording: a buffer of it is masked "
		       "(recorded without --record-secrets, or a request that is not known)",
		       event->number);
		return NULL;
	}
	replay->place->used[event->number - 1] = 1;
	return event;
}

static const struct recording_event *ask_in_order(struct replay *replay,
						  const struct recording_event *asked)
{
	const struct recording *rec = &replay->recording;
	const struct recording_event *event;
	size_t next = next_in_order(replay);

	/* nothing of what stands before it may have been left out */
	for (size_t i = replay->place->at; i < next; i++) {
		if (replay->place->used[i] || recording_any_order(&rec->events[i]) < 0)
			continue;
		differ_from(replay, asked, &rec->events[i]);
		return NULL;
	}
	if (next == rec->nr) {
		differ_at_end(replay, asked);
		return NULL;
	}
	event = take(replay, asked, &rec->events[next]);
	if (event)
		replay->place->at = next + 1;
	return event;
}

static const struct recording_event *ask_any_order(struct replay *replay,
						   const struct recording_event *asked)
{
	const struct recording *rec = &replay->recording;
	int64_t cpu = recording_any_order(asked);
	size_t next = next_in_order(replay);

	for (size_t i = replay->place->at; i < next; i++)
		if (!replay->place->used[i] && recording_any_order(&rec->events[i]) == cpu)
			return take(replay, asked, &rec->events[i]);
	if (next == rec->nr)
		differ_at_end(replay, asked);
	else
		differ_from(replay, asked, &rec->events[next]);
	return NULL;
}

const struct recording_event *replay_ask(struct replay *replay,
					 const struct recording_event *asked)
{
	const struct recording_event *event = NULL;

	lock(replay);
	if (!replay->place->differs)
		event = recording_any_order(asked) < 0 ? ask_in_order(replay, asked) :
							 ask_any_order(replay, asked);
	unlock(replay);
	return event;
}

const struct recording_event *replay_note(struct replay *replay, const char *about)
{
	const struct recording_event *event = NULL;
	size_t next;

	lock(replay);
	next = next_in_order(replay);
	if (!replay->place->differs && next < replay->recording.nr)
		event = &replay->recording.events[next];
	if (event && (event->kind != RECORDING_NOTE || !event->words[0].data ||
		      strcmp(event->words[0].data, about)))
		event = NULL;
	if (event) {
		replay->place->used[next] = 1;
		replay->place->at = next + 1;
	}
	unlock(replay);
	return event;
}

pid_t replay_pid(struct replay *replay)
{
	const struct recording *rec = &replay->recording;
	pid_t pid = rec->header.pid;
	size_t next;

	lock(replay);
	next = next_in_order(replay);
	unlock(replay);
	for (size_t i = 0; i < next; i++)
		if (rec->events[i].kind == RECORDING_COMMAND)
			pid = (pid_t)rec->events[i].numbers[0];
	return pid;
}

bool replay_goes_on(struct replay *replay)
{
	size_t next;

	lock(replay);
	next = next_in_order(replay);
	unlock(replay);
	return next < replay->recording.nr && !replay->recording.events[next].begun &&
	       replay->recording.events[next].kind == RECORDING_KEXEC;
}

uint64_t replay_clock(struct replay *replay)
{
	const struct recording *rec = &replay->recording;
	struct place *place = replay->place;
	bool other = !pthread_equal(pthread_self(), replay->opener);
	uint64_t answer;

	lock(replay);
	for (size_t i = place->at; i < rec->nr && !place->differs; i++) {
		const struct recording_event *event = &rec->events[i];

		if (in_order(event))
			break;
		if (event->kind != RECORDING_CLOCK || place->used[i] || other != !!event->thread)
			continue;
		place->used[i] = 1;
		/* it goes forward, whoever asks */
		if ((uint64_t)event->result > place->clock)
			place->clock = (uint64_t)event->result;
		break;
	}
	if (place->differs)
		place->clock += LOST_TICK;
	answer = place->clock;
	unlock(replay);
	return answer;
}

bool replay_difference(struct replay *replay, char *text, size_t size)
{
	bool differs;

	lock(replay);
	differs = replay->place->differs;
	if (differs)
		snprintf(text, size, "%s", replay->place->text);
	unlock(replay);
	return differs;
}

size_t replay_rest(struct replay *replay, char *first, size_t size)
{
	const struct recording *rec = &replay->recording;
	size_t rest = 0;

	lock(replay);
	for (size_t i = 0; i < rec->nr; i++) {
		const struct recording_event *event = &rec->events[i];

		if (replay->place->used[i] || event->kind == RECORDING_CLOCK ||
		    event->kind == RECORDING_COMMAND)
			continue;
		if (!rest++) {
			int n = snprintf(first, size, "event %u, ", event->number);

			recording_describe(event, first + n, size - (size_t)n);
		}
	}
	unlock(replay);
	return rest;
}

void replay_close(struct replay *replay)
{
	if (!replay || replay->users--)
		return;
	recording_clear(&replay->recording);
	munmap(replay->place, replay->size);
	free(replay);
}

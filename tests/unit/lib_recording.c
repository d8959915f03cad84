// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The format of recordings, what a replay takes for the same, and in which order.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/psp-sev.h>
#include <linux/sev-debug.h>

#include "lib/recording/recording.h"
#include "lib_test.h"

#define HEADER	"{\"recording\":1,\"words\":[],\"node_errno\":[0,2],\"write_errno\":[0,0],\"pid\":77}\n"
#define PIN(cpu, thread) \
	"{\"event\":\"pin\",\"thread\":" #thread ",\"result\":0,\"to_cpu\":" #cpu "}\n"
#define READ(path, text) \
	"{\"event\":\"read\",\"thread\":0,\"result\":1,\"path\":\"" path "\",\"text\":\"" text "\"}\n"
#define CLOCK(ns, thread) \
	"{\"event\":\"clock\",\"thread\":" #thread ",\"result\":" #ns "}\n"

static int parse(const char *text, struct recording *r, struct recording_why *why)
{
	/* exactly as large as it is: what reads beyond its end is found by a sanitizer */
	size_t size = strlen(text);
	char *copy = malloc(size ? size : 1);
	int ret;

	memcpy(copy, text, size);
	ret = recording_parse(copy, size, r, why);
	free(copy);
	return ret;
}

static struct replay *open_text(const char *text)
{
	struct recording_why why;
	struct recording r;
	struct replay *replay;

	ck_assert_msg(!parse(text, &r, &why), "%s", why.text);
	ck_assert_int_eq(replay_open(&replay, &r), 0);
	return replay;
}

/* ------------------------------------------------------------------------- requests */

/* What goes in comes out: pointers apart, and no more of a buffer than was written */
START_TEST(round_trip)
{
	struct sev_dbg_result trace[8] = { { .cmd = 0x84, .status = 0xf }, { .cmd = 0x86 } };
	struct sev_dbg_cmd cmd = {
		.size = sizeof(cmd), .flags = SEV_DBG_C_STRICT, .trace_entry_size = sizeof(*trace),
		.trace_capacity = 8, .trace = (uintptr_t)trace,
	};
	struct sev_dbg_result again[8] = { 0 };
	struct sev_dbg_cmd asked = cmd;
	struct recording_event event;
	struct recording_why why;
	struct recording r;
	uint32_t status;
	char *line, *text;
	size_t size;

	ck_assert_int_eq(recording_capture_in(&event, SEV_DBG_SHUTDOWN, &cmd, false), 0);
	cmd.result.status = 0xf;
	cmd.trace_count = 2;
	ck_assert_int_eq(recording_capture_out(&event, &cmd, false), 0);
	event.result = -EIO;
	line = recording_event_line(&event, &size);
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_nonnull(strstr(line, "\"status\":15,"));
	ck_assert_int_gt(asprintf(&text, "%s%s", HEADER, line), 0);
	ck_assert_msg(!parse(text, &r, &why), "%s", why.text);
	ck_assert_uint_eq(r.nr, 1);
	ck_assert_int_eq(r.events[0].result, -EIO);
	ck_assert_uint_eq(r.events[0].parts[1].out.size, 2 * sizeof(*trace));
	ck_assert(recording_status(&r.events[0], &status) && status == 0xf);
	ck_assert_ptr_null(memmem(r.events[0].parts[0].in.data, sizeof(cmd), &cmd.trace, 8));
	asked.trace = (uintptr_t)again;
	recording_restore(&r.events[0], &asked);
	ck_assert_uint_eq(asked.trace, (uintptr_t)again);
	ck_assert_uint_eq(asked.result.status, 0xf);
	ck_assert_mem_eq(again, trace, sizeof(trace));
	free(line);
	free(text);
	recording_event_clear(&event);
	recording_clear(&r);
}
END_TEST

/* A recording that says more than fits is no reason to write beyond the end */
START_TEST(restored_within_bounds)
{
	struct sev_dbg_guest guests[3];
	struct sev_dbg_guest_list list = {
		.size = sizeof(list), .entry_size = sizeof(*guests), .capacity = 2,
		.entries = (uintptr_t)guests,
	};
	struct recording_event event;

	memset(guests, 0x55, sizeof(guests));
	ck_assert_int_eq(recording_capture_in(&event, SEV_DBG_GUEST_LIST, &list, false), 0);
	ck_assert_int_eq(recording_bytes_set(&event.parts[1].out, guests, sizeof(guests)), 0);
	memset(event.parts[1].out.data, 0xaa, sizeof(guests));
	recording_restore(&event, &list);
	ck_assert_uint_eq(((uint8_t *)&guests[1])[sizeof(*guests) - 1], 0xaa);
	ck_assert_uint_eq(((uint8_t *)&guests[2])[0], 0x55);
	recording_event_clear(&event);
}
END_TEST

/* Of what nobody knows nothing is told, and a replay does not go on over it */
START_TEST(unknown_is_masked)
{
	char secret[] = "secret of nobody's business";
	struct recording_event event, asked;
	struct replay *replay;
	char *line, *text, why[512];
	size_t size;

	ck_assert_int_eq(recording_capture_in(&event, 0xb9ff, secret, false), 0);
	ck_assert_int_eq(recording_capture_out(&event, secret, false), 0);
	line = recording_event_line(&event, &size);
	ck_assert_ptr_nonnull(strstr(line, "\"masked\":[\"arg\"]"));
	ck_assert_ptr_null(strstr(line, "736563"));
	ck_assert_int_gt(asprintf(&text, "%s%s", HEADER, line), 0);
	replay = open_text(text);
	ck_assert_int_eq(recording_capture_in(&asked, 0xb9ff, secret, false), 0);
	ck_assert_ptr_null(replay_ask(replay, &asked));
	ck_assert(replay_difference(replay, why, sizeof(why)) && strstr(why, "masked"));
	free(line);
	free(text);
	recording_event_clear(&event);
	recording_event_clear(&asked);
	replay_close(replay);
}
END_TEST

/* Each field that is asked for and differs is named */
START_TEST(fields_are_named)
{
	struct sev_dbg_guest_cmd a = { .size = sizeof(a), .id = 7 }, b = a;
	struct recording_event x, y;
	char text[512];

	b.id = 8;
	ck_assert_int_eq(recording_capture_in(&x, SEV_DBG_DECOMMISSION, &a, false), 0);
	ck_assert_int_eq(recording_capture_in(&y, SEV_DBG_DECOMMISSION, &b, false), 0);
	ck_assert(recording_compare(&x, &x, "A", "B", 0, text, sizeof(text)));
	ck_assert(!recording_compare(&x, &y, "A", "B", 0, text, sizeof(text)));
	ck_assert_str_eq(text, "field id of struct sev_dbg_guest_cmd (arg) is 7 as A, 8 as B");
	recording_event_clear(&x);
	recording_event_clear(&y);
}
END_TEST

/* ---------------------------------------------------------------------------- format */

/* Whatever bytes were read come back */
START_TEST(bytes)
{
	struct recording_event event = { .kind = RECORDING_READ, .cpu = -1 };
	struct recording_why why;
	struct recording r;
	char all[256], *line, *text;
	size_t size;

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	recording_bytes_add(&event.words, &event.nr_words, "/x", 2);
	recording_bytes_add(&event.got, &event.nr_got, all, sizeof(all));
	line = recording_event_line(&event, &size);
	ck_assert_uint_eq(strlen(line), size);
	ck_assert_ptr_eq(strchr(line, '\n'), line + size - 1);
	ck_assert_int_gt(asprintf(&text, "%s%s", HEADER, line), 0);
	ck_assert_msg(!parse(text, &r, &why), "%s", why.text);
	ck_assert_uint_eq(r.events[0].got[0].size, sizeof(all));
	ck_assert_mem_eq(r.events[0].got[0].data, all, sizeof(all));
	free(line);
	free(text);
	recording_event_clear(&event);
	recording_clear(&r);
}
END_TEST

static const struct {
	const char *text, *why;
	int ret;
} damages[] = {
	{ "", "no header", -EBADMSG },
	{ "{\"recording\":1", "no header", -EBADMSG },
	{ "\n", "line 1: no JSON object", -EBADMSG },
	{ "[]\n", "line 1: no JSON object", -EBADMSG },
	{ "{}\n", "line 1: no header", -EBADMSG },
	{ "{\"recording\":2}\n", "format 2", -EPROTO },
	{ "{\"recording\":1}\n", "node_errno", -EBADMSG },
	{ "{\"recording\":1,\"node_errno\":[0,5000],\"write_errno\":[0,0],\"words\":[]}\n",
	  "node_errno", -EBADMSG },
	{ "{\"recording\":1,\"node_errno\":[0,0,5000],\"write_errno\":[0,0,0],\"words\":[]}\n",
	  "node_errno", -EBADMSG },
	{ HEADER "{}\n", "line 2: no event", -EBADMSG },
	{ HEADER "{\"event\":\"frob\"}\n", "line 2: an event of an unknown kind", -EBADMSG },
	{ HEADER "{\"event\":\"read\"}\n", "line 2: event without 'path'", -EBADMSG },
	{ HEADER "{\"event\":\"read\",\"path\":7}\n", "'path' is no string", -EBADMSG },
	{ HEADER "{\"event\":\"read\",\"path\":\"\\u4e00\"}\n", "no byte", -EBADMSG },
	{ HEADER "{\"event\":\"list\",\"path\":\"x\",\"names\":[null]}\n", "hole", -EBADMSG },
	{ HEADER "{\"event\":\"list\",\"path\":\"x\"}\n", "no list 'names'", -EBADMSG },
	{ HEADER "{\"event\":\"ioctl\"}\n", "without its number", -EBADMSG },
	{ HEADER "{\"event\":\"ioctl\",\"number\":1,\"in\":{\"arg\":\"0g\"}}\n", "hexadecimal",
	  -EBADMSG },
	{ HEADER "{\"event\":\"ioctl\",\"number\":1,\"in\":{\"arg\":\"000\"}}\n", "half a byte",
	  -EBADMSG },
	{ HEADER "{\"event\":\"ioctl\",\"number\":1,\"masked\":[\"trace\"]}\n", "masked", -EBADMSG },
	{ HEADER "{\"event\":\"clock\",\"errno\":99999}\n", "'errno' is out of range", -EBADMSG },
	{ HEADER "{\"event\":\"clock\",\"thread\":1.5}\n", "no whole number", -EBADMSG },
	{ HEADER "{\"event\":\"clock\"} x\n", "line 2: no JSON object", -EBADMSG },
	{ HEADER "[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]\n", "line 2", -EBADMSG },
};

START_TEST(damaged)
{
	struct recording_why why;
	struct recording r;

	ck_assert_int_eq(parse(damages[_i].text, &r, &why), damages[_i].ret);
	ck_assert_msg(strstr(why.text, damages[_i].why), "%s", why.text);
	recording_clear(&r);
}
END_TEST

/* Cut anywhere in its last line it is a recording still */
START_TEST(cut)
{
	static const char whole[] = HEADER READ("/a", "x") READ("/b", "y");
	size_t last = strlen(HEADER READ("/a", "x"));
	struct recording_why why;
	struct recording r;

	for (size_t n = last + 1; n < strlen(whole); n++) {
		ck_assert_int_eq(recording_parse(whole, n, &r, &why), 0);
		ck_assert(r.cut);
		ck_assert_uint_eq(r.nr, 1);
		recording_clear(&r);
	}
	ck_assert_int_eq(recording_parse(whole, last, &r, &why), 0);
	ck_assert(!r.cut);
	recording_clear(&r);
}
END_TEST

/* ----------------------------------------------------------------------------- order */

static const struct recording_event *ask_read(struct replay *replay, const char *path)
{
	struct recording_bytes word = { (char *)(uintptr_t)path, strlen(path) };
	const struct recording_event asked = {
		.kind = RECORDING_READ, .words = &word, .nr_words = 1,
	};

	return replay_ask(replay, &asked);
}

static const struct recording_event *ask_pin(struct replay *replay, int64_t cpu)
{
	const struct recording_event asked = { .kind = RECORDING_PIN, .numbers = { cpu } };

	return replay_ask(replay, &asked);
}

static const char workers[] = HEADER READ("/a", "x") PIN(2, 1) PIN(0, 2) PIN(1, 3) PIN(1, 4)
			      READ("/b", "y") PIN(0, 5);

/* By CPU, whoever comes first, and only between the events around them */
START_TEST(any_order)
{
	struct replay *replay = open_text(workers);
	char text[512];

	ck_assert_ptr_nonnull(ask_read(replay, "/a"));
	ck_assert_uint_eq(ask_pin(replay, 1)->number, 4);
	ck_assert_uint_eq(ask_pin(replay, 0)->number, 3);
	ck_assert_uint_eq(ask_pin(replay, 1)->number, 5);
	ck_assert_uint_eq(ask_pin(replay, 2)->number, 2);
	ck_assert_ptr_nonnull(ask_read(replay, "/b"));
	ck_assert_uint_eq(replay_rest(replay, text, sizeof(text)), 1);
	ck_assert_ptr_nonnull(ask_pin(replay, 0));
	ck_assert_uint_eq(replay_rest(replay, text, sizeof(text)), 0);
	ck_assert(!replay_difference(replay, text, sizeof(text)));
	replay_close(replay);
}
END_TEST

START_TEST(too_early)
{
	struct replay *replay = open_text(workers);
	char text[512];

	ck_assert_ptr_nonnull(ask_read(replay, "/a"));
	ck_assert_ptr_nonnull(ask_pin(replay, 0));
	ck_assert_ptr_null(ask_pin(replay, 0));
	ck_assert(replay_difference(replay, text, sizeof(text)));
	ck_assert_str_eq(text, "asked now: pin of CPU 0; event 6 of the recording is read '/b'");
	/* from then on nothing */
	ck_assert_ptr_null(ask_pin(replay, 1));
	replay_close(replay);
}
END_TEST

START_TEST(left_out)
{
	struct replay *replay = open_text(workers);
	char text[512];

	ck_assert_ptr_nonnull(ask_read(replay, "/a"));
	ck_assert_ptr_nonnull(ask_pin(replay, 2));
	ck_assert_ptr_nonnull(ask_pin(replay, 1));
	ck_assert_ptr_null(ask_read(replay, "/b"));
	ck_assert(replay_difference(replay, text, sizeof(text)));
	ck_assert_str_eq(text, "asked now: read '/b'; event 3 of the recording is pin of CPU 0");
	replay_close(replay);
}
END_TEST

START_TEST(ends)
{
	struct replay *replay = open_text(HEADER READ("/a", "x"));
	char text[512];

	ck_assert_ptr_nonnull(ask_read(replay, "/a"));
	ck_assert_ptr_null(ask_read(replay, "/a"));
	ck_assert(replay_difference(replay, text, sizeof(text)));
	ck_assert_ptr_nonnull(strstr(text, "the recording ends after event 1"));
	replay_close(replay);
}
END_TEST

/* ----------------------------------------------------------------------------- clock */

static void *ask_clock(void *replay)
{
	static uint64_t answer;

	answer = replay_clock(replay);
	return &answer;
}

/* What it said at this place, for this thread; the last again where it said no more */
START_TEST(clocks)
{
	struct replay *replay = open_text(HEADER CLOCK(10, 0) CLOCK(15, 1) CLOCK(20, 0)
					  READ("/a", "x") CLOCK(30, 0));
	pthread_t thread;
	void *answer;

	ck_assert_uint_eq(replay_clock(replay), 10);
	pthread_create(&thread, NULL, ask_clock, replay);
	pthread_join(thread, &answer);
	ck_assert_uint_eq(*(uint64_t *)answer, 15);
	ck_assert_uint_eq(replay_clock(replay), 20);
	ck_assert_uint_eq(replay_clock(replay), 20);
	ck_assert_ptr_nonnull(ask_read(replay, "/a"));
	ck_assert_uint_eq(replay_clock(replay), 30);
	replay_close(replay);
}
END_TEST

/* Those that nobody asked for are passed over; and after a difference it runs */
START_TEST(clocks_left)
{
	struct replay *replay = open_text(HEADER CLOCK(10, 0) CLOCK(20, 0) READ("/a", "x")
					  CLOCK(30, 0));
	uint64_t before;

	ck_assert_ptr_nonnull(ask_read(replay, "/a"));
	ck_assert_uint_eq(replay_clock(replay), 30);
	ck_assert_ptr_null(ask_read(replay, "/b"));
	before = replay_clock(replay);
	ck_assert_uint_gt(before, 30);
	ck_assert_uint_gt(replay_clock(replay), before);
	replay_close(replay);
}
END_TEST

/* A child goes on where we are, and we where it ended */
START_TEST(forked)
{
	struct replay *replay = open_text(HEADER READ("/a", "x") READ("/b", "y") READ("/c", "z"));
	int status;
	pid_t pid;

	ck_assert_ptr_nonnull(ask_read(replay, "/a"));
	pid = fork();
	if (!pid)
		_exit(ask_read(replay, "/b") ? 0 : 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_ptr_nonnull(ask_read(replay, "/c"));
	replay_close(replay);
}
END_TEST

/* Each handle has the nodes that it had; one too many has the last one's */
START_TEST(handles)
{
	struct replay *replay = open_text(HEADER
		"{\"recording\":1,\"words\":[],\"node_errno\":[0,13,5],\"write_errno\":[0,1,13]}\n"
		"{\"event\":\"command\",\"thread\":0,\"result\":0,\"words\":[\"df-flush\","
		"\"--fault=X:hang\"],\"pid\":99}\n");

	const struct recording_handle *first = replay_handle(replay);

	ck_assert_int_eq(first->node_err[1], -2);
	/* before there was a guest's node two were written down */
	ck_assert_int_eq(first->node_err[2], -ENOENT);
	ck_assert_int_eq(first->write_err[2], 0);
	ck_assert_int_eq(replay_handle(replay)->node_err[1], -13);
	ck_assert_int_eq(replay_handle(replay)->node_err[2], -5);
	ck_assert_int_eq(replay_handle(replay)->write_err[2], -13);
	ck_assert_int_eq(replay_handle(replay)->write_err[1], -1);
	ck_assert(replay_is_ours(replay, 77) && replay_is_ours(replay, 99) &&
		  !replay_is_ours(replay, 78));
	ck_assert(replay_has_fault(replay, "X:hang") && !replay_has_fault(replay, "X"));
	replay_close(replay);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_recording");

	tcase_add_test(tc, round_trip);
	tcase_add_test(tc, restored_within_bounds);
	tcase_add_test(tc, unknown_is_masked);
	tcase_add_test(tc, fields_are_named);
	tcase_add_test(tc, bytes);
	tcase_add_loop_test(tc, damaged, 0, sizeof(damages) / sizeof(damages[0]));
	tcase_add_test(tc, cut);
	tcase_add_test(tc, any_order);
	tcase_add_test(tc, too_early);
	tcase_add_test(tc, left_out);
	tcase_add_test(tc, ends);
	tcase_add_test(tc, clocks);
	tcase_add_test(tc, clocks_left);
	tcase_add_test(tc, forked);
	tcase_add_test(tc, handles);
	return lib_run(suite);
}

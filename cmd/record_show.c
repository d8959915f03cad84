// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"

enum { KEY_HOST = 0x200 };

struct show_options {
	const char *file;
	bool host;
};

static const struct argp_option options[] = {
	{ "host", KEY_HOST, NULL, 0, "Also what was asked of the host, not of the devices" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct show_options *o = state->input;

	switch (key) {
	case KEY_HOST:
		o->host = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the recording to show");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE",
	.doc = "Show a recording: each request with its structures, field by field.",
};

static const struct out_row info_rows[] = {
	OUT_ROW(struct sevadm_recording_info, "command", "Command", OUT_CHARS, command),
	OUT_ROW(struct sevadm_recording_info, "time", "Recorded", OUT_CHARS, time),
	OUT_ROW(struct sevadm_recording_info, "sevadm", "By sevadm", OUT_CHARS, sevadm),
	OUT_ROW(struct sevadm_recording_info, "device", "Device", OUT_CHARS, device),
	OUT_ROW(struct sevadm_recording_info, "simulated", "Simulated", OUT_BOOL, simulated),
	OUT_ROW(struct sevadm_recording_info, "kernel", "Kernel", OUT_CHARS, kernel),
	OUT_ROW(struct sevadm_recording_info, "cpus_present", "CPUs present", OUT_CHARS,
		cpus_present),
	OUT_ROW(struct sevadm_recording_info, "cpus_online", "CPUs online", OUT_CHARS, cpus_online),
	OUT_ROW(struct sevadm_recording_info, "ccp", "ccp", OUT_CHARS, ccp),
	OUT_ROW(struct sevadm_recording_info, "kvm_amd", "kvm_amd", OUT_CHARS, kvm_amd),
	OUT_ROW(struct sevadm_recording_info, "abi", "ABI", OUT_U32, abi),
	OUT_ROW(struct sevadm_recording_info, "events", "Events", OUT_U32, events),
	OUT_ROW(struct sevadm_recording_info, "secrets", "With secrets", OUT_BOOL, secrets),
	OUT_ROW(struct sevadm_recording_info, "anonymised", "Anonymised", OUT_BOOL, anonymised),
	OUT_ROW(struct sevadm_recording_info, "cut", "Ends in a half line", OUT_BOOL, cut),
	OUT_END
};

struct event_view {
	struct sevadm_recording_event e;
	bool has_cpu;
	const char *status_name, *error;
};

static const struct out_row event_rows[] = {
	OUT_ROW(struct event_view, "event", NULL, OUT_U32, e.number),
	OUT_ROW(struct event_view, "kind", NULL, OUT_STRING, e.kind),
	OUT_ROW(struct event_view, "what", NULL, OUT_CHARS, e.what),
	OUT_ROW(struct event_view, "thread", NULL, OUT_U32, e.thread),
	OUT_ROW_WHEN(struct event_view, "cpu", NULL, OUT_I32, e.cpu, has_cpu),
	OUT_ROW(struct event_view, "time_ns", NULL, OUT_U64, e.time_ns),
	OUT_ROW(struct event_view, "duration_ns", NULL, OUT_U64, e.duration_ns),
	OUT_ROW(struct event_view, "errno", NULL, OUT_I32, e.err),
	OUT_ROW(struct event_view, "errno_name", NULL, OUT_STRING, error),
	OUT_ROW(struct event_view, "result", NULL, OUT_I64, e.result),
	OUT_ROW_WHEN(struct event_view, "status", NULL, OUT_STATUS, e.status, e.has_status),
	OUT_ROW(struct event_view, "status_name", NULL, OUT_STRING, status_name),
	OUT_ROW(struct event_view, "masked", NULL, OUT_BOOL, e.masked),
	OUT_END
};

struct field_view {
	uint32_t event;
	struct sevadm_recording_field f;
	const char *direction;
};

static const struct out_row field_rows[] = {
	OUT_ROW(struct field_view, "event", NULL, OUT_U32, event),
	OUT_ROW(struct field_view, "direction", NULL, OUT_STRING, direction),
	OUT_ROW(struct field_view, "buffer", NULL, OUT_STRING, f.buffer),
	OUT_ROW(struct field_view, "index", NULL, OUT_U32, f.index),
	OUT_ROW(struct field_view, "type", NULL, OUT_STRING, f.type),
	OUT_ROW(struct field_view, "field", NULL, OUT_STRING, f.name),
	OUT_ROW(struct field_view, "value", NULL, OUT_CHARS, f.value),
	OUT_END
};

struct showing {
	struct out *out;
	struct sevadm_recording *recording;
	uint32_t event;
};

static void print_event(struct out *out, const struct event_view *v)
{
	char cpu[24] = "", status[64] = "";

	if (v->has_cpu)
		snprintf(cpu, sizeof(cpu), " CPU %d,", v->e.cpu);
	if (v->e.has_status)
		snprintf(status, sizeof(status), ", %s (0x%04x)", v->status_name, v->e.status);
	out_text(out, "%u %s:%s thread %u, %llu ns: %s%s%s", v->e.number, v->e.what, cpu, v->e.thread,
		 (unsigned long long)v->e.duration_ns, v->error ? v->error : "done", status,
		 v->e.masked ? ", masked" : "");
}

static int print_field(void *arg, const struct sevadm_recording_field *f)
{
	struct showing *s = arg;
	char index[24] = "";

	if (f->index)
		snprintf(index, sizeof(index), "[%u]", f->index);
	out_text(s->out, "    %s %s%s%s%s = %s", f->out ? "out" : "in ", f->buffer, index,
		 f->buffer[0] ? "." : "", f->name, f->value);
	return 0;
}

static int list_field(void *arg, const struct sevadm_recording_field *f)
{
	struct showing *s = arg;
	struct field_view view = { .event = s->event, .f = *f, .direction = f->out ? "out" : "in" };

	if (!f->buffer[0])
		view.f.buffer = view.f.type = NULL;
	out_list_item(s->out, &view);
	return 0;
}

static bool next(struct showing *s, bool host, struct event_view *view)
{
	*view = (struct event_view){ 0 };
	while (!sevadm_recording_event(s->recording, ++s->event, &view->e)) {
		if (view->e.host && !host)
			continue;
		view->has_cpu = view->e.cpu >= 0;
		view->status_name = view->e.has_status ? sevadm_status_name(view->e.status) : NULL;
		view->error = view->e.err ? strerrorname_np(view->e.err) : NULL;
		return true;
	}
	return false;
}

static void show_text(struct showing *s, bool host)
{
	struct event_view view;

	while (next(s, host, &view)) {
		print_event(s->out, &view);
		sevadm_recording_fields(s->recording, s->event, print_field, s);
	}
}

static void show_lists(struct showing *s, bool host)
{
	struct event_view view;

	out_list(s->out, "events", NULL, event_rows);
	while (next(s, host, &view))
		out_list_item(s->out, &view);
	out_list_end(s->out);
	s->event = 0;
	out_list(s->out, "fields", NULL, field_rows);
	while (next(s, host, &view))
		sevadm_recording_fields(s->recording, s->event, list_field, s);
	out_list_end(s->out);
}

static int run(struct cli *cli, const void *options_)
{
	const struct show_options *o = options_;
	struct sevadm_recording_info info;
	struct sevadm_failure failure;
	struct showing s = { .out = cli->out };

	if (sevadm_recording_open(&s.recording, o->file, &failure))
		return report_failure(cli, &failure);
	sevadm_recording_info(s.recording, &info);
	out_object(cli->out, "recording", "Recording", info_rows, &info);
	if (out_mode(cli->out) == OUT_TEXT)
		show_text(&s, o->host);
	else
		show_lists(&s, o->host);
	sevadm_recording_close(s.recording);
	return report_done(cli, info.cut ? "the last line is a half one: who was recorded was killed" :
				"");
}

const struct command cmd_record_show = {
	.name = "record show",
	.summary = "Show what a recording holds",
	.argp = &argp,
	.options_size = sizeof(struct show_options),
	.flags = CMD_OFFLINE,
	.run = run,
};

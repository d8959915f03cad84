// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of a recording.  Strings are bytes: one above 0x7e stands there as the character of
 * the same number, so that whatever was read comes back as it was.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/recording/recording.h"

struct line {
	char *data;
	size_t used, size;
	bool failed;
};

static bool room(struct line *line, size_t more)
{
	size_t size = line->size ? line->size : 512;
	char *larger;

	while (size - line->used < more + 1)
		size *= 2;
	if (size == line->size)
		return true;
	larger = line->failed ? NULL : realloc(line->data, size);
	if (!larger) {
		line->failed = true;
		return false;
	}
	line->data = larger;
	line->size = size;
	return true;
}

__attribute__((format(printf, 2, 3)))
static void add(struct line *line, const char *format, ...)
{
	char text[128];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text) || !room(line, (size_t)n)) {
		line->failed = true;
		return;
	}
	memcpy(line->data + line->used, text, (size_t)n + 1);
	line->used += (size_t)n;
}

static void add_bytes(struct line *line, const struct recording_bytes *bytes)
{
	if (!bytes->data) {
		add(line, "null");
		return;
	}
	if (!room(line, bytes->size * 6 + 2))
		return;
	line->data[line->used++] = '"';
	for (size_t i = 0; i < bytes->size; i++) {
		unsigned char c = (unsigned char)bytes->data[i];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
			line->data[line->used++] = (char)c;
		else
			line->used += (size_t)sprintf(line->data + line->used, "\\u%04x", c);
	}
	line->data[line->used++] = '"';
}

static void add_string(struct line *line, const char *name, const char *text)
{
	const struct recording_bytes bytes = { (char *)(uintptr_t)text, strlen(text) };

	add(line, ",\"%s\":", name);
	add_bytes(line, &bytes);
}

static void add_list(struct line *line, const char *name, const struct recording_bytes *list,
		     size_t nr)
{
	add(line, ",\"%s\":[", name);
	for (size_t i = 0; i < nr; i++) {
		if (i)
			add(line, ",");
		add_bytes(line, &list[i]);
	}
	add(line, "]");
}

static void add_hex(struct line *line, const struct recording_bytes *bytes)
{
	if (!room(line, bytes->size * 2 + 2))
		return;
	line->data[line->used++] = '"';
	for (size_t i = 0; i < bytes->size; i++)
		line->used += (size_t)sprintf(line->data + line->used, "%02x",
					      (unsigned char)bytes->data[i]);
	line->data[line->used++] = '"';
}

static const char *part_name(const struct recording_request *row, unsigned int i)
{
	return row && row->parts[i].name ? row->parts[i].name : "arg";
}

static void add_buffers(struct line *line, const struct recording_event *event, bool out)
{
	const struct recording_request *row = recording_request_of(event);
	const char *between = "";

	add(line, ",\"%s\":{", out ? "out" : "in");
	for (unsigned int i = 0; i < RECORDING_PARTS; i++) {
		const struct recording_buffer *part = &event->parts[i];
		const struct recording_bytes *bytes = out ? &part->out : &part->in;

		if (!bytes->data)
			continue;
		add(line, "%s\"%s\":", between, part_name(row, i));
		add_hex(line, bytes);
		between = ",";
	}
	add(line, "}");
}

static void add_masked(struct line *line, const struct recording_event *event)
{
	const struct recording_request *row = recording_request_of(event);
	const char *between = ",\"masked\":[";

	for (unsigned int i = 0; i < RECORDING_PARTS; i++) {
		if (!event->parts[i].masked)
			continue;
		add(line, "%s\"%s\"", between, part_name(row, i));
		between = ",";
	}
	if (between[1] == '\0')
		add(line, "]");
}

static void add_ioctl(struct line *line, const struct recording_event *event)
{
	const struct recording_request *row = recording_request_of(event);
	uint32_t status;

	if (row)
		add_string(line, "request", row->name);
	add(line, ",\"number\":%lu", event->request);
	if (!event->begun && recording_status(event, &status))
		add(line, ",\"status\":%" PRIu32, status);
	add_masked(line, event);
	add_buffers(line, event, false);
	if (!event->begun)
		add_buffers(line, event, true);
}

static void add_host(struct line *line, const struct recording_event *event)
{
	const struct recording_shape *shape = &recording_shapes[event->kind];

	if (shape->list)
		add_list(line, shape->words[0], event->words, event->nr_words);
	for (size_t i = 0; !shape->list && i < RECORDING_WORDS && shape->words[i]; i++) {
		add(line, ",\"%s\":", shape->words[i]);
		add_bytes(line, i < event->nr_words ? &event->words[i] :
				&(struct recording_bytes){ 0 });
	}
	for (size_t i = 0; i < RECORDING_NUMBERS && shape->numbers[i]; i++)
		add(line, ",\"%s\":%" PRId64, shape->numbers[i], event->numbers[i]);
	if (shape->got_list) {
		add_list(line, shape->got, event->got, event->nr_got);
	} else if (shape->got && event->nr_got) {
		add(line, ",\"%s\":", shape->got);
		add_bytes(line, &event->got[0]);
	}
}

static char *finish(struct line *line, size_t *size)
{
	add(line, "}\n");
	*size = line->used;
	if (!line->failed)
		return line->data;
	free(line->data);
	return NULL;
}

char *recording_event_line(const struct recording_event *event, size_t *size)
{
	struct line line = { 0 };

	add(&line, "{\"event\":\"%s\",\"thread\":%" PRIu32, recording_shapes[event->kind].name,
	    event->thread);
	if (event->cpu >= 0)
		add(&line, ",\"cpu\":%" PRId32, event->cpu);
	add(&line, ",\"time_ns\":%" PRIu64 ",\"duration_ns\":%" PRIu64, event->time_ns,
	    event->duration_ns);
	if (event->begun)
		add(&line, ",\"begun\":true");
	else if (event->result < 0)
		add(&line, ",\"errno\":%" PRId64, -event->result);
	else
		add(&line, ",\"result\":%" PRId64, event->result);
	if (event->kind == RECORDING_IOCTL)
		add_ioctl(&line, event);
	else
		add_host(&line, event);
	return finish(&line, size);
}

static void add_errors(struct line *line, const char *name, const int32_t *errors)
{
	add(line, ",\"%s\":[", name);
	for (size_t i = 0; i < RECORDING_NODES; i++)
		add(line, "%s%" PRId32, i ? "," : "", -errors[i]);
	add(line, "]");
}

char *recording_header_line(const struct recording_header *h, size_t *size)
{
	struct line line = { 0 };

	add(&line, "{\"recording\":%d", RECORDING_FORMAT);
	add_string(&line, "sevadm", h->sevadm);
	add_string(&line, "time", h->time);
	add_string(&line, "device", h->device);
	add(&line, ",\"simulated\":%s,\"secrets\":%s,\"anonymised\":%s",
	    h->simulated ? "true" : "false", h->secrets ? "true" : "false",
	    h->anonymised ? "true" : "false");
	add_list(&line, "words", h->words, h->nr_words);
	add(&line, ",\"pid\":%" PRId32, h->pid);
	add_string(&line, "lock", h->lock);
	add_errors(&line, "node_errno", h->node_err);
	add_errors(&line, "write_errno", h->write_err);
	add(&line, ",\"abi\":%" PRIu32, h->abi);
	add_string(&line, "kernel", h->kernel);
	add_string(&line, "cpus_present", h->cpus_present);
	add_string(&line, "cpus_online", h->cpus_online);
	add_string(&line, "ccp", h->ccp);
	add_string(&line, "kvm_amd", h->kvm_amd);
	return finish(&line, size);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recording is read.  It may be anything: each line is an object of its own, nothing is
 * believed of it, and what is not as it should be is told with its line.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/recording/recording.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define DEPTH		6
#define LONGEST		(64UL << 20)	/* of a line */

struct reader {
	struct recording *recording;
	struct recording_why *why;
	size_t line;
};

__attribute__((format(printf, 2, 3)))
static int damaged(struct reader *r, const char *format, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	snprintf(r->why->text, sizeof(r->why->text), "line %zu: %s", r->line, what);
	return -EBADMSG;
}

/* ------------------------------------------------------------------------- members */

static struct json_object *member(struct json_object *object, const char *name, json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

/* A whole number in a range: where it is not there, @absent */
static int number(struct reader *r, struct json_object *object, const char *name, int64_t min,
		  int64_t max, int64_t absent, int64_t *value)
{
	struct json_object *member_;

	*value = absent;
	if (!json_object_object_get_ex(object, name, &member_))
		return 0;
	if (!json_object_is_type(member_, json_type_int))
		return damaged(r, "'%s' is no whole number", name);
	*value = json_object_get_int64(member_);
	return *value < min || *value > max ? damaged(r, "'%s' is out of range", name) : 0;
}

static bool truth(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name, json_type_boolean);

	return value && json_object_get_boolean(value);
}

/* Characters to the bytes of the same numbers: the length, -1 where one is above 0xff */
static ssize_t to_bytes(const unsigned char *in, size_t size, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned char c = in[i];

		if (c >= 0x80) {
			if ((c != 0xc2 && c != 0xc3) || i + 1 >= size)
				return -1;
			c = (unsigned char)((c & 3) << 6 | (in[++i] & 0x3f));
		}
		out[used++] = (char)c;
	}
	return (ssize_t)used;
}

static int bytes(struct reader *r, struct json_object *value, const char *name,
		 struct recording_bytes *out)
{
	_cleanup_free_ char *plain = NULL;
	size_t size;
	ssize_t n;

	if (!json_object_is_type(value, json_type_string))
		return damaged(r, "'%s' is no string", name);
	size = (size_t)json_object_get_string_len(value);
	plain = malloc(size + 1);
	if (!plain)
		return -ENOMEM;
	n = to_bytes((const unsigned char *)json_object_get_string(value), size, plain);
	if (n < 0)
		return damaged(r, "'%s' has a character that is no byte", name);
	return recording_bytes_set(out, plain, (size_t)n);
}

/* One of a list; null is an empty place */
static int add_bytes(struct reader *r, struct json_object *value, const char *name,
		     struct recording_bytes **list, size_t *nr)
{
	int ret = recording_bytes_add(list, nr, NULL, 0);

	if (ret || !value)
		return ret;
	return bytes(r, value, name, &(*list)[*nr - 1]);
}

static int add_array(struct reader *r, struct json_object *object, const char *name,
		     struct recording_bytes **list, size_t *nr)
{
	struct json_object *array = member(object, name, json_type_array);
	int ret = array ? 0 : damaged(r, "there is no list '%s'", name);

	for (size_t i = 0; !ret && i < json_object_array_length(array); i++) {
		struct json_object *value = json_object_array_get_idx(array, i);

		ret = value ? add_bytes(r, value, name, list, nr) :
			      damaged(r, "'%s' has a hole", name);
	}
	return ret;
}

/* Into a buffer of ours; what does not fit is no recording of ours */
static int text(struct reader *r, struct json_object *object, const char *name, char *out,
		size_t size)
{
	struct json_object *value = member(object, name, json_type_string);
	struct recording_bytes plain = { 0 };
	int ret;

	out[0] = '\0';
	if (!value)
		return 0;
	ret = bytes(r, value, name, &plain);
	if (!ret && (plain.size >= size || strlen(plain.data) != plain.size))
		ret = damaged(r, "'%s' is too long", name);
	if (!ret)
		memcpy(out, plain.data, plain.size + 1);
	free(plain.data);
	return ret;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex(struct reader *r, struct json_object *value, const char *name,
	       struct recording_bytes *out)
{
	size_t size = (size_t)json_object_get_string_len(value);
	const char *in = json_object_get_string(value);
	_cleanup_free_ char *plain = malloc(size / 2 + 1);

	if (!plain)
		return -ENOMEM;
	for (size_t i = 0; i + 1 < size; i += 2) {
		int high = digit(in[i]), low = digit(in[i + 1]);

		if (high < 0 || low < 0)
			return damaged(r, "buffer '%s' is not hexadecimal", name);
		plain[i / 2] = (char)(high << 4 | low);
	}
	if (size % 2)
		return damaged(r, "buffer '%s' ends in half a byte", name);
	return recording_bytes_set(out, plain, size / 2);
}

/* -------------------------------------------------------------------------- header */

/* One for each node; a guest's is not in recordings of before 1.0, and was not there */
static int errors(struct reader *r, struct json_object *object, const char *name, int absent,
		  int32_t *out)
{
	struct json_object *array = member(object, name, json_type_array);
	size_t nr = array ? json_object_array_length(array) : 0;

	for (size_t i = 0; i < RECORDING_NODES; i++) {
		struct json_object *value = i < nr ? json_object_array_get_idx(array, i) : NULL;
		int64_t err = value && json_object_is_type(value, json_type_int) ?
			      json_object_get_int64(value) : i >= 2 && i >= nr ? absent : -1;

		if (err < 0 || err > 4095)
			return damaged(r, "'%s' is not an error number for each node", name);
		out[i] = (int32_t)-err;
	}
	return 0;
}

static int texts(struct reader *r, struct json_object *object, struct recording_header *h)
{
	int ret = text(r, object, "sevadm", h->sevadm, sizeof(h->sevadm));

	if (!ret)
		ret = text(r, object, "kernel", h->kernel, sizeof(h->kernel));
	if (!ret)
		ret = text(r, object, "time", h->time, sizeof(h->time));
	if (!ret)
		ret = text(r, object, "device", h->device, sizeof(h->device));
	if (!ret)
		ret = text(r, object, "lock", h->lock, sizeof(h->lock));
	if (!ret)
		ret = text(r, object, "cpus_present", h->cpus_present, sizeof(h->cpus_present));
	if (!ret)
		ret = text(r, object, "cpus_online", h->cpus_online, sizeof(h->cpus_online));
	if (!ret)
		ret = text(r, object, "ccp", h->ccp, sizeof(h->ccp));
	return ret ? ret : text(r, object, "kvm_amd", h->kvm_amd, sizeof(h->kvm_amd));
}

static int parse_header(struct reader *r, struct json_object *object, struct recording_header *h)
{
	int64_t format, pid, abi;
	int ret = number(r, object, "recording", 0, INT64_MAX, -1, &format);

	if (ret)
		return ret;
	if (format < 0)
		return damaged(r, "no header of a recording");
	if (format != RECORDING_FORMAT) {
		snprintf(r->why->text, sizeof(r->why->text), "it is of format %" PRId64
			 ", and this sevadm reads format %d", format, RECORDING_FORMAT);
		return -EPROTO;
	}
	ret = texts(r, object, h);
	if (!ret)
		ret = number(r, object, "pid", 0, INT32_MAX, 0, &pid);
	if (!ret)
		ret = number(r, object, "abi", 0, UINT32_MAX, 0, &abi);
	if (!ret)
		ret = errors(r, object, "node_errno", ENOENT, h->node_err);
	if (!ret)
		ret = errors(r, object, "write_errno", 0, h->write_err);
	if (ret)
		return ret;
	h->pid = (int32_t)pid;
	h->abi = (uint32_t)abi;
	h->simulated = truth(object, "simulated");
	h->secrets = truth(object, "secrets");
	h->anonymised = truth(object, "anonymised");
	return add_array(r, object, "words", &h->words, &h->nr_words);
}

static void add_handle(struct recording *recording, const struct recording_header *h)
{
	struct recording_handle *handle;

	if (recording->headers < RECORDING_HANDLES) {
		handle = &recording->handles[recording->headers];
		memcpy(handle->node_err, h->node_err, sizeof(handle->node_err));
		memcpy(handle->write_err, h->write_err, sizeof(handle->write_err));
	}
	recording->headers++;
}

/* One more in the same file, of who goes on with it: stands there as what was begun then */
static int parse_further(struct reader *r, struct json_object *object,
			 struct recording_event *event)
{
	struct recording other = { 0 };
	int ret = parse_header(r, object, &other.header);

	event->kind = RECORDING_COMMAND;
	event->further = true;
	event->cpu = -1;
	event->words = other.header.words;
	event->nr_words = other.header.nr_words;
	event->numbers[0] = other.header.pid;
	add_handle(r->recording, &other.header);
	return ret;
}

/* -------------------------------------------------------------------------- events */

static int kind_of(const char *name)
{
	for (int i = 0; i < RECORDING_KINDS; i++)
		if (!strcmp(recording_shapes[i].name, name))
			return i;
	return -1;
}

static int parse_common(struct reader *r, struct json_object *object,
			struct recording_event *event)
{
	int64_t thread, cpu, time, duration, err, result;
	int ret = number(r, object, "thread", 0, UINT32_MAX, 0, &thread);

	if (!ret)
		ret = number(r, object, "cpu", 0, INT32_MAX, -1, &cpu);
	if (!ret)
		ret = number(r, object, "time_ns", 0, INT64_MAX, 0, &time);
	if (!ret)
		ret = number(r, object, "duration_ns", 0, INT64_MAX, 0, &duration);
	if (!ret)
		ret = number(r, object, "errno", 1, 4095, 0, &err);
	if (!ret)
		ret = number(r, object, "result", 0, INT64_MAX, 0, &result);
	if (ret)
		return ret;
	event->thread = (uint32_t)thread;
	event->cpu = (int32_t)cpu;
	event->time_ns = (uint64_t)time;
	event->duration_ns = (uint64_t)duration;
	event->begun = truth(object, "begun");
	event->result = err ? -err : result;
	return 0;
}

static int parse_buffers(struct reader *r, struct json_object *object,
			 struct recording_event *event, bool out)
{
	struct json_object *buffers = member(object, out ? "out" : "in", json_type_object);
	const struct recording_request *row = NULL;
	int ret = 0;

	for (unsigned int i = 0; !ret && buffers && i < RECORDING_PARTS; i++) {
		struct recording_buffer *part = &event->parts[i];
		const char *name = i ? row ? row->parts[i].name : NULL : "arg";
		struct json_object *value;

		if (!name)
			break;
		value = member(buffers, name, json_type_string);
		if (value)
			ret = hex(r, value, name, out ? &part->out : &part->in);
		/* what the argument says tells which others there are */
		if (!i)
			row = recording_request_of(event);
	}
	return ret;
}

static int parse_masked(struct reader *r, struct json_object *object,
			struct recording_event *event)
{
	const struct recording_request *row = recording_request_of(event);
	struct json_object *list = member(object, "masked", json_type_array);

	for (size_t j = 0; list && j < json_object_array_length(list); j++) {
		struct json_object *value = json_object_array_get_idx(list, j);
		const char *name = json_object_is_type(value, json_type_string) ?
				   json_object_get_string(value) : "";
		bool found = false;

		for (unsigned int i = 0; i < RECORDING_PARTS; i++) {
			const char *of = row ? row->parts[i].name : i ? NULL : "arg";

			if (of && !strcmp(name, of))
				found = event->parts[i].masked = true;
		}
		if (!found)
			return damaged(r, "'masked' names a buffer that the request does not have");
	}
	return 0;
}

static int parse_ioctl(struct reader *r, struct json_object *object,
		       struct recording_event *event)
{
	int64_t request;
	int ret = number(r, object, "number", 0, UINT32_MAX, -1, &request);

	if (!ret && request < 0)
		ret = damaged(r, "an ioctl without its number");
	if (ret)
		return ret;
	event->request = (unsigned long)request;
	ret = parse_buffers(r, object, event, false);
	if (!ret)
		ret = parse_buffers(r, object, event, true);
	return ret ? ret : parse_masked(r, object, event);
}

static int parse_words(struct reader *r, struct json_object *object,
		       struct recording_event *event)
{
	const struct recording_shape *shape = &recording_shapes[event->kind];
	int ret = 0;

	if (shape->list)
		return add_array(r, object, shape->words[0], &event->words, &event->nr_words);
	for (size_t i = 0; !ret && i < RECORDING_WORDS && shape->words[i]; i++) {
		struct json_object *value;

		if (!json_object_object_get_ex(object, shape->words[i], &value))
			return damaged(r, "event without '%s'", shape->words[i]);
		ret = add_bytes(r, value, shape->words[i], &event->words, &event->nr_words);
	}
	return ret;
}

static int parse_host(struct reader *r, struct json_object *object, struct recording_event *event)
{
	const struct recording_shape *shape = &recording_shapes[event->kind];
	struct json_object *value;
	int ret = parse_words(r, object, event);

	for (size_t i = 0; !ret && i < RECORDING_NUMBERS && shape->numbers[i]; i++)
		ret = number(r, object, shape->numbers[i], 0, INT64_MAX, 0, &event->numbers[i]);
	if (ret || !shape->got)
		return ret;
	if (shape->got_list)
		return add_array(r, object, shape->got, &event->got, &event->nr_got);
	value = member(object, shape->got, json_type_string);
	return value ? add_bytes(r, value, shape->got, &event->got, &event->nr_got) : 0;
}

static int parse_event(struct reader *r, struct json_object *object, struct recording_event *event)
{
	struct json_object *name = member(object, "event", json_type_string);
	int kind, ret;

	if (!name && member(object, "recording", json_type_int)) {
		return parse_further(r, object, event);
	}
	if (!name)
		return damaged(r, "no event");
	kind = kind_of(json_object_get_string(name));
	if (kind < 0)
		return damaged(r, "an event of an unknown kind");
	event->kind = (enum recording_kind)kind;
	ret = parse_common(r, object, event);
	if (ret)
		return ret;
	return kind == RECORDING_IOCTL ? parse_ioctl(r, object, event) :
					 parse_host(r, object, event);
}

/* --------------------------------------------------------------------------- lines */

static int add_event(struct reader *r, struct json_object *object)
{
	struct recording *rec = r->recording;
	struct recording_event *event;

	if (rec->nr == rec->room) {
		size_t more = rec->room ? rec->room * 2 : 64;
		struct recording_event *larger = reallocarray(rec->events, more, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		rec->events = larger;
		rec->room = more;
	}
	event = &rec->events[rec->nr++];
	*event = (struct recording_event){ .number = (uint32_t)rec->nr };
	return parse_event(r, object, event);
}

static int parse_line(struct reader *r, struct json_tokener *tokener, const char *line, size_t size)
{
	struct json_object *object;
	int ret;

	if (size > LONGEST)
		return damaged(r, "too long");
	json_tokener_reset(tokener);
	object = json_tokener_parse_ex(tokener, line, (int)size);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    json_tokener_get_parse_end(tokener) != size ||
	    !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return damaged(r, "no JSON object");
	}
	if (r->recording->headers) {
		ret = add_event(r, object);
	} else {
		ret = parse_header(r, object, &r->recording->header);
		add_handle(r->recording, &r->recording->header);
	}
	json_object_put(object);
	return ret;
}

int recording_parse(const char *text_, size_t size, struct recording *recording,
		    struct recording_why *why)
{
	struct reader r = { .recording = recording, .why = why };
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	int ret = tokener ? 0 : -ENOMEM;

	*recording = (struct recording){ 0 };
	why->text[0] = '\0';
	for (size_t at = 0; !ret && at < size;) {
		const char *end = memchr(text_ + at, '\n', size - at);

		r.line++;
		/* a half line is the last one: its end was never written */
		if (!end) {
			recording->cut = true;
			break;
		}
		ret = parse_line(&r, tokener, text_ + at, (size_t)(end - text_) - at);
		at = (size_t)(end - text_) + 1;
	}
	if (tokener)
		json_tokener_free(tokener);
	if (!ret && !recording->headers) {
		snprintf(why->text, sizeof(why->text), "it has no header: it is empty, or was cut "
			 "off in its first line, or is no recording");
		return -EBADMSG;
	}
	if (ret == -ENOMEM)
		snprintf(why->text, sizeof(why->text), "out of memory");
	return ret;
}

int recording_read(const char *path, struct recording *recording, struct recording_why *why)
{
	_cleanup_free_ char *text_ = NULL;
	char safe[400], wrong[sizeof(why->text)];
	size_t size = 0;
	int ret = file_read(path, RECORDING_MAX, &text_, &size);

	*recording = (struct recording){ 0 };
	text_escape(path, safe, sizeof(safe));
	if (ret) {
		snprintf(why->text, sizeof(why->text), "read the recording %.300s: %s (%s)", safe,
			 strerror(-ret), strerrorname_np(-ret));
		return ret;
	}
	ret = recording_parse(text_, size, recording, why);
	if (!ret)
		return 0;
	snprintf(wrong, sizeof(wrong), "%.200s", why->text);
	snprintf(why->text, sizeof(why->text), "%.250s is no recording that can be read: %.200s",
		 safe, wrong);
	return ret;
}

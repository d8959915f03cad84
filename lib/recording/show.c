// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recording as a program that reads one sees it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/recording/recording.h"
#include "lib/util/text.h"
#include "sevadm.h"

struct sevadm_recording {
	struct recording r;
};

const struct recording *recording_of(const struct sevadm_recording *recording)
{
	return &recording->r;
}

int sevadm_recording_open(struct sevadm_recording **out, const char *file,
			  struct sevadm_failure *failure)
{
	struct sevadm_recording *recording = calloc(1, sizeof(*recording));
	struct recording_why why = { "out of memory" };
	int ret = recording ? recording_read(file, &recording->r, &why) : -ENOMEM;

	*failure = (struct sevadm_failure){ .status = SEVADM_NO_FW_CALL };
	*out = recording;
	if (!ret)
		return 0;
	failure->kind = ret == -ENOENT ? SEVADM_ABSENT :
			ret == -EACCES || ret == -EPERM ? SEVADM_PERMISSION : SEVADM_FAILED;
	failure->err = -ret;
	snprintf(failure->message, sizeof(failure->message), "%s", why.text);
	sevadm_recording_close(recording);
	*out = NULL;
	return ret;
}

void sevadm_recording_close(struct sevadm_recording *recording)
{
	if (!recording)
		return;
	recording_clear(&recording->r);
	free(recording);
}

/* Whatever a file says is not to reach a terminal as it is */
static void escaped(const char *in, char *out, size_t size)
{
	char safe[2100];

	snprintf(out, size, "%s", text_escape(in, safe, sizeof(safe)));
}

void sevadm_recording_info(const struct sevadm_recording *recording,
			   struct sevadm_recording_info *info)
{
	const struct recording_header *h = &recording->r.header;
	char line[512];
	size_t used = 0;

	*info = (struct sevadm_recording_info){
		.abi = h->abi, .events = (uint32_t)recording->r.nr, .simulated = h->simulated,
		.secrets = h->secrets, .anonymised = h->anonymised, .cut = recording->r.cut,
	};
	escaped(h->sevadm, info->sevadm, sizeof(info->sevadm));
	escaped(h->kernel, info->kernel, sizeof(info->kernel));
	escaped(h->time, info->time, sizeof(info->time));
	escaped(h->device, info->device, sizeof(info->device));
	escaped(h->cpus_present, info->cpus_present, sizeof(info->cpus_present));
	escaped(h->cpus_online, info->cpus_online, sizeof(info->cpus_online));
	escaped(h->ccp, info->ccp, sizeof(info->ccp));
	escaped(h->kvm_amd, info->kvm_amd, sizeof(info->kvm_amd));
	line[0] = '\0';
	for (size_t i = 0; i < h->nr_words && used < sizeof(line); i++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s", i ? " " : "",
					 h->words[i].data);
	escaped(line, info->command, sizeof(info->command));
}

int sevadm_recording_event(const struct sevadm_recording *recording, uint32_t number,
			   struct sevadm_recording_event *out)
{
	const struct recording_event *event;

	if (!number || number > recording->r.nr)
		return -ENOENT;
	event = &recording->r.events[number - 1];
	*out = (struct sevadm_recording_event){
		.number = event->number, .kind = recording_shapes[event->kind].name,
		.cpu = event->cpu, .thread = event->thread, .time_ns = event->time_ns,
		.duration_ns = event->duration_ns, .host = event->kind != RECORDING_IOCTL,
		.err = event->result < 0 ? (int32_t)-event->result : 0,
		.result = event->result < 0 ? 0 : event->result,
	};
	recording_describe(event, out->what, sizeof(out->what));
	out->has_status = recording_status(event, &out->status) &&
			  out->status != SEVADM_NO_FW_CALL;
	for (unsigned int i = 0; i < RECORDING_PARTS; i++)
		out->masked |= event->parts[i].masked;
	return 0;
}

struct telling {
	int (*fn)(void *arg, const struct sevadm_recording_field *field);
	void *arg;
};

static int tell_buffer(const struct telling *t, const struct recording_part *part,
		       const struct recording_bytes *bytes, bool out)
{
	struct sevadm_recording_field field = {
		.buffer = part->name, .type = part->type, .out = out,
	};
	int ret = 0;

	for (size_t at = 0; bytes->data && at + part->size <= bytes->size; at += part->size) {
		for (const struct recording_field *f = part->fields; !ret && f->name; f++) {
			if (f->flags & FIELD_POINTER)
				continue;
			field.name = f->name;
			recording_field_text(f, bytes->data + at, field.value, sizeof(field.value));
			ret = t->fn(t->arg, &field);
		}
		field.index++;
	}
	return ret;
}

static int tell_ioctl(const struct telling *t, const struct recording_event *event)
{
	const struct recording_request *row = recording_request_of(event);
	int ret = 0;

	for (unsigned int i = 0; row && !ret && i < RECORDING_PARTS && row->parts[i].name; i++) {
		ret = tell_buffer(t, &row->parts[i], &event->parts[i].in, false);
		if (!ret)
			ret = tell_buffer(t, &row->parts[i], &event->parts[i].out, true);
	}
	return ret;
}

static int tell_bytes(const struct telling *t, const char *name, uint32_t index, bool out,
		      const struct recording_bytes *bytes)
{
	struct sevadm_recording_field field = {
		.buffer = "", .type = "", .name = name, .index = index, .out = out,
	};
	char plain[200];
	size_t n = bytes->size < sizeof(plain) ? bytes->size : sizeof(plain) - 1;

	if (!bytes->data)
		return 0;
	for (size_t i = 0; i < n; i++)
		plain[i] = bytes->data[i] ? bytes->data[i] : ' ';
	plain[n] = '\0';
	text_escape(plain, field.value, sizeof(field.value));
	return t->fn(t->arg, &field);
}

static int tell_host(const struct telling *t, const struct recording_event *event)
{
	const struct recording_shape *shape = &recording_shapes[event->kind];
	struct sevadm_recording_field field = { .buffer = "", .type = "" };
	int ret = 0;

	for (size_t i = 0; !ret && i < event->nr_words; i++)
		ret = tell_bytes(t, shape->words[shape->list ? 0 : i], (uint32_t)i, false,
				 &event->words[i]);
	for (size_t i = 0; !ret && i < RECORDING_NUMBERS && shape->numbers[i]; i++) {
		field.name = shape->numbers[i];
		snprintf(field.value, sizeof(field.value), "%" PRId64, event->numbers[i]);
		ret = t->fn(t->arg, &field);
	}
	for (size_t i = 0; !ret && i < event->nr_got; i++)
		ret = tell_bytes(t, shape->got, (uint32_t)i, true, &event->got[i]);
	return ret;
}

int sevadm_recording_fields(const struct sevadm_recording *recording, uint32_t number,
			    int (*fn)(void *arg, const struct sevadm_recording_field *field),
			    void *arg)
{
	const struct telling telling = { fn, arg };
	const struct recording_event *event;

	if (!number || number > recording->r.nr)
		return -ENOENT;
	event = &recording->r.events[number - 1];
	return event->kind == RECORDING_IOCTL ? tell_ioctl(&telling, event) :
						tell_host(&telling, event);
}

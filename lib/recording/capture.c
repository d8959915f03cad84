// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request's buffers, out of memory into an event and back, by the table of request.c.
 */
#include "lib/recording/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MANY	65536U		/* structures in a list: more than there are guests */
#define BYTES	(1U << 20)	/* of one buffer */

static uint32_t u32_at(const void *memory, size_t offset)
{
	uint32_t value;

	memcpy(&value, (const char *)memory + offset, sizeof(value));
	return value;
}

/* Where each part is, and how large: an address of 0 where there is none */
struct layout {
	void *at[RECORDING_PARTS];
	size_t size[RECORDING_PARTS];
};

/*
 * Of the argument's owner, who gave it to the driver as well: it is as large as he said
 * before.  @event: where that is kept, once the driver may have written over it
 */
static void lay_out(const struct recording_request *row, const void *arg,
		    const struct recording_event *event, struct layout *layout)
{
	*layout = (struct layout){ .at = { (void *)(uintptr_t)arg }, .size = { row->parts[0].size } };
	for (unsigned int i = 1; i < RECORDING_PARTS && row->parts[i].name; i++) {
		const struct recording_part *part = &row->parts[i];
		const void *parent = layout->at[part->parent];
		const char *before = event ? event->parts[part->parent].in.data : parent;
		uint64_t address, count = 1;

		if (!parent || !before)
			continue;
		memcpy(&address, (const char *)parent + part->pointer, sizeof(address));
		if (part->capacity)
			count = u32_at(before, part->capacity);
		if (!address || !count || count > (part->size == 1 ? BYTES : MANY))
			continue;
		layout->at[i] = (void *)(uintptr_t)address;
		layout->size[i] = count * part->size;
	}
}

/* How much of a part came back: all of it, or as many structures as is said */
static size_t written(const struct recording_part *part, const struct layout *layout,
		      unsigned int i)
{
	size_t size = layout->size[i], said;

	if (!part->count || !layout->at[part->parent])
		return size;
	said = (size_t)u32_at(layout->at[part->parent], part->count) * part->size;
	return said < size ? said : size;
}

static int copy(struct recording_bytes *to, const struct recording_part *part, const void *from,
		size_t size)
{
	int ret = recording_bytes_set(to, from, size);

	for (const struct recording_field *f = part->fields; !ret && f->name; f++)
		if (f->flags & FIELD_POINTER && f->offset + f->size <= size)
			memset(to->data + f->offset, 0, f->size);
	return ret;
}

static int capture(struct recording_event *event, const void *arg, bool secrets, unsigned int flag)
{
	const struct recording_request *row = recording_request_known(event->request, arg);
	struct layout layout;
	int ret = 0;

	if (!row) {
		event->parts[0].masked = true;
		return 0;
	}
	lay_out(row, arg, flag == PART_OUT ? event : NULL, &layout);
	for (unsigned int i = 0; !ret && i < RECORDING_PARTS && row->parts[i].name; i++) {
		const struct recording_part *part = &row->parts[i];
		struct recording_buffer *buffer = &event->parts[i];

		if (!layout.at[i] || !(part->flags & flag))
			continue;
		if (part->flags & PART_SECRET && !secrets)
			buffer->masked = true;
		else if (flag == PART_IN)
			ret = copy(&buffer->in, part, layout.at[i], layout.size[i]);
		else
			ret = copy(&buffer->out, part, layout.at[i], written(part, &layout, i));
	}
	return ret;
}

int recording_capture_in(struct recording_event *event, unsigned long request, const void *arg,
			 bool secrets)
{
	*event = (struct recording_event){ .kind = RECORDING_IOCTL, .request = request, .cpu = -1 };
	return capture(event, arg, secrets, PART_IN);
}

int recording_capture_out(struct recording_event *event, const void *arg, bool secrets)
{
	return capture(event, arg, secrets, PART_OUT);
}

#define POINTERS	2	/* in one structure at most */

/* Everything but the pointers, which are the caller's own */
static void put_back(const struct recording_part *part, const struct recording_bytes *from,
		     void *to, size_t size)
{
	uint64_t saved[POINTERS];
	const struct recording_field *pointers[POINTERS];
	size_t nr = 0;

	for (const struct recording_field *f = part->fields; f->name && nr < POINTERS; f++) {
		if (!(f->flags & FIELD_POINTER) || f->offset + f->size > size)
			continue;
		memcpy(&saved[nr], (char *)to + f->offset, sizeof(saved[nr]));
		pointers[nr++] = f;
	}
	memcpy(to, from->data, from->size < size ? from->size : size);
	while (nr--)
		memcpy((char *)to + pointers[nr]->offset, &saved[nr], sizeof(saved[nr]));
}

void recording_restore(const struct recording_event *event, void *arg)
{
	const struct recording_request *row = recording_request_known(event->request, arg);
	struct layout layout;

	if (!row)
		return;
	lay_out(row, arg, NULL, &layout);
	for (unsigned int i = 0; i < RECORDING_PARTS && row->parts[i].name; i++)
		if (layout.at[i] && event->parts[i].out.data && row->parts[i].flags & PART_OUT)
			put_back(&row->parts[i], &event->parts[i].out, layout.at[i], layout.size[i]);
}

bool recording_status(const struct recording_event *event, uint32_t *status)
{
	const struct recording_request *row = recording_request_of(event);
	const struct recording_bytes *out = &event->parts[0].out;

	for (const struct recording_field *f = row ? row->parts[0].fields : NULL; f && f->name; f++) {
		if (!(f->flags & FIELD_OUTCOME) || !out->data || out->size < f->offset + 4)
			continue;
		*status = u32_at(out->data, f->offset);
		return true;
	}
	return false;
}

int64_t recording_any_order(const struct recording_event *event)
{
	const struct recording_request *row = recording_request_of(event);

	if (row)
		return row->flags & REQUEST_ANY_ORDER ? (int64_t)u32_at(event->parts[0].in.data,
									row->cpu) : -1;
	return recording_shapes[event->kind].flags & SHAPE_ANY_ORDER ? event->numbers[0] : -1;
}

bool recording_acts(const struct recording_event *event)
{
	const struct recording_request *row = recording_request_of(event);

	if (event->kind == RECORDING_IOCTL)
		return !row || row->flags & REQUEST_CHANGES;
	return recording_shapes[event->kind].flags & SHAPE_ACTS;
}

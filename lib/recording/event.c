// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/recording/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int recording_bytes_set(struct recording_bytes *bytes, const void *data, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return -ENOMEM;
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	free(bytes->data);
	*bytes = (struct recording_bytes){ copy, size };
	return 0;
}

/* Lists double at powers of two: their length tells when they are full */
int recording_bytes_add(struct recording_bytes **list, size_t *nr, const char *text, size_t size)
{
	struct recording_bytes *larger = *list;
	int ret = 0;

	if (!(*nr & (*nr - 1)))
		larger = reallocarray(*list, *nr ? *nr * 2 : 1, sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	*list = larger;
	larger[*nr] = (struct recording_bytes){ 0 };
	if (text)
		ret = recording_bytes_set(&larger[*nr], text, size);
	*nr += !ret;
	return ret;
}

static void free_list(struct recording_bytes *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(list[i].data);
	free(list);
}

void recording_event_clear(struct recording_event *event)
{
	for (unsigned int i = 0; i < RECORDING_PARTS; i++) {
		free(event->parts[i].in.data);
		free(event->parts[i].out.data);
	}
	free_list(event->words, event->nr_words);
	free_list(event->got, event->nr_got);
	*event = (struct recording_event){ 0 };
}

void recording_clear(struct recording *recording)
{
	for (size_t i = 0; i < recording->nr; i++)
		recording_event_clear(&recording->events[i]);
	free(recording->events);
	free_list(recording->header.words, recording->header.nr_words);
	*recording = (struct recording){ 0 };
}

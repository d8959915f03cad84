// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another back-end, whose requests are written down.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/device/device.h"
#include "lib/recording/recording.h"

struct recorded_device {
	struct device dev;
	struct device *inner;
	struct recorder *recorder;
};

static int record_submit(struct device *dev, unsigned long request, void *arg)
{
	struct recorded_device *rd = (struct recorded_device *)dev;
	bool secrets = recorder_secrets(rd->recorder);
	struct recording_event event;
	uint64_t began;
	int captured, ret;

	captured = recording_capture_in(&event, request, arg, secrets);
	began = recorder_now(rd->recorder);
	ret = device_submit(rd->inner, request, arg);
	if (!captured)
		captured = recording_capture_out(&event, arg, secrets);
	event.result = ret;
	if (captured)
		recorder_fail(rd->recorder, captured);
	recorder_add(rd->recorder, &event, began);
	return ret;
}

static void record_close(struct device *dev)
{
	struct recorded_device *rd = (struct recorded_device *)dev;

	rd->inner->ops->close(rd->inner);
	free(rd);
}

static const struct device_ops record_ops = {
	.name = "record",
	.submit = record_submit,
	.close = record_close,
};

int device_record_open(struct device **out, struct device *inner, struct recorder *recorder)
{
	struct recorded_device *rd = calloc(1, sizeof(*rd));

	if (!rd)
		return -ENOMEM;
	rd->dev = *inner;
	rd->dev.ops = &record_ops;
	rd->inner = inner;
	rd->recorder = recorder;
	*out = &rd->dev;
	return 0;
}

struct device **device_record_inner(struct device *dev)
{
	return dev->ops == &record_ops ? &((struct recorded_device *)dev)->inner : NULL;
}

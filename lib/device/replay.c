// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The nodes as a recording has them: nothing real is opened.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/device/device.h"
#include "lib/recording/recording.h"

struct replayed_device {
	struct device dev;
	struct replay *replay;
};

static int replay_submit(struct device *dev, unsigned long request, void *arg)
{
	struct replay *replay = ((struct replayed_device *)dev)->replay;
	const struct recording_event *event;
	struct recording_event asked;
	int ret;

	/* what is asked is compared, secrets too: masked ones are not */
	ret = recording_capture_in(&asked, request, arg, true);
	if (!ret) {
		event = replay_ask(replay, &asked);
		ret = event ? (int)event->result : -EBADMSG;
		if (event)
			recording_restore(event, arg);
	}
	recording_event_clear(&asked);
	return ret;
}

static void replay_device_close(struct device *dev)
{
	free(dev);
}

static const struct device_ops replay_ops = {
	.name = "replay",
	.submit = replay_submit,
	.close = replay_device_close,
};

int device_replay_open(struct device **out, struct replay *replay)
{
	const struct recording_handle *handle = replay_handle(replay);
	struct replayed_device *rd = calloc(1, sizeof(*rd));

	if (!rd)
		return -ENOMEM;
	rd->dev.ops = &replay_ops;
	rd->dev.simulated = true;
	rd->replay = replay;
	for (int i = 0; i < DEVICE_NODES; i++) {
		rd->dev.node_err[i] = handle->node_err[i];
		rd->dev.write_err[i] = handle->write_err[i];
	}
	*out = &rd->dev;
	return 0;
}

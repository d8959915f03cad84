// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/recording/recording.h"

const struct recording_shape recording_shapes[RECORDING_KINDS] = {
	[RECORDING_IOCTL] = { .name = "ioctl" },
	[RECORDING_READ] = { .name = "read", .words = { "path" }, .got = "text" },
	[RECORDING_LINK] = { .name = "link", .words = { "path" }, .got = "text" },
	[RECORDING_WRITE] = { .name = "write", .words = { "path", "data" }, .flags = SHAPE_ACTS },
	[RECORDING_LIST] = { .name = "list", .words = { "path" }, .got = "names", .got_list = true },
	[RECORDING_KMSG] = { .name = "kmsg", .got = "lines", .got_list = true },
	/* by whom it is done depends on who came first; that it is done does not */
	[RECORDING_PIN] = { .name = "pin", .numbers = { "to_cpu" }, .flags = SHAPE_ANY_ORDER },
	[RECORDING_OPEN] = { .name = "process_open", .numbers = { "pid" }, .flags = SHAPE_PID0 },
	[RECORDING_SIGNAL] = { .name = "process_signal", .numbers = { "pid", "signal" },
			       .flags = SHAPE_PID0 | SHAPE_ACTS },
	[RECORDING_WAIT] = { .name = "process_wait", .numbers = { "pid", "timeout_ns" },
			     .flags = SHAPE_PID0 | SHAPE_TIME1 },
	[RECORDING_RUN] = { .name = "run", .words = { "words" }, .list = true,
			    .numbers = { "timeout_ns" }, .got = "said",
			    .flags = SHAPE_TIME0 | SHAPE_ACTS },
	[RECORDING_MODULE_REMOVE] = { .name = "module_remove", .words = { "module" },
				      .flags = SHAPE_ACTS },
	[RECORDING_KEXEC_LOAD] = { .name = "kexec_load", .words = { "kernel", "initrd", "append" },
				   .flags = SHAPE_ACTS },
	[RECORDING_KEXEC_UNLOAD] = { .name = "kexec_unload", .flags = SHAPE_ACTS },
	[RECORDING_KEXEC] = { .name = "kexec", .flags = SHAPE_ACTS },
	[RECORDING_CLOCK] = { .name = "clock" },
	[RECORDING_SLEEP] = { .name = "sleep", .numbers = { "ns" }, .flags = SHAPE_TIME0 },
	[RECORDING_NOTE] = { .name = "note", .words = { "about" }, .got = "text" },
	[RECORDING_COMMAND] = { .name = "command", .words = { "words" }, .list = true,
				.numbers = { "pid" }, .flags = SHAPE_PID0 },
};

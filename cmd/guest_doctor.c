// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/commands.h"
#include "cmd/doctor.h"

static const struct argp argp = {
	.doc = "Inside a guest, tell what it runs on and what stands between it and the firmware's word "
	       "for it: registers, driver, devices.  A report is asked for, and what came of it told.",
};

static const char *end(const struct sevadm_diagnosis *d)
{
	return d->counts[SEVADM_FAIL] ? "Not in order" : "In order";
}

static int run(struct cli *cli, const void *options)
{
	struct sevadm_diagnosis d;
	int ret = sevadm_guest_doctor(cli->adm, &d);

	(void)options;
	return doctor_report(cli, &d, ret, end);
}

const struct command cmd_guest_doctor = {
	.name = "guest doctor",
	.summary = "Tell what a guest lacks to have the firmware vouch for it",
	.argp = &argp,
	.flags = CMD_RAWIO,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "lib/host/host.h"

/* The bounding set decides what a program executed later could regain */
static int drop_bounding(const int *caps, size_t nr)
{
	for (int cap = 0; CAP_IS_SUPPORTED(cap); cap++) {
		bool keep = false;

		for (size_t i = 0; i < nr; i++)
			keep |= caps[i] == cap;
		if (!keep && cap_drop_bound(cap) && errno != EPERM)
			return -errno;
	}
	return 0;
}

int host_privileges_keep(const int *caps, size_t nr)
{
	cap_value_t values[8];
	size_t held = 0;
	cap_t now, next;
	int ret;

	if (nr > sizeof(values) / sizeof(values[0]))
		return -EINVAL;
	now = cap_get_proc();
	next = cap_init();
	if (!now || !next) {
		ret = -ENOMEM;
		goto out;
	}
	/* What is not there cannot be kept: an ordinary user keeps nothing */
	for (size_t i = 0; i < nr; i++) {
		cap_flag_value_t has = CAP_CLEAR;

		if (!cap_get_flag(now, caps[i], CAP_PERMITTED, &has) && has == CAP_SET)
			values[held++] = caps[i];
	}
	ret = drop_bounding(caps, nr);
	if (ret)
		goto out;
	if (held && (cap_set_flag(next, CAP_PERMITTED, (int)held, values, CAP_SET) ||
		     cap_set_flag(next, CAP_EFFECTIVE, (int)held, values, CAP_SET))) {
		ret = -errno;
		goto out;
	}
	if (cap_set_proc(next) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		ret = -errno;
out:
	cap_free(now);
	cap_free(next);
	return ret;
}

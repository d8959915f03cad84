// SPDX-License-Identifier: GPL-2.0-or-later
/* What commands that verify chains of chips take alike */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/certs.h"
#include "lib/util/text.h"

int64_t certs_take_time(const char *arg, struct argp_state *state)
{
	struct tm tm = { .tm_isdst = 0 };
	int hours, minutes, used = 0;
	char *end = strptime(arg, "%Y-%m-%d", &tm), sign;
	bool day = end && !*end;
	int64_t when;

	if (end && !day)
		end = strptime(end, "T%H:%M:%S", &tm);
	when = timegm(&tm);
	if (day)
		return when;
	if (end && sscanf(end, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) == 3 && used == 6 &&
	    (sign == '+' || sign == '-')) {
		when -= (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
		end += used;
	} else {
		end = end && *end == 'Z' ? end + 1 : NULL;
	}
	if (!end || *end)
		argp_error(state, "'%s' is no time, as 2026-11-28 or 2026-11-28T12:00:00Z", arg);
	return when;
}

void certs_take_path(const char *arg, struct argp_state *state, struct chain_paths *paths)
{
	if (paths->nr == CHAIN_PATHS)
		argp_error(state, "no more than %d files at a time", CHAIN_PATHS);
	paths->path[paths->nr++] = arg;
}

int certs_find_root(struct cli *cli, const char *file, const struct chain_certs *certs,
		    const struct sevadm_x509 **root)
{
	char name[512];

	if (certs->nr == 1 && certs->cert[0].kind == SEVADM_X509_ARK) {
		*root = &certs->cert[0];
		return 0;
	}
	return report_error(cli, SEVADM_FAILED, "Name a file with one ARK, and nothing else.",
			    "%s: this is no root", text_escape(file, name, sizeof(name)));
}

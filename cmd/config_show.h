/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `config`, `commit` and `vlek` show of a host before they change it, and after */
#ifndef CMD_CONFIG_SHOW_H
#define CMD_CONFIG_SHOW_H

#include "cmd/cli.h"

/*
 * What the firmware says, for what follows: 0, or the exit code of who could not be told it,
 * having reported and freed @run
 */
int config_ask(struct cli *cli, struct sevadm_run *run, struct sevadm_status *status);

/* What was found before anything was done, as the end of it: exit code; frees @run */
__attribute__((format(printf, 5, 6)))
int config_fail(struct cli *cli, struct sevadm_run *run, enum sevadm_class class,
		const char *remedy, const char *format, ...);

/* Current, reported and, not NULL, @after by component; the configuration, and that one */
void config_show(struct cli *cli, const struct sevadm_snp_status *now,
		 const struct sevadm_config *after);

/* What that means for the certificates of guests; of a commit, @commit */
void config_meaning(struct cli *cli, const struct sevadm_snp_status *now,
		    const struct sevadm_config *after, bool commit);

/* It was done: what the firmware says now */
int config_now(struct cli *cli, struct sevadm_run *run);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

struct command;

/* One file each */
extern const struct command cmd_check, cmd_decommission, cmd_df_flush, cmd_explain,
			    cmd_guests, cmd_init, cmd_kexec, cmd_recover, cmd_run, cmd_shutdown, cmd_sim_act,
			    cmd_sim_create, cmd_sim_show, cmd_status, cmd_teardown, cmd_wbinvd;

#endif

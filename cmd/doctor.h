/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include "cmd/cli.h"

/**
 * doctor_report - a diagnosis and the end of the command
 * @cli:	the command's
 * @diagnosis:	freed
 * @ret:	of the library's
 * @end:	in a few words, by which the last line begins
 * Return: exit code
 */
int doctor_report(struct cli *cli, struct sevadm_diagnosis *diagnosis, int ret,
		  const char *(*end)(const struct sevadm_diagnosis *diagnosis));

#endif

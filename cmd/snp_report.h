/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attestation reports of SNP guests: what the commands that read them share */
#ifndef CMD_SNP_REPORT_H
#define CMD_SNP_REPORT_H

#include "cmd/cli.h"

/* In hexadecimal with blanks, and more than that is none */
#define SNP_REPORT_FILE_MAX	(8 * SEVADM_REPORT_SIZE)

/* A file of bytes, read before privileges are dropped */
struct snp_report_file {
	const char *name;
	char *text;
	size_t size;
};

/* ---- snp_report.c */

/* @file->name is read, "-" is standard input: exit code.  @file->text is to be freed */
int snp_report_load(struct cli *cli, struct snp_report_file *file);

/**
 * snp_report_take - the report that a file is, binary, hexadecimal or base64
 * @cli:	the command's
 * @file:	of snp_report_load()
 * @generation:	as sevadm_report_decode() takes it
 * @report:	result
 * Return: exit code, with a failure reported
 */
int snp_report_take(struct cli *cli, const struct snp_report_file *file,
		    enum sevadm_generation generation, struct sevadm_report *report);

/* --generation: argp answers for what is none that has SNP */
enum sevadm_generation snp_report_generation(const char *arg, struct argp_state *state);

/* ---- snp_report_view.c */

/*
 * All that there is in it, as "report", "current_tcb" and the other TCBs, "reserved".  @caller: who
 * told the generation where sevadm_report_decode() was told
 */
void snp_report_show(struct cli *cli, const struct sevadm_report *report, const char *caller);

#endif

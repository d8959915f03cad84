/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The 64 bytes that a report carries for who asks, from files */
#ifndef CMD_REPORT_DATA_H
#define CMD_REPORT_DATA_H

#include "cmd/cli.h"

/* All return an exit code, with a failure reported */

/* There have to be as many as that */
int report_data_size(struct cli *cli, size_t size);
/* What is in a file of 64 bytes */
int report_data_file(struct cli *cli, const char *file, uint8_t *out);
/* "FILE[:ALGORITHM]": a digest of what is in it */
int report_data_digest(struct cli *cli, const char *spec, uint8_t *out);

#endif

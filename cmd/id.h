/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands share that are about id blocks */
#ifndef CMD_ID_H
#define CMD_ID_H

#include "cmd/cli.h"

/**
 * struct id_files - an id block, and who vouches for it
 * @has_block, @has_auth: they were read
 */
struct id_files {
	uint8_t block[SEVADM_ID_BLOCK_SIZE], auth[SEVADM_ID_AUTH_SIZE];
	bool has_block, has_auth;
};

/* One of the two, in binary, hexadecimal or base64, told by its size: exit code */
int id_read(struct cli *cli, const char *file, struct id_files *files);

/* Members of the result: "id_block", "id_auth" */
void id_show_block(struct cli *cli, const uint8_t *block);
/* Exit code; @verdict of sevadm_id_verify() in a word or two, NULL if there is no block */
int id_show_auth(struct cli *cli, const uint8_t *auth, const char *verdict);

#endif

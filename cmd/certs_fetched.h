/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with certificates, by the names that other tools know */
#ifndef CMD_CERTS_FETCHED_H
#define CMD_CERTS_FETCHED_H

#include <stddef.h>
#include <stdint.h>

#include "cmd/certs_kds.h"
#include "sevadm.h"

/* CERTS_AS_IS: chains PEM, the rest DER */
enum certs_form { CERTS_AS_IS, CERTS_DER, CERTS_PEM };

#define FETCHED_FILES	12

struct fetched_file {
	char name[24], sha256[65];
	const char *what;
	uint8_t *data;
	size_t size;
};

struct fetched_files {
	struct fetched_file file[FETCHED_FILES];
	size_t nr;
};

/* Of those of @got that are @wanted, which are verified: 0 or -errno */
int fetched_make(struct fetched_files *files, const struct sevadm_kds_object *got,
		     unsigned int wanted, enum certs_form form);
/* All of them or none; @failed: the name of the one, or NULL */
int fetched_write(const struct fetched_files *files, const char *dir, const char **failed);
void fetched_free(struct fetched_files *files);

#endif

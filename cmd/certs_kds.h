/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What AMD's key distribution service has of a chip: words, addresses, and which chip is meant */
#ifndef CMD_CERTS_KDS_H
#define CMD_CERTS_KDS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/cli.h"
#include "sevadm.h"

/* In this order they are shown and fetched: what another is verified by is before it */
enum certs_what {
	CERTS_CEK_CA, CERTS_CEK, CERTS_CA, CERTS_CRL, CERTS_VCEK, CERTS_VLEK_CA, CERTS_VLEK_CRL,
	CERTS_VLEK, CERTS_WHATS,
};

#define CERTS_BIT(what)		(1U << (what))
/* Those that are of a chip, and of a TCB */
#define CERTS_OF_CHIP		(CERTS_BIT(CERTS_CEK) | CERTS_BIT(CERTS_VCEK))
#define CERTS_OF_TCB		(CERTS_BIT(CERTS_VCEK) | CERTS_BIT(CERTS_VLEK))

/* "vcek": what it is called on the command line and in results */
const char *certs_word(enum certs_what what);
/* The reverse: false if it is none */
bool certs_by_word(const char *word, enum certs_what *what);

/**
 * struct certs_chip - the chip that is meant
 * @generation, @hwid, @tcb_text: as they were given, or NULL: this host's
 * @socket:	of this host
 * @has_socket:	it was given
 * @processor, @id, @tcb: once they are known
 * @has_id, @has_tcb: they are
 */
struct certs_chip {
	const char *generation, *hwid, *tcb_text;
	uint32_t socket;
	bool has_socket;
	struct sevadm_processor processor;
	uint8_t id[SEVADM_CHIP_ID_SIZE];
	struct sevadm_tcb tcb;
	bool has_id, has_tcb;
};

/* --generation, --hwid, --tcb, --socket; the input is a struct certs_chip */
extern const struct argp certs_chip_argp;
/* No host is asked for what @wanted are */
bool certs_chip_given(const struct certs_chip *chip, unsigned int wanted);
/* Ask this host for what was not given and @wanted need: exit code */
int certs_chip_ask(struct cli *cli, struct certs_chip *chip, unsigned int wanted,
		   struct sevadm_run *run);
/* 0, or -EOPNOTSUPP, -ENODATA, -EINVAL as sevadm_kds_url() */
int certs_url(const struct certs_chip *chip, enum certs_what what, char *buf, size_t size);
/* Why not: exit code */
int certs_no_url(struct cli *cli, const struct certs_chip *chip, enum certs_what what, int err);

#endif

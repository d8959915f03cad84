/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes out of the firmware inside a guest, into a file or a pipe */
#ifndef CMD_GUEST_OUTPUT_H
#define CMD_GUEST_OUTPUT_H

#include "cmd/cli.h"
#include "lib/util/file_set.h"

/* Keys of options that several commands have */
enum { GUEST_KEY_ENCODING = 0x280, GUEST_KEY_TTY, GUEST_KEY_VMPL, GUEST_KEY_TIMEOUT };

#define GUEST_ENCODING { "encoding", GUEST_KEY_ENCODING, "binary|hex|base64", 0, \
	"How it is written; binary if not said" }
#define GUEST_VMPL(doc) { "vmpl", GUEST_KEY_VMPL, "0|1|2|3", 0, doc }
#define GUEST_TIMEOUT { "timeout", GUEST_KEY_TIMEOUT, "SECONDS", 0, \
	"Ask a host that is busy again for so long (default: 30)" }

#define GUEST_TIMEOUT_DEFAULT	30U

/**
 * struct guest_output - where to, and how
 * @file:	NULL: standard output, and then nothing else goes there
 * @encoding:	NULL: binary
 * @tty:	although standard output is a terminal
 * @secret:	it is a key: no file is written over, and no terminal sees it unless @tty
 */
struct guest_output {
	const char *file, *encoding;
	bool tty, secret;
};

/* FILE, or "-": argp answers for a second one */
void guest_output_take(struct guest_output *o, const char *arg, struct argp_state *state);
void guest_output_encoding(struct guest_output *o, const char *arg, struct argp_state *state);
uint32_t guest_output_vmpl(const char *arg, struct argp_state *state);
uint64_t guest_output_timeout(const char *arg, struct argp_state *state);

/* Before anything is asked: may it go to standard output?  Exit code */
int guest_output_check(struct cli *cli, const struct guest_output *o);

/**
 * guest_output_write - all of it, or none
 * @cli:	of the command
 * @o:		where to
 * @data:	what, @size bytes
 * @more:	further files, before it
 * @nr:		of them
 * Return: exit code, with a failure reported; copies that were made are wiped
 */
int guest_output_write(struct cli *cli, const struct guest_output *o, const void *data, size_t size,
		       const struct file_new *more, size_t nr);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_SHOW_H
#define CMD_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/cli.h"
#include "sevadm.h"

enum show_section {
	SHOW_PLATFORM, SHOW_SNP, SHOW_TCB, SHOW_IDENTIFIER, SHOW_GUESTS, SHOW_CONFIG,
	SHOW_FEATURES, SHOW_URLS,
};

#define SHOW_NOTES	24	/* more than all sections have to say together */

/* Bits without a name: for people only where some are set */
#define SHOW_RESERVED(type, key, label, member, cond) \
	OUT_ROW(type, key, NULL, OUT_HEX64, member), \
	{ "", label, OUT_HEX64, offsetof(type, member), offsetof(type, cond) + 1 }

/* What goes beside the values of a section, a sentence */
struct show_note {
	const char *section;
	char text[768];
};

/**
 * struct show - what was told, and what there is to say about it
 * @sections:	those that are wanted, bits of enum show_section
 * @id_ret:	how the question for @id ended
 */
struct show {
	struct cli *cli;
	struct sevadm_run *run;
	unsigned int sections;
	struct sevadm_processor processor;
	struct sevadm_status status;
	struct sevadm_identifier id;
	int id_ret;
	struct show_note notes[SHOW_NOTES];
	size_t nr_notes;
};

bool show_wanted(const struct show *s, enum show_section section);
__attribute__((format(printf, 3, 4)))
void show_note(struct show *s, enum show_section section, const char *format, ...);
/* Why @command told nothing */
void show_refusal(struct show *s, enum show_section section, const char *command);

/* ---- show_platform.c: each shows its section, if it is wanted */
void show_platform(struct show *s);
void show_snp(struct show *s);
void show_guests(struct show *s);
void show_config(struct show *s);
void show_features(struct show *s);

/* ---- show_chip.c: the same */
void show_tcb(struct show *s);
void show_identifier(struct show *s);
void show_urls(struct show *s);

#endif

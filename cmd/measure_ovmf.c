// SPDX-License-Identifier: GPL-2.0-or-later
/* What a firmware image tells of itself, offline */
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/measure.h"
#include "lib/util/text.h"

#define IMAGE_MAX	(256U << 20)

struct ovmf_options {
	const char *file;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct ovmf_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the file with the firmware");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse, .args_doc = "FILE",
	.doc = "Show what OVMF, or firmware like it, tells of itself for SEV guests: the table at its "
	       "end, the sections for SNP guests, and what it adds to a launch digest.",
};

struct image_view {
	uint64_t size, metadata_offset;
	uint32_t metadata_version, hashes_size, secret_size;
	char gpa[19], snp[2 * SEVADM_SNP_DIGEST_SIZE + 1], sha256[65], reset[11], hashes[11], secret[11];
	bool has_metadata, has_hashes, has_secret;
};

#define V struct image_view
static const struct out_row image_rows[] = {
	OUT_ROW(V, "size", "Size", OUT_U64, size),
	OUT_ROW(V, "gpa", "Address", OUT_CHARS, gpa),
	OUT_ROW(V, "sha256", "SHA-256", OUT_CHARS, sha256),
	OUT_ROW(V, "snp_digest", "SNP digest of it", OUT_CHARS, snp),
	OUT_ROW(V, "reset_eip", "Other processors begin at", OUT_CHARS, reset),
	OUT_ROW(V, "hashes_gpa", "Kernel hashes at", OUT_CHARS, hashes),
	OUT_ROW_WHEN(V, "hashes_size", "Kernel hashes, size", OUT_U32, hashes_size, has_hashes),
	OUT_ROW(V, "secret_gpa", "Secret at", OUT_CHARS, secret),
	OUT_ROW_WHEN(V, "secret_size", "Secret, size", OUT_U32, secret_size, has_secret),
	OUT_ROW_WHEN(V, "metadata_offset", "SEV metadata, offset", OUT_U64, metadata_offset,
		     has_metadata),
	OUT_ROW_WHEN(V, "metadata_version", "SEV metadata, version", OUT_U32, metadata_version,
		     has_metadata),
	OUT_END
};
#undef V

struct entry_view {
	struct sevadm_ovmf_entry e;
	uint64_t offset, size;
	char data[2 * 64 + 1];
};

static const struct out_row entry_rows[] = {
	OUT_ROW(struct entry_view, "guid", "GUID", OUT_CHARS, e.guid),
	OUT_ROW(struct entry_view, "name", "NAME", OUT_STRING, e.name),
	OUT_ROW(struct entry_view, "offset", "OFFSET", OUT_U64, offset),
	OUT_ROW(struct entry_view, "size", "SIZE", OUT_U64, size),
	OUT_ROW(struct entry_view, "data", "DATA", OUT_CHARS, data),
	OUT_END
};

struct section_view {
	char gpa[11];
	uint32_t size, type;
	const char *name;
};

static const struct out_row section_rows[] = {
	OUT_ROW(struct section_view, "gpa", "ADDRESS", OUT_CHARS, gpa),
	OUT_ROW(struct section_view, "size", "SIZE", OUT_U32, size),
	OUT_ROW(struct section_view, "type", "TYPE", OUT_U32, type),
	OUT_ROW(struct section_view, "name", "NAME", OUT_STRING, name),
	OUT_END
};

static void address(char text[11], bool there, uint32_t gpa)
{
	if (there)
		snprintf(text, 11, "0x%08x", gpa);
}

/* An image whose end alone is there has no digest of its own: it is left out then */
static void show_image(struct cli *cli, const struct sevadm_ovmf *o)
{
	uint8_t snp[SEVADM_SNP_DIGEST_SIZE], sha256[32];
	struct sevadm_failure failure;
	struct image_view v = {
		.size = o->size, .metadata_offset = o->metadata_offset,
		.metadata_version = o->metadata_version, .has_metadata = o->has_metadata,
		.hashes_size = o->hashes_size, .has_hashes = o->has_hashes,
		.secret_size = o->secret_size, .has_secret = o->has_secret,
	};

	snprintf(v.gpa, sizeof(v.gpa), "0x%08llx", (unsigned long long)o->gpa);
	address(v.reset, o->has_reset, o->reset_eip);
	address(v.hashes, o->has_hashes, o->hashes_gpa);
	address(v.secret, o->has_secret, o->secret_gpa);
	if (!sevadm_ovmf_digest(o, snp, &failure))
		text_hex(v.snp, snp, sizeof(snp));
	if (!sevadm_bytes_hash(o->data, o->size, sha256))
		text_hex(v.sha256, sha256, sizeof(sha256));
	out_object(cli->out, "firmware", NULL, image_rows, &v);
}

static void show_lists(struct cli *cli, const struct sevadm_ovmf *o)
{
	out_list(cli->out, "table", "Table", entry_rows);
	for (size_t i = 0; i < o->nr_entries; i++) {
		const struct sevadm_ovmf_entry *e = &o->entries[i];
		struct entry_view v = { .e = *e, .offset = e->offset, .size = e->size };

		text_hex(v.data, o->data + e->offset, e->size > 64 ? 64 : e->size);
		out_list_item(cli->out, &v);
	}
	out_list_end(cli->out);
	out_list(cli->out, "sections", "Sections", section_rows);
	for (size_t i = 0; i < o->nr_sections; i++) {
		const struct sevadm_ovmf_section *s = &o->sections[i];
		struct section_view v = { .size = s->size, .type = s->type,
					  .name = sevadm_ovmf_type_name(s->type) };

		address(v.gpa, true, s->gpa);
		out_list_item(cli->out, &v);
	}
	out_list_end(cli->out);
}

static int run(struct cli *cli, const void *options)
{
	const struct ovmf_options *o = options;
	struct measure_guest guest = { .image = NULL };
	struct sevadm_failure failure;
	int code = measure_read_file(cli, o->file, IMAGE_MAX, &guest.image, &guest.size);

	if (!code && sevadm_ovmf_parse(guest.image, guest.size, &guest.ovmf, &failure))
		code = measure_failure(cli, o->file, &failure);
	if (!code) {
		show_image(cli, &guest.ovmf);
		show_lists(cli, &guest.ovmf);
		code = guest.ovmf.has_table ? report_done(cli, "") :
		       report_no(cli, "there is no table at its end: it is no OVMF, or one without SEV");
	}
	measure_free(&guest);
	return code;
}

const struct command cmd_measure_ovmf = {
	.name = "measure ovmf",
	.summary = "Show what firmware tells of itself for SEV guests",
	.argp = &argp,
	.options_size = sizeof(struct ovmf_options),
	.flags = CMD_OFFLINE,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/* IGVM files: what is in them, and the launch digest of the SNP guest that they describe, offline */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/id.h"
#include "cmd/measure.h"
#include "lib/util/text.h"

#define FILE_MAX	(1U << 30)

enum { KEY_SHOW = 0x300, KEY_MASK, KEY_LOADER };

struct igvm_options {
	const char *file;
	bool show, qemu;
	uint32_t mask;
};

static const struct argp_option options[] = {
	{ "show", KEY_SHOW, NULL, 0, "What is in it, for all platforms, and no digest", 0 },
	{ "mask", KEY_MASK, "MASK", 0, "Of the platform (default: of the one that is SNP)", 0 },
	{ "loader", KEY_LOADER, "format|qemu", 0, "As the format says, or QEMU does (default: format)",
	  0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct igvm_options *o = state->input;
	uint64_t mask = 0;

	switch (key) {
	case KEY_SHOW:
		o->show = true;
		return 0;
	case KEY_MASK:
		if (text_u64(arg, UINT32_MAX, &mask) || !mask || mask & (mask - 1))
			argp_error(state, "--mask has to be a number of 32 bits with one of them set");
		o->mask = (uint32_t)mask;
		return 0;
	case KEY_LOADER:
		if (strcmp(arg, "format") && strcmp(arg, "qemu"))
			argp_error(state, "--loader takes format or qemu, not '%s'", arg);
		o->qemu = *arg == 'q';
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the IGVM file");
		if (o->show && (o->mask || o->qemu))
			argp_error(state, "--show is about the whole file: --mask and --loader are not for it");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE",
	.doc = "Calculate the launch digest of the SNP guest that an IGVM file describes, page by page, and "
	       "compare it with the id block in the file, if there is one.  With --verbose each page is "
	       "a line, else those that are alike are one.",
};

/* -------------------------------------------------------------------- show */

struct file_view {
	uint64_t size, headers, unknown;
	uint32_t version, architecture, page_size;
	char checksum[11];
};

#define V struct file_view
static const struct out_row file_rows[] = {
	OUT_ROW(V, "size", "Size", OUT_U64, size),
	OUT_ROW(V, "version", "Version", OUT_U32, version),
	OUT_ROW(V, "architecture", "Architecture", OUT_U32, architecture),
	OUT_ROW(V, "page_size", "Size of pages", OUT_U32, page_size),
	OUT_ROW(V, "checksum", "Checksum", OUT_CHARS, checksum),
	OUT_ROW(V, "headers", "Headers", OUT_U64, headers),
	OUT_ROW(V, "unknown_headers", "Headers that nobody knows", OUT_U64, unknown),
	OUT_END
};
#undef V

struct platform_view {
	char mask[11], boundary[19], policy[19];
	const char *name;
	uint32_t type, version, vtl;
};

#define V struct platform_view
static const struct out_row platform_rows[] = {
	OUT_ROW(V, "mask", "MASK", OUT_CHARS, mask),
	OUT_ROW(V, "type", "TYPE", OUT_U32, type),
	OUT_ROW(V, "name", "NAME", OUT_STRING, name),
	OUT_ROW(V, "version", "VERSION", OUT_U32, version),
	OUT_ROW(V, "highest_vtl", "VTL", OUT_U32, vtl),
	OUT_ROW(V, "shared_gpa_boundary", "SHARED FROM", OUT_CHARS, boundary),
	OUT_ROW(V, "policy", "POLICY", OUT_CHARS, policy),
	OUT_END
};
#undef V

static void show_file(struct cli *cli, const struct sevadm_igvm *g)
{
	struct file_view v = {
		.size = g->size, .headers = g->nr_headers, .unknown = g->nr_unknown, .version = g->version,
		.architecture = g->architecture, .page_size = g->page_size,
	};

	snprintf(v.checksum, sizeof(v.checksum), "0x%08" PRIx32, g->checksum);
	out_object(cli->out, "igvm", NULL, file_rows, &v);
	out_list(cli->out, "platforms", "Platforms", platform_rows);
	for (size_t i = 0; i < g->nr_platforms; i++) {
		const struct sevadm_igvm_platform *p = &g->platforms[i];
		struct platform_view pv = {
			.name = sevadm_igvm_platform_name(p->type), .type = p->type, .version = p->version,
			.vtl = p->highest_vtl,
		};

		snprintf(pv.mask, sizeof(pv.mask), "0x%" PRIx32, p->mask);
		if (p->shared_gpa_boundary)
			snprintf(pv.boundary, sizeof(pv.boundary), "0x%" PRIx64, p->shared_gpa_boundary);
		if (p->has_policy)
			snprintf(pv.policy, sizeof(pv.policy), "0x%" PRIx64, p->policy);
		out_list_item(cli->out, &pv);
	}
	out_list_end(cli->out);
}

struct header_view {
	char offset[11], type[11], mask[11], gpa[19], data_offset[11];
	const char *name, *data;
	uint64_t size, count;
	uint32_t index;
	bool has_size, has_index, optional;
};

#define V struct header_view
static const struct out_row header_rows[] = {
	OUT_ROW(V, "offset", "OFFSET", OUT_CHARS, offset),
	OUT_ROW(V, "type", "TYPE", OUT_CHARS, type),
	OUT_ROW(V, "name", "NAME", OUT_STRING, name),
	OUT_ROW(V, "count", "COUNT", OUT_U64, count),
	OUT_ROW(V, "mask", "MASK", OUT_CHARS, mask),
	OUT_ROW(V, "gpa", "ADDRESS", OUT_CHARS, gpa),
	OUT_ROW_WHEN(V, "size", "SIZE", OUT_U64, size, has_size),
	OUT_ROW(V, "data", "DATA", OUT_STRING, data),
	OUT_ROW(V, "data_offset", "DATA AT", OUT_CHARS, data_offset),
	OUT_ROW_WHEN(V, "index", "INDEX", OUT_U32, index, has_index),
	OUT_ROW_WHEN(V, "optional", NULL, OUT_BOOL, optional, optional),
	OUT_END
};
#undef V

/* Of page data: what is in it, by its flags and type */
static const char *data_name(const struct sevadm_igvm_header *h)
{
	static const char *const names[] = { "NORMAL", "SECRETS", "CPUID", "CPUID_XF" };

	if (!h->name || strcmp(h->name, "PAGE_DATA"))
		return NULL;
	if (h->flags & 4)
		return "SHARED";
	if (h->flags & 2 && !h->data_type)
		return "UNMEASURED";
	return h->data_type || h->data ? names[h->data_type & 3] : "ZERO";
}

static struct header_view view_header(const struct sevadm_igvm *g, const struct sevadm_igvm_header *h)
{
	struct header_view v = { .name = h->name, .data = data_name(h), .count = 1, .size = h->size,
				 .has_size = h->size, .optional = h->optional, .index = h->index };

	v.has_index = h->name && ((h->length == 8 && h->type > 0x300) ||
				  !strncmp(h->name, "PARAMETER_", 10) || !strcmp(h->name, "VP_CONTEXT"));
	snprintf(v.offset, sizeof(v.offset), "0x%" PRIx32, g->header_offset + h->offset);
	snprintf(v.type, sizeof(v.type), "0x%" PRIx32, h->type);
	if (h->has_mask)
		snprintf(v.mask, sizeof(v.mask), "0x%" PRIx32, h->mask);
	if (h->has_gpa)
		snprintf(v.gpa, sizeof(v.gpa), "0x%" PRIx64, h->gpa);
	if (h->data_offset)
		snprintf(v.data_offset, sizeof(v.data_offset), "0x%" PRIx32, h->data_offset);
	return v;
}

/* Page data that goes on where the one before ended, and is like it */
static bool goes_on(const struct sevadm_igvm_header *last, const struct header_view *view,
		    const struct sevadm_igvm_header *h)
{
	return view->data && data_name(h) == view->data && h->mask == last->mask &&
	       h->flags == last->flags && h->optional == last->optional &&
	       h->gpa == last->gpa + last->size;
}

static void show_headers(struct cli *cli, const struct sevadm_igvm *g)
{
	struct sevadm_igvm_header h, last = { .size = 0 };
	struct header_view view = { .count = 0 };

	out_list(cli->out, "headers", "Headers", header_rows);
	for (uint32_t at = 0; sevadm_igvm_header(g, at, &h); at = h.next) {
		if (view.count && !cli->verbose && goes_on(&last, &view, &h)) {
			view.count++;
			view.size += h.size;
		} else {
			if (view.count)
				out_list_item(cli->out, &view);
			view = view_header(g, &h);
		}
		last = h;
	}
	if (view.count)
		out_list_item(cli->out, &view);
	out_list_end(cli->out);
}

/* ----------------------------------------------------------------- measure */

struct launch_view {
	const char *kind, *loader;
	char mask[11], policy_text[128], digest[2 * SEVADM_SNP_DIGEST_SIZE + 1];
	uint64_t policy;
	bool has_policy;
};

#define V struct launch_view
static const struct out_row launch_rows[] = {
	OUT_ROW(V, "kind", "Guest", OUT_STRING, kind),
	OUT_ROW(V, "mask", "Mask of the platform", OUT_CHARS, mask),
	OUT_ROW_WHEN(V, "policy", "Policy", OUT_HEX64, policy, has_policy),
	OUT_ROW(V, "policy_text", "Policy, in words", OUT_CHARS, policy_text),
	OUT_ROW(V, "loader", "Loaded by", OUT_STRING, loader),
	OUT_ROW(V, "digest", "Launch digest", OUT_CHARS, digest),
	OUT_END
};
#undef V

struct page_view {
	const char *what, *type;
	uint64_t at, size;
	uint32_t vcpu;
	bool is_vcpu;
	char gpa[19], digest[2 * SEVADM_SNP_DIGEST_SIZE + 1];
};

#define V struct page_view
static const struct out_row page_rows[] = {
	OUT_ROW(V, "what", "WHAT", OUT_STRING, what),
	OUT_ROW_WHEN(V, "vcpu", "VCPU", OUT_U32, vcpu, is_vcpu),
	OUT_ROW(V, "type", "TYPE", OUT_STRING, type),
	OUT_ROW(V, "gpa", "ADDRESS", OUT_CHARS, gpa),
	OUT_ROW(V, "size", "SIZE", OUT_U64, size),
	OUT_ROW(V, "digest", "DIGEST AFTER IT", OUT_CHARS, digest),
	OUT_END
};
#undef V

/* Pages that are alike are held back until one comes that is not */
struct held {
	struct cli *cli;
	struct page_view view;
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE];
};

static void show_held(struct held *held)
{
	struct page_view *v = &held->view;

	if (!v->size)
		return;
	snprintf(v->gpa, sizeof(v->gpa), "0x%" PRIx64, v->at);
	text_hex(v->digest, held->digest, sizeof(held->digest));
	out_list_item(held->cli->out, v);
	v->size = 0;
}

static void show_page(void *arg, const struct sevadm_measured *part)
{
	struct held *held = arg;
	struct page_view *v = &held->view;
	bool vcpu = !strcmp(part->what, "vcpu");

	if (!held->cli->verbose && v->size && !vcpu && !strcmp(v->what, part->what) &&
	    !strcmp(v->type, part->type) && part->gpa == v->at + v->size) {
		v->size += part->size;
	} else {
		show_held(held);
		*v = (struct page_view){ .what = part->what, .type = part->type, .at = part->gpa,
					 .size = part->size, .vcpu = part->vcpu, .is_vcpu = vcpu };
	}
	memcpy(held->digest, part->digest, sizeof(held->digest));
}

static void show_launch(struct cli *cli, const struct sevadm_igvm *g, const struct sevadm_igvm_how *how,
			const uint8_t *digest)
{
	struct launch_view v = { .kind = "SNP", .loader = how->qemu ? "qemu" : "format" };
	struct held held = { .cli = cli };
	struct sevadm_failure failure;
	uint8_t again[SEVADM_SNP_DIGEST_SIZE];

	snprintf(v.mask, sizeof(v.mask), "0x%" PRIx32, how->mask);
	for (size_t i = 0; i < g->nr_platforms; i++)
		if (g->platforms[i].mask == how->mask && g->platforms[i].has_policy) {
			v.has_policy = true;
			v.policy = g->platforms[i].policy;
			sevadm_policy_text(SEVADM_GUEST_SNP, v.policy, v.policy_text, sizeof(v.policy_text));
		}
	text_hex(v.digest, digest, SEVADM_SNP_DIGEST_SIZE);
	out_object(cli->out, "launch", NULL, launch_rows, &v);
	out_list(cli->out, "measured", NULL, page_rows);
	sevadm_igvm_digest(g, how, again, show_page, &held, &failure);
	show_held(&held);
	out_list_end(cli->out);
}

/* The id block in the file, if there is one: is it for this guest, and is it vouched for? */
static int check_id(struct cli *cli, const struct sevadm_igvm *g, uint32_t mask, const uint8_t *digest)
{
	uint8_t block[SEVADM_ID_BLOCK_SIZE], auth[SEVADM_ID_AUTH_SIZE];
	struct sevadm_failure failure;
	bool author;
	int ret = sevadm_igvm_id(g, mask, block, auth, &author), code;

	if (ret == -ENOENT)
		return report_done(cli, "");
	if (ret)
		return report_no(cli, "the file has two id blocks for this platform");
	ret = sevadm_id_verify(block, auth, author, &failure);
	id_show_block(cli, block);
	code = id_show_auth(cli, auth, ret ? "wrong" : "good");
	if (code)
		return code;
	if (memcmp(block, digest, SEVADM_SNP_DIGEST_SIZE))
		return report_no(cli, "the id block in the file is for another launch digest");
	return ret ? report_no(cli, failure.message) : report_done(cli, "");
}

/* The platform that is meant: exit code */
static int choose(struct cli *cli, const struct igvm_options *o, const struct sevadm_igvm *g,
		  uint32_t *mask)
{
	char name[512];
	unsigned int nr = 0;

	*mask = o->mask;
	for (size_t i = 0; i < g->nr_platforms && !o->mask; i++)
		if (g->platforms[i].type == SEVADM_IGVM_SNP) {
			*mask = g->platforms[i].mask;
			nr++;
		}
	if (o->mask || nr == 1)
		return 0;
	return report_error(cli, SEVADM_NO, nr ? "Say which with --mask; --show lists them." : NULL, nr ?
			    "%s: IGVM file: it has %u platforms that are SNP" :
			    "%s: IGVM file: none of its platforms is SNP",
			    text_escape(o->file, name, sizeof(name)), nr);
}

static int measure(struct cli *cli, const struct igvm_options *o, const struct sevadm_igvm *g)
{
	struct sevadm_igvm_how how = { .qemu = o->qemu };
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE];
	struct sevadm_failure failure;
	int code = choose(cli, o, g, &how.mask);

	if (code)
		return code;
	if (sevadm_igvm_digest(g, &how, digest, NULL, NULL, &failure))
		return measure_failure(cli, o->file, &failure);
	show_launch(cli, g, &how, digest);
	return check_id(cli, g, how.mask, digest);
}

static int run(struct cli *cli, const void *options_)
{
	const struct igvm_options *o = options_;
	struct sevadm_failure failure;
	struct sevadm_igvm igvm;
	char *data = NULL;
	size_t size;
	int code = measure_read_file(cli, o->file, FILE_MAX, &data, &size);

	if (code)
		return code;
	if (sevadm_igvm_parse(data, size, &igvm, &failure)) {
		code = measure_failure(cli, o->file, &failure);
	} else if (o->show) {
		show_file(cli, &igvm);
		show_headers(cli, &igvm);
		code = report_done(cli, "");
	} else {
		code = measure(cli, o, &igvm);
	}
	free(data);
	return code;
}

const struct command cmd_measure_igvm = {
	.name = "measure igvm",
	.summary = "Calculate the launch digest of the guest in an IGVM file",
	.argp = &argp,
	.options_size = sizeof(struct igvm_options),
	.flags = CMD_OFFLINE,
	.run = run,
};

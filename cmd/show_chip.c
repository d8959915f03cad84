// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `show` has of the chip: its TCB by component, its id, and where AMD keeps its
 * certificates.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/show.h"

struct processor_view {
	uint32_t family, model;
	const char *generation;
};

static const struct out_row processor_rows[] = {
	OUT_ROW(struct processor_view, "family", "CPU family", OUT_U32, family),
	OUT_ROW(struct processor_view, "model", "CPU model", OUT_U32, model),
	OUT_ROW(struct processor_view, "generation", "Generation", OUT_STRING, generation),
	OUT_END
};

struct tcb_view {
	struct sevadm_tcb t;
	bool has_reserved;
};

static const struct out_row tcb_rows[] = {
	OUT_ROW(struct tcb_view, "raw", "Raw", OUT_HEX64, t.raw),
	OUT_ROW(struct tcb_view, "layout_known", "Layout known", OUT_BOOL, t.known),
	OUT_ROW_WHEN(struct tcb_view, "fmc", "FMC", OUT_U8, t.fmc, t.has_fmc),
	OUT_ROW_WHEN(struct tcb_view, "bootloader", "Boot loader", OUT_U8, t.bootloader, t.known),
	OUT_ROW_WHEN(struct tcb_view, "tee", "TEE", OUT_U8, t.tee, t.known),
	OUT_ROW_WHEN(struct tcb_view, "snp", "SNP", OUT_U8, t.snp, t.known),
	OUT_ROW_WHEN(struct tcb_view, "microcode", "Microcode", OUT_U8, t.microcode, t.known),
	SHOW_RESERVED(struct tcb_view, "reserved", "reserved", t.reserved, has_reserved),
	OUT_END
};

static void show_one_tcb(struct show *s, const char *key, const char *title,
			 const struct sevadm_tcb *tcb)
{
	struct tcb_view view = { .t = *tcb, .has_reserved = tcb->reserved };

	out_object(s->cli->out, key, title, tcb_rows, &view);
}

static void add_behind(char *list, size_t size, const char *name, uint8_t current,
		       uint8_t reported)
{
	size_t used = strlen(list);

	if (reported < current)
		snprintf(list + used, size - used, "%s%s %u of %u", used ? ", " : "", name,
			 reported, current);
}

/* The reported TCB against what runs, component by component */
static void compare(struct show *s)
{
	const struct sevadm_tcb *now = &s->status.snp.current_tcb;
	const struct sevadm_tcb *told = &s->status.snp.reported_tcb;
	char behind[160] = "";

	add_behind(behind, sizeof(behind), "FMC", now->fmc, told->fmc);
	add_behind(behind, sizeof(behind), "boot loader", now->bootloader, told->bootloader);
	add_behind(behind, sizeof(behind), "TEE", now->tee, told->tee);
	add_behind(behind, sizeof(behind), "SNP", now->snp, told->snp);
	add_behind(behind, sizeof(behind), "microcode", now->microcode, told->microcode);
	if (!now->known)
		show_note(s, SHOW_TCB, "no layout of a TCB version is known for CPU family %u, "
			  "model %u: it is shown as it is, and its parts are not guessed",
			  s->processor.family, s->processor.model);
	if (now->raw == told->raw)
		show_note(s, SHOW_TCB, "the reported TCB is the current one");
	else if (*behind)
		show_note(s, SHOW_TCB, "the reported TCB is behind the current one: %s; SNP_CONFIG "
			  "can raise it up to the current one", behind);
	else
		show_note(s, SHOW_TCB, "the reported TCB is another than the current one");
	show_note(s, SHOW_TCB, "SNP_COMMIT would make the current TCB the committed one, below "
		  "which no firmware loads any more, and the reported one, too; "
		  "SNP_PLATFORM_STATUS does not tell the committed TCB");
}

void show_tcb(struct show *s)
{
	struct processor_view view = {
		.family = s->processor.family, .model = s->processor.model,
		.generation = sevadm_generation_name(s->processor.generation),
	};

	if (!show_wanted(s, SHOW_TCB))
		return;
	out_object(s->cli->out, "processor", "Processor", processor_rows, &view);
	if (s->processor.generation == SEVADM_GENERATION_GENOA)
		show_note(s, SHOW_TCB, "Genoa, or Bergamo or Siena: /proc/cpuinfo does not tell them "
			  "apart (CPUID 80000001 EBX does), and their TCB and product name are the "
			  "same");
	if (!s->status.snp.known) {
		out_text(s->cli->out, "TCB");
		show_refusal(s, SHOW_TCB, "SNP_PLATFORM_STATUS");
		return;
	}
	show_one_tcb(s, "current_tcb", "Current TCB", &s->status.snp.current_tcb);
	show_one_tcb(s, "reported_tcb", "Reported TCB", &s->status.snp.reported_tcb);
	compare(s);
}

struct id_view {
	uint32_t socket;
	char id[2 * SEVADM_CHIP_ID_SIZE + 1];
};

static const struct out_row id_rows[] = {
	OUT_ROW(struct id_view, "socket", "SOCKET", OUT_U32, socket),
	OUT_ROW(struct id_view, "id", "ID", OUT_CHARS, id),
	OUT_END
};

static bool id_is_zero(const struct sevadm_identifier *id, size_t socket)
{
	for (size_t i = 0; i < SEVADM_CHIP_ID_SIZE; i++)
		if (id->ids[socket][i])
			return false;
	return true;
}

void show_identifier(struct show *s)
{
	struct id_view view;

	if (!show_wanted(s, SHOW_IDENTIFIER))
		return;
	out_list(s->cli->out, "identifiers", "Chips", id_rows);
	for (size_t i = 0; i < s->id.nr; i++) {
		if (id_is_zero(&s->id, i))
			continue;
		view.socket = (uint32_t)i;
		for (size_t at = 0; at < s->id.length; at++)
			snprintf(view.id + 2 * at, 3, "%02x", s->id.ids[i][at]);
		out_list_item(s->cli->out, &view);
	}
	out_list_end(s->cli->out);
	if (s->id_ret)
		show_refusal(s, SHOW_IDENTIFIER, "GET_ID");
	for (size_t i = 0; i < s->id.nr; i++)
		if (id_is_zero(&s->id, i))
			show_note(s, SHOW_IDENTIFIER, "socket %zu: the firmware gave zeros: there is "
				  "none, or it tells none", i);
}

struct url_view {
	const char *what;
	uint32_t socket;
	bool has_socket;
	char url[512];
};

static const struct out_row url_rows[] = {
	OUT_ROW(struct url_view, "what", "WHAT", OUT_STRING, what),
	OUT_ROW_WHEN(struct url_view, "socket", "SOCKET", OUT_U32, socket, has_socket),
	OUT_ROW(struct url_view, "url", "URL", OUT_CHARS, url),
	OUT_END
};

static void add_url(struct show *s, const char *what, enum sevadm_kds kind, int socket)
{
	struct url_view view = {
		.what = what, .has_socket = socket >= 0, .socket = socket < 0 ? 0 : (uint32_t)socket,
	};

	if (kind == SEVADM_KDS_VCEK && !s->status.snp.known)
		return;
	if (!sevadm_kds_url(kind, s->processor.generation, socket < 0 ? NULL : s->id.ids[socket],
			    &s->status.snp.reported_tcb, view.url, sizeof(view.url)))
		out_list_item(s->cli->out, &view);
}

static void say_missing(struct show *s)
{
	if (s->processor.generation == SEVADM_GENERATION_UNKNOWN)
		show_note(s, SHOW_URLS, "the product's name is not known for CPU family %u, model "
			  "%u: no address but that of the CEK can be made",
			  s->processor.family, s->processor.model);
	if (!s->status.snp.known)
		show_refusal(s, SHOW_URLS, "SNP_PLATFORM_STATUS");
	if (s->id_ret)
		show_refusal(s, SHOW_URLS, "GET_ID");
	show_note(s, SHOW_URLS, "nothing was fetched; the VCEK is that of the reported TCB");
}

void show_urls(struct show *s)
{
	if (!show_wanted(s, SHOW_URLS))
		return;
	out_list(s->cli->out, "urls", "Addresses at AMD's key distribution service", url_rows);
	for (size_t i = 0; i < s->id.nr; i++) {
		add_url(s, "vcek", SEVADM_KDS_VCEK, (int)i);
		add_url(s, "cek", SEVADM_KDS_CEK, (int)i);
	}
	add_url(s, "vcek_cert_chain", SEVADM_KDS_VCEK_CHAIN, -1);
	add_url(s, "vcek_crl", SEVADM_KDS_VCEK_CRL, -1);
	add_url(s, "vlek_cert_chain", SEVADM_KDS_VLEK_CHAIN, -1);
	add_url(s, "vlek_crl", SEVADM_KDS_VLEK_CRL, -1);
	out_list_end(s->cli->out);
	say_missing(s);
}

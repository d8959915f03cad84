// SPDX-License-Identifier: GPL-2.0-or-later
/* The secure processor's firmware: what runs, what the driver would load, what is in a file */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/config_show.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define FILE_SIZE_MAX	(8U << 20)
#define FILES		16

struct firmware_options {
	const char *file;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct firmware_options *o = state->input;

	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (o->file)
		argp_error(state, "one file at a time");
	o->file = arg;
	return 0;
}

static const struct argp argp = {
	.parser = parse, .args_doc = "[FILE]",
	.doc = "Show the firmware that runs and the files that the driver would load, or the header of "
	       "one.  Changes nothing.",
};

struct image_view {
	uint64_t size, signature_size;
	struct sevadm_image i;
	char key_id[33], version[9];
	bool has_signature;
};

#define V struct image_view
static const struct out_row image_rows[] = {
	OUT_ROW(V, "size", "Size of the file", OUT_U64, size),
	OUT_ROW(V, "known", "Header known", OUT_BOOL, i.known),
	OUT_ROW_WHEN(V, "version", "Version, as it stands there", OUT_CHARS, version, i.known),
	OUT_ROW_WHEN(V, "type", "Type", OUT_U8, i.type, i.known),
	OUT_ROW_WHEN(V, "subtype", "Subtype", OUT_U8, i.subtype, i.known),
	OUT_ROW_WHEN(V, "fw_id", "Id", OUT_U16, i.fw_id, i.known),
	OUT_ROW_WHEN(V, "size_total", "Size that it says", OUT_U32, i.size_total, i.known),
	OUT_ROW_WHEN(V, "size_signed", "Size that is signed", OUT_U32, i.size_signed, i.known),
	OUT_ROW_WHEN(V, "compressed", "Compressed", OUT_U32, i.compressed, i.known),
	OUT_ROW_WHEN(V, "size_packed", "Size, compressed", OUT_U32, i.size_packed, i.known),
	OUT_ROW_WHEN(V, "size_plain", "Size, not compressed", OUT_U32, i.size_plain, i.known),
	OUT_ROW_WHEN(V, "signed", "Signed", OUT_U32, i.is_signed, i.known),
	OUT_ROW_WHEN(V, "sig_id", "Kind of signature", OUT_U32, i.sig_id, i.known),
	OUT_ROW_WHEN(V, "key_id", "Signed by key", OUT_CHARS, key_id, i.known),
	OUT_ROW_WHEN(V, "signature_size", "Bytes behind what is signed", OUT_U64, signature_size,
		     has_signature),
	OUT_END
};

static void hex(const uint8_t *bytes, size_t nr, char *text)
{
	for (size_t i = 0; i < nr; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static int show_file(struct cli *cli, const char *file)
{
	_cleanup_free_ char *data = NULL;
	struct image_view view = { 0 };
	char name[512];
	size_t size, end;
	int ret = file_read_all(file, FILE_SIZE_MAX, &data, &size);

	text_escape(file, name, sizeof(name));
	if (ret)
		return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
				    "read %s: %s (%s)", name, strerror(-ret), strerrorname_np(-ret));
	if (sevadm_image_parse(data, size, &view.i))
		return report_error(cli, SEVADM_FAILED, NULL, "%s: %zu bytes are too short for a header",
				    name, size);
	view.size = size;
	hex(view.i.key_id, sizeof(view.i.key_id), view.key_id);
	hex(view.i.version, sizeof(view.i.version), view.version);
	end = SEVADM_IMAGE_HEADER + (size_t)view.i.size_signed;
	view.has_signature = view.i.known && view.i.is_signed && size > end;
	view.signature_size = view.has_signature ? size - end : 0;
	out_object(cli->out, "image", "Firmware image", image_rows, &view);
	return view.i.known ? report_done(cli, "") :
	       report_no(cli, "This is no image with a header that is known");
}

struct running_view {
	char version[32];
};

static const struct out_row running_rows[] = {
	OUT_ROW(struct running_view, "version", "Version", OUT_CHARS, version),
	OUT_END
};

static const struct out_row file_rows[] = {
	OUT_ROW(struct sevadm_firmware_file, "path", "FILE", OUT_CHARS, path),
	OUT_ROW(struct sevadm_firmware_file, "taken", "TAKEN", OUT_BOOL, taken),
	OUT_END
};

static void say(struct cli *cli, const struct sevadm_sev_status *sev, size_t nr)
{
	const char *say[4];
	size_t said = 0;

	if (sev->api_major == 0 && sev->api_minor < 15)
		say[said++] = "this firmware is too old to be replaced by the driver (API 0.15)";
	else if (nr)
		say[said++] = "the driver hands the file that is taken to the firmware when ccp is loaded "
			      "next, and compares no versions: the firmware refuses one that is below the "
			      "committed version";
	else
		say[said++] = "there is none of these files: the firmware stays the one of the BIOS";
	say[said++] = "where ccp is loaded by an initramfs, the files in that count";
	say[said++] = "the committed version is not told by SNP_PLATFORM_STATUS; `sevadm commit` makes "
		      "it the one that runs";
	for (size_t i = 0; i < said; i++)
		out_text(cli->out, "  %s", say[i]);
	out_strings(cli->out, "next_load", (char *const *)say, said);
}

static int show_host(struct cli *cli)
{
	struct sevadm_run record = { 0 };
	struct sevadm_status status;
	struct sevadm_firmware_file files[FILES];
	struct running_view running;
	char names[3][64];
	char *wanted[] = { names[0], names[1], names[2] };
	int ret = sevadm_status_get(cli->adm, &status, &record);
	size_t nr;

	if (!status.sev.known)
		return run_report(cli, &record, ret);
	snprintf(running.version, sizeof(running.version), "%u.%u.%u", status.sev.api_major,
		 status.sev.api_minor, status.sev.build);
	out_object(cli->out, "running", "Firmware that runs", running_rows, &running);
	nr = sevadm_firmware_find(cli->adm, files, FILES, names);
	out_text(cli->out, "The driver looks for %s, %s, %s", names[0], names[1], names[2]);
	out_strings(cli->out, "wanted", wanted, 3);
	out_list(cli->out, "firmware_files", "Files that are there", file_rows);
	for (size_t i = 0; i < nr; i++)
		out_list_item(cli->out, &files[i]);
	out_list_end(cli->out);
	say(cli, &status.sev, nr);
	return run_report(cli, &record, ret);
}

static unsigned int flags_of(const void *options)
{
	return ((const struct firmware_options *)options)->file ? 0 : CMD_ONLINE;
}

static int run(struct cli *cli, const void *options)
{
	const struct firmware_options *o = options;

	return o->file ? show_file(cli, o->file) : show_host(cli);
}

const struct command cmd_firmware_show = {
	.name = "firmware show",
	.summary = "Show the firmware, the driver's files of it, or one",
	.argp = &argp,
	.options_size = sizeof(struct firmware_options),
	.flags = CMD_OFFLINE,
	.flags_of = flags_of,
	.run = run,
};

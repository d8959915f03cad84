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
	.doc = "Show the firmware that runs, and the files that the driver would load, or one of them.  "
	       "Changes nothing.",
};

struct image_view {
	struct sevadm_image i;
	char key_id[33], version[16];
	bool is_signed, compressed;
};

#define V struct image_view
static const struct out_row image_rows[] = {
	OUT_ROW(V, "size", "Size of the file", OUT_U64, i.size),
	OUT_ROW(V, "known", "Header known", OUT_BOOL, i.known),
	OUT_ROW(V, "whole", "Whole", OUT_BOOL, i.whole),
	OUT_ROW(V, "version", "Version", OUT_CHARS, version),
	OUT_ROW_WHEN(V, "size_total", "Size that it says", OUT_U32, i.size_total, i.known),
	OUT_ROW_WHEN(V, "size_signed", "Size that is signed", OUT_U32, i.size_signed, i.known),
	OUT_ROW_WHEN(V, "encrypted", "Encrypted", OUT_U32, i.encrypted, i.known),
	OUT_ROW_WHEN(V, "compressed", "Compressed", OUT_U32, i.compressed, i.known),
	OUT_ROW_WHEN(V, "size_packed", "Size, compressed", OUT_U32, i.size_packed, compressed),
	OUT_ROW_WHEN(V, "size_plain", "Size, not compressed", OUT_U32, i.size_plain, compressed),
	OUT_ROW_WHEN(V, "signed", "Signed", OUT_U32, i.is_signed, i.known),
	OUT_ROW_WHEN(V, "sig_id", "Kind of signature", OUT_U32, i.sig_id, is_signed),
	OUT_ROW(V, "signature", "Signature", OUT_STRING, i.signature),
	OUT_ROW_WHEN(V, "key_id", "Signed by key", OUT_CHARS, key_id, is_signed),
	OUT_ROW_WHEN(V, "signature_size", "Bytes of the signature", OUT_U32, i.signature_size, is_signed),
	OUT_END
};

static void version_of(const struct sevadm_image *image, char text[16])
{
	text[0] = '\0';
	if (image->known)
		snprintf(text, 16, "%u.%u.%u", image->api_major, image->api_minor, image->build);
}

static int show_file(struct cli *cli, const char *file)
{
	_cleanup_free_ char *data = NULL;
	struct image_view view = { 0 };
	char name[512];
	size_t size;
	int ret = file_read_all(file, FILE_SIZE_MAX, &data, &size);

	text_escape(file, name, sizeof(name));
	if (ret == -EFBIG)
		return report_error(cli, SEVADM_NO, "Name a firmware image of the secure processor.",
				    "%s: it is larger than any firmware image, %u bytes (EFBIG)", name,
				    FILE_SIZE_MAX);
	if (ret)
		return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED,
				    ret == -EACCES ? "Be root, or who may read it." :
				    "Name a file that is there and can be read.",
				    "read %s: %s (%s)", name, strerror(-ret), strerrorname_np(-ret));
	ret = sevadm_image_parse(data, size, &view.i);
	version_of(&view.i, view.version);
	view.is_signed = view.i.known && view.i.is_signed;
	view.compressed = view.i.known && view.i.compressed;
	text_hex(view.key_id, view.i.key_id, sizeof(view.i.key_id));
	out_object(cli->out, "image", "Firmware image", image_rows, &view);
	return ret ? report_error(cli, SEVADM_NO, view.i.remedy, "%s: %s", name, view.i.why) :
		     report_done(cli, "");
}

struct running_view {
	char version[32];
};

static const struct out_row running_rows[] = {
	OUT_ROW(struct running_view, "version", "Version", OUT_CHARS, version),
	OUT_END
};

struct file_view {
	const char *path;
	bool taken;
	char version[16], what[256];
};

static const struct out_row file_rows[] = {
	OUT_ROW(struct file_view, "path", "FILE", OUT_STRING, path),
	OUT_ROW(struct file_view, "taken", "TAKEN", OUT_BOOL, taken),
	OUT_ROW(struct file_view, "version", "VERSION", OUT_CHARS, version),
	OUT_ROW(struct file_view, "what", "WHAT", OUT_CHARS, what),
	OUT_END
};

static void show_found(struct cli *cli, const struct sevadm_firmware_file *file,
		       const struct sevadm_sev_status *running)
{
	static const char *const than[] = { "older than", "the same as", "newer than" };
	struct file_view view = {
		.path = file->path, .taken = file->taken,
	};

	version_of(&file->image, view.version);
	if (file->err)
		snprintf(view.what, sizeof(view.what), "it cannot be read: %s (%s)",
			 strerror(file->err), strerrorname_np(file->err));
	else
		snprintf(view.what, sizeof(view.what), "%s%s", file->image.whole ?
			 than[1 + sevadm_image_compare(&file->image, running)] : file->image.why,
			 file->image.whole ? " what runs" : "");
	out_list_item(cli->out, &view);
}

/* What the driver would do with the file that it takes; it compares no versions */
static const char *next_load(const struct sevadm_firmware_file *file,
			     const struct sevadm_sev_status *running)
{
	if (file->err || !file->image.whole)
		return "when ccp is loaded next, the driver hands the file that is taken to the firmware, "
		       "which cannot take it as it is";
	switch (sevadm_image_compare(&file->image, running)) {
	case 0:
		return "when ccp is loaded next, the driver hands the file that is taken to the firmware: "
		       "it is what runs already";
	case 1:
		return "when ccp is loaded next, the driver hands the file that is taken to the firmware: "
		       "it is newer than what runs";
	default:
		return "when ccp is loaded next, the driver hands the file that is taken to the firmware: "
		       "it is older than what runs, and the firmware refuses it if it is below the "
		       "committed version";
	}
}

static void say(struct cli *cli, const struct sevadm_sev_status *sev,
		const struct sevadm_firmware_file *files, size_t nr)
{
	const char *say[4];
	size_t said = 0;

	if (!nr)
		say[said++] = "there is none of these files: the firmware stays the one of the BIOS";
	else if (!files[0].taken)
		say[said++] = "this firmware is too old to be replaced by the driver (API 0.15)";
	else
		say[said++] = next_load(&files[0], sev);
	say[said++] = "where ccp is loaded by an initramfs, the files in that count";
	say[said++] = "the committed version is not told by SNP_PLATFORM_STATUS; `sevadm commit` makes "
		      "it the one that runs";
	for (size_t i = 0; i < said; i++)
		out_text(cli->out, "  %s", say[i]);
	out_strings(cli->out, "next_load", (char *const *)say, said);
}

/* The end of it: exit code; frees @record */
static int end(struct cli *cli, struct sevadm_run *record, const struct sevadm_firmware_file *taken)
{
	char message[512];

	if (!taken || !taken->taken || (!taken->err && taken->image.whole) || taken->err == EACCES)
		return run_report(cli, record, 0);
	run_members(cli, record);
	sevadm_run_free(record);
	snprintf(message, sizeof(message), "The file that the driver takes is no whole firmware image: "
		 "%.128s", taken->err ? strerror(taken->err) : taken->image.why);
	return report_no(cli, message);
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
	nr = sevadm_firmware_find(cli->adm, &status.sev, files, FILES, names);
	out_text(cli->out, "The driver looks for %s, %s, %s", names[0], names[1], names[2]);
	out_strings(cli->out, "wanted", wanted, 3);
	out_list(cli->out, "firmware_files", "Files that are there", file_rows);
	for (size_t i = 0; i < nr; i++)
		show_found(cli, &files[i], &status.sev);
	out_list_end(cli->out);
	say(cli, &status.sev, files, nr);
	return ret ? run_report(cli, &record, ret) : end(cli, &record, nr ? files : NULL);
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

// SPDX-License-Identifier: GPL-2.0-or-later
/* Secrets for a SEV guest that was measured */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/guest_owner.h"
#include "lib/util/cleanup.h"
#include "lib/util/file_set.h"

enum { KEY_MEASUREMENT = 0x200, KEY_SECRET, KEY_RAW, KEY_ENCODING };

#define SECRETS_MAX	64	/* as many as Linux shows */

struct secret_options {
	const char *tik, *tek, *measurement, *raw, *encoding, *files[2];
	const char *guids[SECRETS_MAX], *names[SECRETS_MAX];
	size_t nr, nr_files;
};

#define KEY_OPTIONS \
	OWNER_TIK, OWNER_TEK, \
	{ "measurement", KEY_MEASUREMENT, "MEASUREMENT", 0, \
	  "What the firmware measured: a file, or the text itself" }

static const struct argp_option package_options[] = {
	KEY_OPTIONS,
	{ "secret", KEY_SECRET, "GUID:FILE", 0, "A secret, and what it is for; again for each" },
	{ "raw", KEY_RAW, "FILE", 0, "What is to be in the guest's memory, instead of a table" },
	{ "encoding", KEY_ENCODING, "binary|hex|base64", 0, "How files are written; binary if not said" },
	{ 0 }
}, show_options[] = { KEY_OPTIONS, { 0 } };

static void add_secret(char *arg, struct secret_options *o, struct argp_state *state)
{
	char *colon = strchr(arg, ':');
	uint8_t guid[16];

	if (colon)
		*colon = '\0';
	if (!colon || sevadm_guid_parse(arg, guid) || !colon[1])
		argp_error(state, "--secret takes a GUID, as 736869e5-84f0-4973-92ec-06879ce3da0b, a colon and "
			   "a file, not '%s%s%s'", arg, colon ? ":" : "", colon ? colon + 1 : "");
	if (o->nr == SECRETS_MAX)
		argp_error(state, "no more than %d secrets", SECRETS_MAX);
	o->guids[o->nr] = arg;
	o->names[o->nr++] = colon + 1;
}

static void check(const struct secret_options *o, struct argp_state *state)
{
	if (o->nr_files < 2)
		argp_error(state, "name the files of the packet: header and payload");
	if (!o->tik || !o->tek)
		argp_error(state, "--tik and --tek name the files with the session's keys");
	if (!o->measurement)
		argp_error(state, "--measurement says which guest it is for");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct secret_options *o = state->input;

	switch (key) {
	case OWNER_KEY_TIK:
		o->tik = arg;
		return 0;
	case OWNER_KEY_TEK:
		o->tek = arg;
		return 0;
	case KEY_MEASUREMENT:
		o->measurement = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->nr_files == 2)
			argp_error(state, "two files only: header and payload");
		o->files[o->nr_files++] = arg;
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_package(int key, char *arg, struct argp_state *state)
{
	struct secret_options *o = state->input;

	switch (key) {
	case KEY_SECRET:
		add_secret(arg, o, state);
		return 0;
	case KEY_RAW:
		o->raw = arg;
		return 0;
	case KEY_ENCODING:
		if (strcmp(arg, "binary") && strcmp(arg, "hex") && strcmp(arg, "base64"))
			argp_error(state, "--encoding takes binary, hex or base64, not '%s'", arg);
		o->encoding = arg;
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		if (!o->nr == !o->raw)
			argp_error(state, "say what the secrets are: --secret, or --raw, one of the two");
		if (!strcmp(o->files[0], o->files[1]))
			argp_error(state, "header and payload want a file each");
		return 0;
	default:
		return parse(key, arg, state);
	}
}

static const struct argp package_argp = {
	.options = package_options, .parser = parse_package, .args_doc = "HEADER PAYLOAD",
	.doc = "Encrypt secrets for a SEV or SEV-ES guest that was measured: the packet that its host "
	       "hands to the firmware.",
}, show_argp = {
	.options = show_options, .parser = parse, .args_doc = "HEADER PAYLOAD",
	.doc = "Check that a packet is for a guest, and tell which secrets are in it, but not what they "
	       "are.",
};

/* ---------------------------------------------------------------------- keys */

struct keys {
	uint8_t tek[SEVADM_TRANSPORT_KEY_SIZE], tik[SEVADM_TRANSPORT_KEY_SIZE];
	uint8_t measurement[SEVADM_MEASUREMENT_SIZE];
	struct sevadm_packet_keys packet;
};

/* Exit code; to be wiped whatever it is */
static int read_keys(struct cli *cli, const struct secret_options *o, struct keys *keys)
{
	int code = owner_take(cli, o->measurement, &(struct owner_bytes){
			      "a measurement", sizeof(keys->measurement), keys->measurement });

	keys->packet = (struct sevadm_packet_keys){ keys->tek, keys->tik, keys->measurement };
	if (!code)
		code = owner_read(cli, o->tek, &(struct owner_bytes){ "a key", sizeof(keys->tek),
								      keys->tek });
	if (!code)
		code = owner_read(cli, o->tik, &(struct owner_bytes){ "a key", sizeof(keys->tik),
								      keys->tik });
	return code;
}

/* ------------------------------------------------------------------- package */

/* What is to be in the guest's memory, to be wiped and freed */
struct plain {
	uint8_t *data;
	size_t size;
};

static void wipe(void *data, size_t size)
{
	if (data)
		explicit_bzero(data, size);
	free(data);
}

static int too_large(struct cli *cli)
{
	return report_error(cli, SEVADM_NO, "Give them in several packets.", "a packet has no more than %d bytes, with the table: the "
			    "secrets have more", SEVADM_SECRET_MAX);
}

static int make_table(struct cli *cli, const struct secret_options *o, struct plain *plain)
{
	struct sevadm_secret secrets[SECRETS_MAX] = { { .size = 0 } };
	char *data[SECRETS_MAX] = { NULL };
	int code = 0, ret;

	for (size_t i = 0; i < o->nr && !code; i++) {
		sevadm_guid_parse(o->guids[i], secrets[i].guid);
		code = owner_secret(cli, o->names[i], &data[i], &secrets[i].size);
		secrets[i].data = data[i];
		if (!code && !secrets[i].size)
			code = report_error(cli, SEVADM_NO, NULL, "%.512s: there is no secret in it",
					    o->names[i]);
	}
	ret = code ? 0 : sevadm_secret_table(secrets, o->nr, &plain->data, &plain->size);
	for (size_t i = 0; i < o->nr; i++)
		wipe(data[i], secrets[i].size);
	if (ret == -EMSGSIZE)
		return too_large(cli);
	return ret ? report_error(cli, SEVADM_FAILED, NULL, "no memory") : code;
}

/* As it is, with zeros up to a multiple of 16 */
static int make_raw(struct cli *cli, const struct secret_options *o, struct plain *plain)
{
	char *data = NULL;
	size_t size = 0;
	int code = owner_secret(cli, o->raw, &data, &size);

	if (code)
		return code;
	if (!size) {
		free(data);
		return report_error(cli, SEVADM_NO, NULL, "%.512s: there is no secret in it", o->raw);
	}
	plain->size = (size + 15) / 16 * 16;
	plain->data = calloc(1, plain->size);
	if (plain->data)
		memcpy(plain->data, data, size);
	wipe(data, size);
	return plain->data ? 0 : report_error(cli, SEVADM_FAILED, NULL, "no memory");
}

static int write_packet(struct cli *cli, const struct secret_options *o, const uint8_t *header,
			const uint8_t *payload, size_t size)
{
	const char *encoding = o->encoding ? o->encoding : "binary";
	_cleanup_free_ uint8_t *first = NULL, *second = NULL;
	struct file_new files[2] = { { .path = o->files[0], .mode = 0600 },
				     { .path = o->files[1], .mode = 0600 } };
	size_t failed = 0;
	int ret = 0;

	if (sevadm_bytes_encode(header, SEVADM_PACKET_HEADER_SIZE, encoding, &first, &files[0].size) ||
	    sevadm_bytes_encode(payload, size, encoding, &second, &files[1].size))
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	files[0].data = first;
	files[1].data = second;
	if (!cli->dry_run)
		ret = file_write_set(files, 2, &failed);
	if (ret)
		return cert_cannot_write(cli, files[failed].path, -ret);
	cert_written_begin(cli);
	cert_written(cli, files[0].path, "header", encoding, files[0].size);
	cert_written(cli, files[1].path, "payload", encoding, files[1].size);
	cert_written_end(cli);
	return report_done(cli, cli->dry_run ? "Nothing was changed" : "");
}

static int run_package(struct cli *cli, const void *options)
{
	const struct secret_options *o = options;
	uint8_t header[SEVADM_PACKET_HEADER_SIZE];
	_cleanup_free_ uint8_t *payload = NULL;
	struct plain plain = { .data = NULL };
	struct keys keys;
	int code = read_keys(cli, o, &keys), ret = 0;

	if (!code)
		code = o->raw ? make_raw(cli, o, &plain) : make_table(cli, o, &plain);
	if (!code) {
		payload = malloc(plain.size);
		ret = payload ? sevadm_secret_package(&keys.packet, plain.data, plain.size, header, payload) :
		      -ENOMEM;
	}
	explicit_bzero(&keys, sizeof(keys));
	wipe(plain.data, plain.size);
	if (code)
		return code;
	if (ret)
		return report_error(cli, SEVADM_FAILED, NULL, "%s", ret == -ENOMEM ? "no memory" :
				    "libcrypto failed");
	return write_packet(cli, o, header, payload, plain.size);
}

/* ---------------------------------------------------------------------- show */

struct secret_view {
	char guid[37];
	uint64_t size;
};

static const struct out_row secret_rows[] = {
	OUT_ROW(struct secret_view, "guid", "GUID", OUT_CHARS, guid),
	OUT_ROW(struct secret_view, "size", "SIZE", OUT_U64, size),
	OUT_END
};

static int list(struct cli *cli, const uint8_t *table, size_t size)
{
	struct sevadm_secret secrets[SECRETS_MAX];
	size_t nr;
	int ret = sevadm_secret_list(table, size, secrets, SECRETS_MAX, &nr);

	if (ret == -EBADMSG)
		return report_error(cli, SEVADM_NO, NULL, "the packet is for this guest, but the lengths in its "
				    "table of secrets cannot be");
	if (ret == -E2BIG)
		return report_error(cli, SEVADM_NO, NULL, "the packet is for this guest, but has more than "
				    "%d secrets", SECRETS_MAX);
	out_list(cli->out, "secrets", NULL, secret_rows);
	for (size_t i = 0; i < nr; i++) {
		struct secret_view view = { .size = secrets[i].size };

		sevadm_guid_text(secrets[i].guid, view.guid);
		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
	return report_done(cli, ret ? "the packet is for this guest, and has no table of secrets" :
			   "the packet is for this guest");
}

static int open_packet(struct cli *cli, const struct keys *keys, const uint8_t *header,
		       const uint8_t *payload, size_t size)
{
	uint8_t *data = malloc(size + 1);
	int ret = data ? sevadm_secret_open(&keys->packet, header, payload, size, data) : -ENOMEM, code;

	switch (ret) {
	case 0:
		code = list(cli, data, size);
		break;
	case -EMSGSIZE:
		code = report_error(cli, SEVADM_NO, NULL, "no payload has %zu bytes: a multiple of 16, and no "
				    "more than %d", size, SEVADM_SECRET_MAX);
		break;
	case -EBADMSG:
		code = report_error(cli, SEVADM_NO, NULL, "the packet is for another guest or session, or it "
				    "is damaged");
		break;
	case -EPROTONOSUPPORT:
		code = report_error(cli, SEVADM_NO, NULL, "the packet is for this guest, but its flags are not "
				    "known: it may be compressed");
		break;
	default:
		code = report_error(cli, SEVADM_FAILED, NULL, "%s", ret == -ENOMEM ? "no memory" :
				    "libcrypto failed");
	}
	wipe(data, size);
	return code;
}

static int run_show(struct cli *cli, const void *options)
{
	const struct secret_options *o = options;
	uint8_t header[SEVADM_PACKET_HEADER_SIZE];
	_cleanup_free_ uint8_t *payload = NULL;
	_cleanup_free_ char *text = NULL;
	const char *encoding;
	struct keys keys;
	size_t size = 0;
	int code = read_keys(cli, o, &keys);

	if (!code)
		code = owner_read(cli, o->files[0], &(struct owner_bytes){ "a packet's header",
				  sizeof(header), header });
	if (!code)
		code = owner_file(cli, o->files[1], 4 * SEVADM_SECRET_MAX, &text, &size);
	if (!code && sevadm_bytes_decode(text, size, &payload, &size, &encoding))
		code = report_error(cli, SEVADM_FAILED, NULL, "no memory");
	if (!code)
		code = open_packet(cli, &keys, header, payload, size);
	explicit_bzero(&keys, sizeof(keys));
	return code;
}

static const struct arg_words words[] = {
	{ "HEADER", "FILE" }, { "PAYLOAD", "FILE" }, { "MEASUREMENT", "FILE" }, { 0 }
};

const struct command cmd_secret_package = {
	.name = "secret package",
	.summary = "Encrypt secrets for a SEV guest that was measured",
	.argp = &package_argp,
	.options_size = sizeof(struct secret_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = words,
	.run = run_package,
};

const struct command cmd_secret_show = {
	.name = "secret show",
	.summary = "Tell which secrets are in a packet for a SEV guest",
	.argp = &show_argp,
	.options_size = sizeof(struct secret_options),
	.flags = CMD_OFFLINE,
	.words = words,
	.run = run_show,
};

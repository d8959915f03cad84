// SPDX-License-Identifier: GPL-2.0-or-later
/* A session with a platform, for a SEV guest that is to be launched there */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/guest_owner.h"
#include "lib/util/cleanup.h"
#include "lib/util/file_set.h"

enum { KEY_NAME = 0x200, KEY_DIRECTORY, KEY_FORMAT };

struct session_options {
	struct owner_chain_options chain;
	const char *name, *directory;
	uint32_t policy;
	bool has_policy, sev_tool;
};

static const struct argp_option session_list[] = {
	OWNER_POLICY("Of the guest, words or a number: the firmware launches it with no other"),
	{ "name", KEY_NAME, "NAME", 0, "What the names of the files begin with; vm if not said" },
	{ "directory", KEY_DIRECTORY, "DIR", 0, "Where the files go; here if not said" },
	{ "format", KEY_FORMAT, "sevctl|sev-tool", 0, "Files as that tool has them; sevctl if not said" },
	OWNER_ROOT,
	OWNER_UNVERIFIED,
	{ 0 }
};

static void parse_name(const char *arg, struct session_options *o, struct argp_state *state)
{
	if (!*arg || strchr(arg, '/'))
		argp_error(state, "--name takes the beginning of a name, without a slash, not '%s'; "
			   "--directory says where", arg);
	o->name = arg;
}

static void parse_end(const struct session_options *o, struct argp_state *state)
{
	if (!o->chain.nr)
		argp_error(state, "name the files with the platform's certificates, PDH to ARK");
	if (!o->has_policy)
		argp_error(state, "--policy says what the guest is to be like");
	if (o->name && o->sev_tool)
		argp_error(state, "--name is not for --format=sev-tool, whose files have names of their "
			   "own");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct session_options *o = state->input;

	switch (key) {
	case OWNER_KEY_POLICY:
		o->policy = owner_policy(arg, state);
		o->has_policy = true;
		return 0;
	case KEY_NAME:
		parse_name(arg, o, state);
		return 0;
	case KEY_DIRECTORY:
		o->directory = arg;
		return 0;
	case KEY_FORMAT:
		if (strcmp(arg, "sevctl") && strcmp(arg, "sev-tool"))
			argp_error(state, "--format takes sevctl or sev-tool, not '%s'", arg);
		o->sev_tool = arg[3] == '-';
		return 0;
	case OWNER_KEY_ROOT:
		o->chain.root = arg;
		return 0;
	case OWNER_KEY_UNVERIFIED:
		o->chain.unverified = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->chain.nr == CERT_FILES_MAX)
			argp_error(state, "no more than %d files at a time", CERT_FILES_MAX);
		o->chain.files[o->chain.nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		parse_end(o, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = session_list, .parser = parse, .args_doc = "FILE...",
	.doc = "Begin a session with a platform, for a SEV or SEV-ES guest that is to be launched there: "
	       "a certificate and a session for the host, and two keys for the guest's owner. "
	       "FILE... have the platform's certificates, from the PDH to AMD's ARK.",
};

/* -------------------------------------------------------------------- result */

struct session_view {
	uint64_t policy;
	char policy_text[128];
	const char *curve;
};

static const struct out_row session_rows[] = {
	OUT_ROW(struct session_view, "policy", "Policy", OUT_HEX64, policy),
	OUT_ROW(struct session_view, "policy_text", "Policy, in words", OUT_CHARS, policy_text),
	OUT_ROW(struct session_view, "curve", "Curve", OUT_STRING, curve),
	OUT_END
};

static void show(struct cli *cli, const struct session_options *o, const struct owner_chain *chain)
{
	struct session_view view = {
		.policy = o->policy, .curve = sevadm_cert_curve_name(chain->cert->curve),
	};

	owner_chain_show(cli, chain);
	sevadm_policy_text(SEVADM_GUEST_SEV, o->policy, view.policy_text, sizeof(view.policy_text));
	out_object(cli->out, "session", "Session", session_rows, &view);
}

/* --------------------------------------------------------------------- files */

#define FILES_MAX	4

/**
 * struct session_file - one of those to be
 * @suffix:	of its name, or all of it
 * @holds:	what is in it, for people
 * @secret:	it is the owner's alone
 */
struct session_file {
	const char *suffix, *holds;
	bool secret;
	const uint8_t *data;
	size_t size;
};

struct session_files {
	char *path[FILES_MAX];
	uint8_t *text[FILES_MAX];
	size_t size[FILES_MAX], nr;
};

static void free_files(struct session_files *files)
{
	for (size_t i = 0; i < files->nr; i++) {
		if (files->text[i])
			explicit_bzero(files->text[i], files->size[i]);
		free(files->text[i]);
		free(files->path[i]);
	}
}

static int add_file(const struct session_options *o, const struct session_file *f,
		    struct session_files *files)
{
	size_t i = files->nr++;
	const char *directory = o->directory ? o->directory : ".";

	if (asprintf(&files->path[i], "%s/%s%s", directory,
		     o->sev_tool ? "" : o->name ? o->name : "vm", f->suffix) < 0) {
		files->path[i] = NULL;
		return -ENOMEM;
	}
	return sevadm_bytes_encode(f->data, f->size, o->sev_tool || f->secret ? "binary" : "base64",
				   &files->text[i], &files->size[i]);
}

static int write_files(struct cli *cli, const struct session_files *files)
{
	struct file_new new[FILES_MAX];
	size_t failed = 0;
	int ret = 0;

	for (size_t i = 0; i < files->nr; i++)
		new[i] = (struct file_new){ .path = files->path[i], .data = files->text[i],
					    .size = files->size[i], .mode = 0600, .keep = true };
	if (!cli->dry_run)
		ret = file_write_set(new, files->nr, &failed);
	if (ret == -EEXIST)
		return report_error(cli, SEVADM_FAILED, "Take another --name or --directory, or take it "
				    "away yourself.", "%.512s is there already, and the keys of a session "
				    "are not written over", files->path[failed]);
	return ret ? cert_cannot_write(cli, files->path[failed], -ret) : 0;
}

static void list_files(struct cli *cli, const struct session_file *list,
		       const struct session_options *o, const struct session_files *files)
{
	cert_written_begin(cli);
	for (size_t i = 0; i < files->nr; i++)
		cert_written(cli, files->path[i], list[i].holds,
			     o->sev_tool || list[i].secret ? "binary" : "base64", files->size[i]);
	cert_written_end(cli);
}

static int save(struct cli *cli, const struct session_options *o, const struct owner_chain *chain,
		const struct sevadm_session *session)
{
	uint8_t keys[2 * SEVADM_TRANSPORT_KEY_SIZE];
	const struct session_file sevctl[] = {
		{ "_tik.bin", "key of integrity (TIK)", true, session->tik, sizeof(session->tik) },
		{ "_tek.bin", "key of encryption (TEK)", true, session->tek, sizeof(session->tek) },
		{ "_godh.b64", "owner's certificate", false, session->godh, sizeof(session->godh) },
		{ "_session.b64", "session", false, session->blob, sizeof(session->blob) },
	}, sev_tool[] = {
		{ "tmp_tk.bin", "keys (TEK, TIK)", true, keys, sizeof(keys) },
		{ "godh.cert", "owner's certificate", false, session->godh, sizeof(session->godh) },
		{ "launch_blob.bin", "session", false, session->blob, sizeof(session->blob) },
	};
	const struct session_file *list = o->sev_tool ? sev_tool : sevctl;
	size_t nr = o->sev_tool ? 3 : 4;
	struct session_files files = { .nr = 0 };
	int ret = 0;

	memcpy(keys, session->tek, sizeof(session->tek));
	memcpy(keys + sizeof(session->tek), session->tik, sizeof(session->tik));
	for (size_t i = 0; i < nr && !ret; i++)
		ret = add_file(o, &list[i], &files);
	ret = ret ? report_error(cli, SEVADM_FAILED, NULL, "no memory") :
	      write_files(cli, &files);
	if (!ret) {
		show(cli, o, chain);
		list_files(cli, list, o, &files);
	}
	explicit_bzero(keys, sizeof(keys));
	free_files(&files);
	return ret;
}

/* ----------------------------------------------------------------------- run */

/* What the words of a policy do not cover, and the one bit that is seldom left out on purpose */
static void warn(struct cli *cli, uint32_t policy)
{
	char text[96];

	if (!(policy & 1))
		report_warning(cli, "without nodbg in its policy the host can read and write the guest's "
			       "memory");
	if (policy & 0xffc0) {
		snprintf(text, sizeof(text), "bits of the policy that are reserved: 0x%x",
			 policy & 0xffc0);
		report_warning(cli, text);
	}
}

static int begin(struct cli *cli, const struct session_options *o, const struct owner_chain *chain)
{
	struct sevadm_session session;
	int ret = sevadm_session_new(chain->cert, o->policy, &session), code;

	if (ret == -EINVAL)
		return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong key: that of the PDH is on no curve",
				    o->chain.files[0]);
	if (ret)
		return report_error(cli, SEVADM_FAILED, NULL, "libcrypto failed");
	warn(cli, o->policy);
	code = save(cli, o, chain, &session);
	explicit_bzero(&session, sizeof(session));
	if (code)
		return code;
	return report_done(cli, cli->dry_run ? "Nothing was changed" :
			   "Keep the keys where nobody else reads them; the host gets the other files");
}

static int run(struct cli *cli, const void *options)
{
	const struct session_options *o = options;
	struct owner_chain chain = { .certs = NULL };
	int code = owner_chain(cli, &o->chain, "PDH", &chain);

	if (!code)
		code = begin(cli, o, &chain);
	owner_chain_free(&chain);
	return code;
}

static const struct arg_words words[] = {
	{ "WORD", OWNER_POLICY_WORDS }, { "DIR", "FILE" }, { 0 }
};

const struct command cmd_session_new = {
	.name = "session new",
	.summary = "Begin a session with a platform, for a SEV guest",
	.argp = &argp,
	.options_size = sizeof(struct session_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = words,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates of a chip from AMD's key distribution service: the device is asked first,
 * then privileges are gone, then the network is; what came is verified, then it is written.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/certs_check.h"
#include "cmd/certs_fetched.h"
#include "cmd/commands.h"
#include "lib/util/text.h"

#define CERT_SIZE_MAX	(1U << 17)
#define CRL_SIZE_MAX	(1U << 22)

enum {
	KEY_BASE_URL = 0x200, KEY_PROXY, KEY_TLS_CA, KEY_CLIENT_CERT, KEY_CLIENT_KEY, KEY_TIMEOUT,
	KEY_RETRIES, KEY_CACHE, KEY_NO_CACHE, KEY_OFFLINE, KEY_ROOT, KEY_FORM,
};

struct fetch_options {
	struct certs_chip chip;
	struct sevadm_kds_options kds;
	bool no_cache, has_timeout, has_retries;
	enum certs_form form;
	const char *roots[2], *args[16];
	size_t nr_roots, nr_args;
	unsigned int wanted;		/* bits of enum certs_what */
};

static const struct argp_option options[] = {
	{ "base-url", KEY_BASE_URL, "URL", 0,
	  "Ask a mirror with the same paths instead of AMD: https://HOST[:PORT][/PATH]" },
	{ "proxy", KEY_PROXY, "URL", 0, "Go through this proxy (what the environment says)" },
	{ "tls-ca", KEY_TLS_CA, "FILE", 0,
	  "Trust these authorities for TLS (the system's)" },
	{ "client-cert", KEY_CLIENT_CERT, "FILE", 0, "Our own certificate for TLS: the VLEK wants one" },
	{ "client-key", KEY_CLIENT_KEY, "FILE", 0, "Its key" },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0, "For each request (30)" },
	{ "retries", KEY_RETRIES, "N", 0, "For each certificate, of what may go better then (4)" },
	{ "cache", KEY_CACHE, "DIRECTORY", 0, "Keep what was fetched there" },
	{ "no-cache", KEY_NO_CACHE, NULL, 0, "Keep nothing, and take nothing that was kept" },
	{ "offline", KEY_OFFLINE, NULL, 0, "Take what was kept, and fetch nothing" },
	{ "root", KEY_ROOT, "FILE", 0,
	  "Trust the ARK in FILE instead of those of AMD's that are known" },
	{ "form", KEY_FORM, "der|pem", 0, "All in one form (chains pem, the rest der)" },
	{ 0 }
};

/* ---------------------------------------------------------------- command line */

static unsigned int number(struct argp_state *state, const char *name, const char *arg,
			   uint64_t min, uint64_t max)
{
	uint64_t value;

	if (text_u64(arg, max, &value) || value < min)
		argp_error(state, "--%s takes a number from %llu to %llu, not '%s'", name,
			   (unsigned long long)min, (unsigned long long)max, arg);
	return (unsigned int)value;
}

/* The last is the directory, the others are words */
static void sort_out(struct fetch_options *o, struct argp_state *state)
{
	enum certs_what what;

	if (!o->nr_args)
		argp_error(state, "name a directory to write to");
	for (size_t i = 0; i + 1 < o->nr_args; i++) {
		if (!certs_by_word(o->args[i], &what))
			argp_error(state, "certs fetch takes cek, cek-ca, vcek, ca, crl, vlek, vlek-ca or "
				   "vlek-crl and then a directory, not '%s'", o->args[i]);
		o->wanted |= CERTS_BIT(what);
	}
	if (certs_by_word(o->args[o->nr_args - 1], &what))
		argp_error(state, "name a directory to write to behind '%s'; say ./%s for one of that "
			   "name", o->args[o->nr_args - 1], o->args[o->nr_args - 1]);
	if (!o->wanted)
		o->wanted = CERTS_BIT(CERTS_VCEK) | CERTS_BIT(CERTS_CA) | CERTS_BIT(CERTS_CRL);
}

static void check(struct fetch_options *o, struct argp_state *state)
{
	sort_out(o, state);
	if (o->kds.base_url && strncmp(o->kds.base_url, "https://", 8))
		argp_error(state, "--base-url takes an address that begins with https://, not '%s'",
			   o->kds.base_url);
	if (o->no_cache && (o->kds.cache || o->kds.offline))
		argp_error(state, "--no-cache goes neither with --cache nor with --offline");
	if (o->kds.client_key && !o->kds.client_cert)
		argp_error(state, "--client-key goes with --client-cert");
	if (o->wanted & CERTS_BIT(CERTS_VLEK) && !o->kds.client_cert && !o->kds.base_url &&
	    !o->kds.offline)
		argp_error(state, "AMD gives a VLEK only to whom it knows: say --client-cert and "
			   "--client-key");
	o->kds.timeout_seconds = o->has_timeout ? o->kds.timeout_seconds : 30;
	o->kds.retries = o->has_retries ? o->kds.retries : 4;
}

static error_t parse_text(int key, char *arg, struct fetch_options *o, struct argp_state *state)
{
	switch (key) {
	case KEY_BASE_URL:
		o->kds.base_url = arg;
		return 0;
	case KEY_PROXY:
		o->kds.proxy = arg;
		return 0;
	case KEY_TLS_CA:
		o->kds.tls_ca = arg;
		return 0;
	case KEY_CLIENT_CERT:
		o->kds.client_cert = arg;
		return 0;
	case KEY_CLIENT_KEY:
		o->kds.client_key = arg;
		return 0;
	case KEY_CACHE:
		o->kds.cache = arg;
		return 0;
	case KEY_ROOT:
		if (o->nr_roots == 2)
			argp_error(state, "no more than two --root: one of each kind");
		o->roots[o->nr_roots++] = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct fetch_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->chip;
		return 0;
	case KEY_TIMEOUT:
		o->kds.timeout_seconds = number(state, "timeout", arg, 1, 3600);
		o->has_timeout = true;
		return 0;
	case KEY_RETRIES:
		o->kds.retries = number(state, "retries", arg, 0, 20);
		o->has_retries = true;
		return 0;
	case KEY_NO_CACHE:
		o->no_cache = true;
		return 0;
	case KEY_OFFLINE:
		o->kds.offline = true;
		return 0;
	case KEY_FORM:
		o->form = !strcmp(arg, "der") ? CERTS_DER : CERTS_PEM;
		if (o->form == CERTS_PEM && strcmp(arg, "pem"))
			argp_error(state, "--form takes der or pem, not '%s'", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (o->nr_args == sizeof(o->args) / sizeof(o->args[0]))
			argp_error(state, "too many words");
		o->args[o->nr_args++] = arg;
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	default:
		return parse_text(key, arg, o, state);
	}
}

static const struct argp_child children[] = { { .argp = &certs_chip_argp }, { 0 } };
static const struct argp argp = {
	.options = options, .parser = parse, .children = children,
	.args_doc = "[cek|cek-ca|vcek|ca|crl|vlek|vlek-ca|vlek-crl...] DIRECTORY",
	.doc = "Fetch certificates of a chip from AMD, this host's unless another is named, verify "
	       "them, and write them to DIRECTORY: vcek, ca and crl unless told otherwise.",
};

/* --------------------------------------------------------------------- network */

/**
 * struct fetch - what is under way
 * @needed:	what is wanted, and what it is verified by
 */
struct fetch {
	struct cli *cli;
	const struct fetch_options *o;
	struct certs_chip chip;
	struct certs_trust trust;
	struct sevadm_kds_options kds;
	struct sevadm_run run;
	unsigned int needed;
	char cache[4096];
	struct fetched_files files;
};

static void tell(void *arg, const char *text)
{
	const struct cli *cli = arg;
	char safe[1600];

	if (!cli->quiet)
		fprintf(stderr, "%s: %s\n", cli->command->name, text_escape(text, safe, sizeof(safe)));
}

/* Root's is where a service's would be; everybody else's is at home.  None without one */
static void choose_cache(struct fetch *f)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	f->kds.cache = f->o->kds.cache;
	if (f->kds.cache || f->o->no_cache)
		return;
	if (!geteuid())
		snprintf(f->cache, sizeof(f->cache), "/var/cache/sevadm");
	else if (xdg && *xdg == '/')
		snprintf(f->cache, sizeof(f->cache), "%s/sevadm", xdg);
	else if (home && *home == '/')
		snprintf(f->cache, sizeof(f->cache), "%s/.cache/sevadm", home);
	if (*f->cache)
		f->kds.cache = f->cache;
}

/* What 404 means, which the server does not say */
static void explain_absent(const struct fetch *f, enum certs_what what, char *text, size_t size)
{
	const struct sevadm_tcb *t = &f->chip.tcb;
	char fmc[24] = "";

	if (t->has_fmc)
		snprintf(fmc, sizeof(fmc), "fmc %u, ", t->fmc);
	switch (what) {
	case CERTS_VCEK:
	case CERTS_VLEK:
		snprintf(text, size, "AMD has no %s for this TCB: %sbootloader %u, tee %u, snp %u, microcode "
			 "%u%s. A TCB that the firmware reports can be newer than AMD's certificates: try again "
			 "later, or report an older one.", what == CERTS_VCEK ? "VCEK of this chip" :
			 "VLEK", fmc, t->bootloader, t->tee, t->snp, t->microcode,
			 f->chip.tcb_text ? "" : ", which the firmware reports");
		break;
	case CERTS_CEK:
		snprintf(text, size, "AMD knows no chip of this id, or has no CEK of it.");
		break;
	default:
		snprintf(text, size, "AMD has none for this product.");
	}
}

static int get(struct fetch *f, enum certs_what what)
{
	bool crl = what == CERTS_CRL || what == CERTS_VLEK_CRL;
	struct certs_check c = { .trust = &f->trust, .what = what };
	struct sevadm_failure failure = { .kind = SEVADM_FAILED };
	char url[512];
	int ret = certs_url(&f->chip, what, url, sizeof(url));

	if (ret)
		return certs_no_url(f->cli, &f->chip, what, ret);
	ret = sevadm_kds_get(url, crl ? CRL_SIZE_MAX : CERT_SIZE_MAX, crl, &f->kds, certs_check, &c,
			     &f->trust.got[what], &failure);
	if (!ret)
		return 0;
	if (failure.kind == SEVADM_ABSENT && failure.err == ENOENT && !f->kds.offline)
		explain_absent(f, what, failure.remedy, sizeof(failure.remedy));
	return report_failure(f->cli, &failure);
}

static int get_all(struct fetch *f)
{
	int code = 0;

	choose_cache(f);
	for (int i = 0; i < CERTS_WHATS && !code; i++)
		if (f->needed & CERTS_BIT(i))
			code = get(f, (enum certs_what)i);
	return code;
}

/* ---------------------------------------------------------------------- result */

struct object_view {
	const char *what, *source, *root;
	char url[768];
	uint32_t requests;
	uint64_t size;
	bool got;
};

static const struct out_row object_rows[] = {
	OUT_ROW(struct object_view, "what", "WHAT", OUT_STRING, what),
	OUT_ROW(struct object_view, "source", "FROM", OUT_STRING, source),
	OUT_ROW_WHEN(struct object_view, "requests", NULL, OUT_U32, requests, got),
	OUT_ROW_WHEN(struct object_view, "size", "SIZE", OUT_U64, size, got),
	OUT_ROW(struct object_view, "root", "ROOT", OUT_STRING, root),
	OUT_ROW(struct object_view, "url", "URL", OUT_CHARS, url),
	OUT_END
};

static void show_objects(const struct fetch *f)
{
	out_list(f->cli->out, "fetched", f->cli->dry_run ? "Would be fetched" : "Fetched",
		 object_rows);
	for (int i = 0; i < CERTS_WHATS; i++) {
		const struct sevadm_kds_object *object = &f->trust.got[i];
		struct object_view view = {
			.what = certs_word((enum certs_what)i), .got = object->data,
			.source = !object->data ? NULL : object->cached ? "cache" : "network",
			.requests = object->requests, .size = object->size, .root = f->trust.by[i],
		};

		if (!(f->needed & CERTS_BIT(i)))
			continue;
		if (object->data)
			snprintf(view.url, sizeof(view.url), "%s", object->url);
		else
			certs_url(&f->chip, (enum certs_what)i, view.url, sizeof(view.url));
		out_list_item(f->cli->out, &view);
	}
	out_list_end(f->cli->out);
}

static const struct out_row file_rows[] = {
	OUT_ROW(struct fetched_file, "file", "FILE", OUT_CHARS, name),
	OUT_ROW(struct fetched_file, "what", "WHAT", OUT_STRING, what),
	OUT_ROW(struct fetched_file, "sha256", "SHA-256", OUT_CHARS, sha256),
	OUT_END
};

static void show_files(const struct fetch *f)
{
	out_list(f->cli->out, "files", "Files", file_rows);
	for (size_t i = 0; i < f->files.nr; i++)
		out_list_item(f->cli->out, &f->files.file[i]);
	out_list_end(f->cli->out);
}

/* All of them or none, and no signal in between */
static int write_files(struct fetch *f)
{
	const char *dir = f->o->args[f->o->nr_args - 1];
	sigset_t stops, before;
	const char *failed;
	int ret;

	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGHUP);
	sigprocmask(SIG_BLOCK, &stops, &before);
	ret = fetched_write(&f->files, dir, &failed);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!ret)
		return 0;
	return report_error(f->cli, ret == -EACCES || ret == -EPERM || ret == -EROFS ?
			    SEVADM_PERMISSION : SEVADM_FAILED, "Nothing was written.",
			    "write %.512s%s%s: %s (%s)", dir, failed ? "/" : "", failed ? failed : "",
			    strerror(-ret), strerrorname_np(-ret));
}

static int tell_end(struct fetch *f)
{
	const char *by = NULL;
	char message[256];

	for (int i = 0; i < CERTS_WHATS; i++)
		by = f->trust.by[i] ? f->trust.by[i] : by;
	if (f->cli->dry_run)
		return report_done(f->cli, "Nothing was fetched, and nothing was written");
	if (!strcmp(by, "own"))
		snprintf(message, sizeof(message), "%zu file%s written, verified from your own root on, "
			 "which is none of AMD's", f->files.nr, f->files.nr == 1 ? "" : "s");
	else
		snprintf(message, sizeof(message), "%zu file%s written, verified from AMD's root for %s "
			 "on", f->files.nr, f->files.nr == 1 ? "" : "s", by);
	return report_done(f->cli, message);
}

static int carry_out(struct fetch *f)
{
	int code = 0;

	for (size_t i = 0; i < f->o->nr_roots && !code; i++)
		code = certs_root(f->cli, &f->trust, f->o->roots[i]);
	if (!code)
		code = certs_chip_ask(f->cli, &f->chip, f->needed, &f->run);
	for (int i = 0; i < CERTS_WHATS && !code; i++) {
		char url[512];
		int ret = f->needed & CERTS_BIT(i) ? certs_url(&f->chip, (enum certs_what)i, url,
							       sizeof(url)) : 0;

		code = ret ? certs_no_url(f->cli, &f->chip, (enum certs_what)i, ret) : 0;
	}
	/* with a host it is done already */
	if (!code && !f->cli->adm && sevadm_drop_privileges(NULL, 0))
		code = report_error(f->cli, SEVADM_FAILED, NULL, "drop privileges: %s",
				    strerror(errno));
	if (code || f->cli->dry_run)
		return code;
	code = get_all(f);
	if (!code && fetched_make(&f->files, f->trust.got, f->o->wanted, f->o->form))
		code = report_error(f->cli, SEVADM_FAILED, NULL, "no memory");
	return code ? code : write_files(f);
}

static int run(struct cli *cli, const void *options_)
{
	const struct fetch_options *o = options_;
	struct fetch *f = calloc(1, sizeof(*f));
	int code;

	if (!f)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	*f = (struct fetch){ .cli = cli, .o = o, .chip = o->chip, .kds = o->kds,
			     .needed = o->wanted };
	for (int i = 0; i < CERTS_WHATS; i++)
		if (o->wanted & CERTS_BIT(i))
			f->needed |= certs_needs((enum certs_what)i);
	f->trust.chip = &f->chip;
	f->kds.tell = tell;
	f->kds.arg = cli;
	code = carry_out(f);
	if (!code) {
		show_objects(f);
		show_files(f);
		if (cli->adm)
			run_members(cli, &f->run);
		code = tell_end(f);
	}
	sevadm_run_free(&f->run);
	fetched_free(&f->files);
	certs_trust_free(&f->trust);
	free(f);
	return code;
}

static unsigned int flags_of(const void *options_)
{
	const struct fetch_options *o = options_;

	return certs_chip_given(&o->chip, CERTS_BIT(CERTS_WHATS) - 1) ? CMD_OFFLINE : 0;
}

const struct command cmd_certs_fetch = {
	.name = "certs fetch",
	.summary = "Fetch certificates of a chip from AMD, and verify them",
	.argp = &argp,
	.options_size = sizeof(struct fetch_options),
	.flags = CMD_DRY_RUN | CMD_ALTERS,
	.flags_of = flags_of,
	.run = run,
};

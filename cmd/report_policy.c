// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules for what a report says: options are the rules of a policy file, written shorter */
#include "cmd/report_policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/report_data.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define FILE_SIZE_MAX	(16u << 20)
#define FROM_OPTIONS	"options"

enum {
	KEY_FILE = 0x500, KEY_MIN_TCB, KEY_MIN_VERSION, KEY_GUEST_POLICY, KEY_PLATFORM_INFO,
	KEY_PROVISIONAL, KEY_VMPL, KEY_MAX_VMPL, KEY_MEASUREMENT, KEY_HOST_DATA, KEY_REPORT_DATA,
	KEY_FAMILY_ID, KEY_IMAGE_ID, KEY_ID_KEY, KEY_AUTHOR_KEY, KEY_CHIP_ID, KEY_SIGNING_KEY,
	KEY_DATA_FILE, KEY_DATA_HASH,
};

static const struct argp_option options[] = {
	{ "policy", KEY_FILE, "FILE", 0, "The rules of a policy file (JSON) have to hold as well" },
	{ "min-tcb", KEY_MIN_TCB, "KIND:PART=N[,PART=N...]", 0,
	  "Patch levels at least, of the current, reported, committed or launch TCB" },
	{ "min-version", KEY_MIN_VERSION, "WHAT=N[,WHAT=N...]", 0,
	  "Versions at least: current-firmware, committed-firmware, guest-abi, report, guest-svn" },
	{ "guest-policy", KEY_GUEST_POLICY, "BIT=HOW[,BIT=HOW...]", 0,
	  "Bits of the guest's policy, required, allowed or forbidden; debug and migrate-ma are "
	  "forbidden unless allowed" },
	{ "platform-info", KEY_PLATFORM_INFO, "PLATFORM=HOW[,PLATFORM=HOW...]", 0, "The same of the platform" },
	{ "provisional", KEY_PROVISIONAL, "allowed|forbidden", 0,
	  "Firmware that runs and is not committed (default: forbidden)" },
	{ "vmpl", KEY_VMPL, "0|1|2|3", 0, "The VMPL that asked" },
	{ "max-vmpl", KEY_MAX_VMPL, "0|1|2|3", 0, "The same at most" },
	{ "measurement", KEY_MEASUREMENT, "HEX[,HEX...]", 0, "The launch digest, one of these" },
	{ "host-data", KEY_HOST_DATA, "HEX[,HEX...]", 0, "The host's 32 bytes, one of these" },
	{ "report-data", KEY_REPORT_DATA, "HEX[,HEX...]", 0, "The guest's 64 bytes, one of these" },
	{ "data-file", KEY_DATA_FILE, "FILE", 0, "The same from a file of 64 bytes, which is a nonce" },
	{ "data-hash", KEY_DATA_HASH, "FILE[:sha512|:sha384|:sha256]", 0,
	  "The same: a digest of a file, SHA-512 if not said; zeros follow a shorter one" },
	{ "family-id", KEY_FAMILY_ID, "HEX[,HEX...]", 0, "Of the id block, one of these" },
	{ "image-id", KEY_IMAGE_ID, "HEX[,HEX...]", 0, "The same" },
	{ "id-key", KEY_ID_KEY, "HEX[,HEX...]", 0, "Digest of the id key, one of these" },
	{ "author-key", KEY_AUTHOR_KEY, "required|HEX[,HEX...]", 0,
	  "There is an author key; or its digest, one of these" },
	{ "chip-id", KEY_CHIP_ID, "HEX[,HEX...]", 0, "The chip, one of these" },
	{ "signing-key", KEY_SIGNING_KEY, "vcek|vlek", 0, "Which key signed" },
	{ 0 }
};

/* The rules that options are; those with a point at their end go on with the argument's words */
static const struct { int key; const char *rule; } rules[] = {
	{ KEY_MIN_TCB, "min_tcb." }, { KEY_MIN_VERSION, "min_version." },
	{ KEY_GUEST_POLICY, "guest_policy." }, { KEY_PLATFORM_INFO, "platform_info." },
	{ KEY_PROVISIONAL, "provisional_firmware" }, { KEY_VMPL, "vmpl" }, { KEY_MAX_VMPL, "max_vmpl" },
	{ KEY_MEASUREMENT, "measurement" }, { KEY_HOST_DATA, "host_data" },
	{ KEY_REPORT_DATA, "report_data" }, { KEY_FAMILY_ID, "family_id" }, { KEY_IMAGE_ID, "image_id" },
	{ KEY_ID_KEY, "id_key_digest" }, { KEY_AUTHOR_KEY, "author_key_digest" },
	{ KEY_CHIP_ID, "chip_id" }, { KEY_SIGNING_KEY, "signing_key" },
};

static const char *rule_of(int key)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].key == key)
			return rules[i].rule;
	return NULL;
}

/* --------------------------------------------------------------- options → rules */

static int wrong(struct sevadm_failure *failure, const char *rule, const char *text, const char *why)
{
	char safe[200], cut[48];

	snprintf(cut, sizeof(cut), "%s", text);
	snprintf(failure->message, sizeof(failure->message), "%.*s: '%s' %s", (int)strcspn(rule, "."), rule,
		 text_escape(cut, safe, sizeof(safe)), why);
	return -EINVAL;
}

/* Words of a command line have dashes, members of a file do not */
static void to_member(char *name)
{
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

/* "NAME=VALUE,NAME=VALUE", each below @prefix */
static int add_pairs(struct sevadm_report_policy *policy, const char *prefix, const char *text,
		     struct sevadm_failure *failure)
{
	_cleanup_free_ char *copy = strdup(text);
	char rule[128], *next = copy, *word;
	int ret = copy ? 0 : -ENOMEM;

	while (!ret && (word = strsep(&next, ","))) {
		char *value = strchr(word, '=');

		if (!value || value == word)
			return wrong(failure, prefix, word, "is not NAME=VALUE");
		*value++ = '\0';
		to_member(word);
		snprintf(rule, sizeof(rule), "%s%s", prefix, word);
		ret = sevadm_report_policy_add(policy, rule, value, FROM_OPTIONS, failure);
	}
	return ret;
}

/* "reported:snp=8" */
static int add_tcb(struct sevadm_report_policy *policy, const char *text,
		   struct sevadm_failure *failure)
{
	const char *colon = strchr(text, ':');
	char prefix[64];

	if (!colon || colon == text || colon - text > 20)
		return wrong(failure, "min_tcb", text, "does not begin with current:, reported:, committed: "
			     "or launch:");
	snprintf(prefix, sizeof(prefix), "min_tcb.%.*s.", (int)(colon - text), text);
	return add_pairs(policy, prefix, colon + 1, failure);
}

static int add_option(struct sevadm_report_policy *policy, int key, const char *arg,
		      struct sevadm_failure *failure)
{
	const char *rule = rule_of(key);

	if (key == KEY_MIN_TCB)
		return add_tcb(policy, arg, failure);
	if (rule[strlen(rule) - 1] == '.')
		return add_pairs(policy, rule, arg, failure);
	if (key == KEY_AUTHOR_KEY && !strcmp(arg, "required"))
		rule = "author_key";
	return sevadm_report_policy_add(policy, rule, arg, FROM_OPTIONS, failure);
}

/* Tried at once, so that what is wrong is a mistake in the command line */
static void try_option(int key, const char *arg, struct argp_state *state)
{
	struct sevadm_report_policy *policy;
	struct sevadm_failure failure = { .message = "no memory" };
	int ret = sevadm_report_policy_new(&policy);

	if (!ret)
		ret = add_option(policy, key, arg, &failure);
	sevadm_report_policy_free(policy);
	if (ret)
		argp_error(state, "%s", failure.message);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report_policy_options *o = state->input;

	if (key == KEY_FILE) {
		if (o->file)
			argp_error(state, "one policy file at a time");
		o->file = arg;
		return 0;
	}
	if (key == KEY_DATA_FILE || key == KEY_DATA_HASH) {
		if (o->data_file || o->data_hash)
			argp_error(state, "one of --data-file and --data-hash, and once");
		*(key == KEY_DATA_FILE ? &o->data_file : &o->data_hash) = arg;
		return 0;
	}
	if (!rule_of(key))
		return ARGP_ERR_UNKNOWN;
	if (o->nr == POLICY_OPTIONS)
		argp_error(state, "no more than %d options with rules; a policy file has room for all",
			   POLICY_OPTIONS);
	try_option(key, arg, state);
	o->rule[o->nr].key = key;
	o->rule[o->nr++].arg = arg;
	return 0;
}

const struct argp report_policy_argp = { .options = options, .parser = parse };

/* ------------------------------------------------------------------- the policy */

/* In hexadecimal, as it would stand behind --report-data */
static int load_data(struct cli *cli, struct report_policy *p)
{
	const struct report_policy_options *o = p->options;
	uint8_t data[SEVADM_REPORT_DATA_SIZE];
	int code;

	if (!o->data_file && !o->data_hash)
		return 0;
	code = o->data_file ? report_data_file(cli, o->data_file, data) :
			      report_data_digest(cli, o->data_hash, data);
	for (size_t i = 0; i < sizeof(data) && !code; i++)
		snprintf(p->data + 2 * i, 3, "%02x", data[i]);
	return code;
}

int report_policy_load(struct cli *cli, struct report_policy *p)
{
	const char *file = p->options->file;
	char name[512];
	int ret = file ? file_read_all(file, FILE_SIZE_MAX, &p->json, &p->size) : 0;

	if (!ret)
		return load_data(cli, p);
	return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
			    "read %s: %s (%s)", text_escape(file, name, sizeof(name)), strerror(-ret),
			    strerrorname_np(-ret));
}

int report_policy_take(struct cli *cli, struct report_policy *p)
{
	const struct report_policy_options *o = p->options;
	struct sevadm_failure failure = { .kind = SEVADM_FAILED, .status = SEVADM_NO_FW_CALL,
					  .message = "no memory" };
	int ret = sevadm_report_policy_new(&p->policy);

	for (size_t i = 0; i < o->nr && !ret; i++)
		ret = add_option(p->policy, o->rule[i].key, o->rule[i].arg, &failure);
	if (!ret && p->data[0])
		ret = sevadm_report_policy_add(p->policy, "report_data", p->data, FROM_OPTIONS, &failure);
	if (!ret && o->file)
		ret = sevadm_report_policy_read(p->policy, p->json, p->size, o->file, &failure);
	return ret ? report_failure(cli, &failure) : 0;
}

void report_policy_free(struct report_policy *p)
{
	sevadm_report_policy_free(p->policy);
	free(p->json);
	p->policy = NULL;
	p->json = NULL;
}

/* ---------------------------------------------------------------------- showing */

/* Of long values people get the beginning */
#define SHORT	40

struct rule_view {
	const char *rule, *wanted, *found, *verdict;
	char from[300], short_wanted[SHORT + 4], short_found[SHORT + 4];
};

static const struct out_row rule_rows[] = {
	OUT_ROW(struct rule_view, "rule", "RULE", OUT_STRING, rule),
	OUT_ROW(struct rule_view, "verdict", "VERDICT", OUT_STRING, verdict),
	OUT_ROW(struct rule_view, "wanted", NULL, OUT_STRING, wanted),
	OUT_TEXT_ROW(struct rule_view, "WANTED", OUT_CHARS, short_wanted),
	OUT_ROW(struct rule_view, "found", NULL, OUT_STRING, found),
	OUT_TEXT_ROW(struct rule_view, "FOUND", OUT_CHARS, short_found),
	OUT_ROW(struct rule_view, "from", "WANTED BY", OUT_CHARS, from),
	OUT_END
};

static void shorten(const char *text, char *out)
{
	snprintf(out, SHORT + 4, "%.*s%s", strlen(text) > SHORT ? SHORT : SHORT + 3, text,
		 strlen(text) > SHORT ? "..." : "");
}

void report_policy_show(struct out *out, const struct sevadm_report_rule *rules_, size_t nr)
{
	out_list(out, "rules", out_mode(out) == OUT_TEXT ? "Rules" : NULL, rule_rows);
	for (size_t i = 0; i < nr; i++) {
		struct rule_view view = {
			.rule = rules_[i].name, .wanted = rules_[i].wanted, .found = rules_[i].found,
			.verdict = rules_[i].holds ? "PASS" : "FAIL",
		};

		shorten(view.wanted, view.short_wanted);
		shorten(view.found, view.short_found);
		text_escape(rules_[i].from, view.from, sizeof(view.from));
		out_list_item(out, &view);
	}
	out_list_end(out);
}

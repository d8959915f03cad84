// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options that every command knows, before or after its name.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "lib/util/text.h"

enum {
	KEY_DEVICE = 0x100, KEY_JSON, KEY_PORCELAIN, KEY_COLOR, KEY_YES, KEY_DRY_RUN,
	KEY_LOG,
	KEY_WAIT, KEY_FAULT, KEY_RECORD, KEY_RECORD_SECRETS,
};

static const struct argp_option options[] = {
	{ "device", KEY_DEVICE, "kernel|sim:FILE|sim-guest:ID:FILE|replay:FILE", 0,
	  "Work on this host (default), on a simulated one, inside of a guest of such a one, or on "
	  "what was recorded", 10 },
	{ "json", KEY_JSON, NULL, 0, "Print one JSON object", 10 },
	{ "porcelain", KEY_PORCELAIN, NULL, 0, "Print lines with tabs, for scripts", 10 },
	{ "quiet", 'q', NULL, 0, "No progress", 10 },
	{ "verbose", 'v', NULL, 0,
	  "Each step a line of progress, WBINVD by core complex, twice: by CPU; the steps of "
	  "commands that only ask", 10 },
	{ "color", KEY_COLOR, "auto|always|never", 0, "Colour in text", 10 },
	{ "yes", KEY_YES, NULL, 0, "Do not ask before something is lost", 10 },
	{ "wait", KEY_WAIT, "SECONDS", OPTION_ARG_OPTIONAL,
	  "Wait while another sevadm is at work, SECONDS at most", 10 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "Change nothing, print the plan", 10 },
	{ "fault", KEY_FAULT, "SPEC", 0,
	  "Put an answer in on a simulated host: COMMAND[#N]:status=S|errno=E|delay=T|hang", 10 },
	{ "log", KEY_LOG, "journal|syslog|FILE", 0, "Leave a record of what is changed", 10 },
	{ "record", KEY_RECORD, "FILE", 0,
	  "Write down in FILE, a new one, all that is asked of the host and what it answers", 10 },
	{ "record-secrets", KEY_RECORD_SECRETS, NULL, 0, "With what may be secret in it", 10 },
	{ 0 }
};

static int parse_color(const char *arg, struct argp_state *state)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(arg, names[i]))
			return i;
	argp_error(state, "--color takes auto, always or never, not '%s'", arg);
	return 0;
}

static enum out_mode mode_of(int key)
{
	return key == KEY_JSON ? OUT_JSON : OUT_PORCELAIN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct cli *cli = state->input;
	struct sevadm_failure failure;
	uint64_t seconds = 86400 * 365;		/* as good as for ever */

	switch (key) {
	case KEY_DEVICE:
		cli->device = arg;
		break;
	case KEY_JSON:
	case KEY_PORCELAIN:
		if (cli->mode != OUT_TEXT && cli->mode != mode_of(key))
			argp_error(state, "say --json or --porcelain, not both");
		cli->mode = mode_of(key);
		break;
	case 'q':
		cli->quiet = true;
		break;
	case 'v':
		cli->verbose++;
		break;
	case KEY_COLOR:
		cli->color = parse_color(arg, state);
		break;
	case KEY_YES:
		cli->yes = true;
		break;
	case KEY_WAIT:
		if (arg && (text_u64(arg, 86400 * 365, &seconds) || !seconds))
			argp_error(state, "--wait takes seconds from 1, not '%s'", arg);
		cli->wait_seconds = (unsigned int)seconds;
		break;
	case KEY_FAULT:
		if (fault_take(cli, arg, &failure))
			argp_error(state, "--fault: %s", failure.message);
		break;
	case KEY_DRY_RUN:
		cli->dry_run = true;
		break;
	case KEY_LOG:
		if (!*arg)
			argp_error(state, "--log takes journal, syslog or a file");
		cli->log_to = arg;
		break;
	case KEY_RECORD:
		if (!*arg)
			argp_error(state, "--record takes a file");
		cli->record_to = arg;
		break;
	case KEY_RECORD_SECRETS:
		cli->record_secrets = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp global_argp = { .options = options, .parser = parse };

bool options_simulated(const struct cli *cli)
{
	return !strncmp(cli->device, "sim:", 4) || !strncmp(cli->device, "sim-guest:", 10) ||
	       !strncmp(cli->device, "replay:", 7);
}

const char *options_whose(const struct cli *cli, char *text, size_t size)
{
	bool replay = !strncmp(cli->device, "replay:", 7);
	bool guest = !strncmp(cli->device, "sim-guest:", 10);

	text[0] = '\0';
	if (options_simulated(cli))
		snprintf(text, size, "%s %s", replay ? "Replayed recording" :
			 guest ? "Simulated guest" : "Simulated host", strchr(cli->device, ':') + 1);
	return text;
}

/* What a command has of its own, and of those that it builds upon */
static size_t own_lists(const struct argp *own, const struct argp_option **lists, size_t max)
{
	size_t n = 0;

	if (!own || !max)
		return 0;
	lists[n++] = own->options;
	for (const struct argp_child *c = own->children; c && c->argp; c++)
		n += own_lists(c->argp, lists + n, max - n);
	return n;
}

static bool known(const struct argp_option *opts, const char *name, size_t len)
{
	for (; opts && (opts->name || opts->key || opts->doc); opts++)
		if (opts->name && strlen(opts->name) == len && !strncmp(opts->name, name, len))
			return true;
	return false;
}

static bool prefix_of_any(const struct argp_option *opts, const char *name, size_t len)
{
	for (; opts && (opts->name || opts->key || opts->doc); opts++)
		if (opts->name && !strncmp(opts->name, name, len))
			return true;
	return false;
}

/* "--device FILE": its argument is the next word */
static bool takes_next(const char *arg)
{
	for (const struct argp_option *o = options; o->name; o++)
		if (o->arg && !(o->flags & OPTION_ARG_OPTIONAL) && !strcmp(arg + 2, o->name))
			return true;
	return false;
}

int options_head_length(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-' && strcmp(argv[i], "--"); i++)
		if (!strncmp(argv[i], "--", 2) && takes_next(argv[i]))
			i++;
	return i < argc ? i : argc;
}

void options_refuse_abbreviations(const char *program, int argc, char **argv,
				  const struct argp *own)
{
	static const struct argp_option built_in[] = {
		{ .name = "help" }, { .name = "usage" }, { .name = "version" },
		{ .name = "program-name" }, { .name = "HANG" }, { 0 }
	};
	const struct argp_option *lists[8] = { options, built_in };
	size_t nr = 2 + own_lists(own, lists + 2, sizeof(lists) / sizeof(lists[0]) - 2);

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		const char *name = argv[i] + 2;
		size_t len = strcspn(argv[i], "=");
		bool ok = false, prefix = false;

		if (strncmp(argv[i], "--", 2))
			continue;
		len -= 2;
		for (size_t j = 0; j < nr; j++) {
			ok |= known(lists[j], name, len);
			prefix |= prefix_of_any(lists[j], name, len);
		}
		/* what is no prefix either is argp's to complain about */
		if (ok || !prefix)
			continue;
		fprintf(stderr, "%s: option '--%.*s' is abbreviated: spell it out\n", program,
			(int)len, name);
		exit(SEVADM_USAGE);
	}
}

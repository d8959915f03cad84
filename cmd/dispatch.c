// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the words of a command line to a command's exit code: of the program's own
 * line, and of each line of a shell or a script.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/session.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

struct head {
	struct cli *cli;
	int at;			/* index of the command's name */
};

struct tail {
	struct cli *cli;
	void *options;
};

static error_t parse_head(int key, char *arg, struct argp_state *state)
{
	struct head *head = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = head->cli;
		return 0;
	case ARGP_KEY_ARG:
		/* the command's name: what follows is its own to parse */
		head->at = state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name a command; --help lists them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_tail(int key, char *arg, struct argp_state *state)
{
	struct tail *tail = state->input;

	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = tail->options;
	state->child_inputs[1] = tail->cli;
	return 0;
}

/* The list of commands below the options in --help */
static char *help_commands(int key, const char *text, void *input)
{
	char *list = NULL;
	size_t size;
	FILE *f;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	f = open_memstream(&list, &size);
	if (!f)
		return NULL;
	fputs("Commands:\n", f);
	for (const struct command *const *c = commands; *c; c++)
		if (!((*c)->flags & CMD_HIDDEN))
			fprintf(f, "  %-16s %s\n", (*c)->name, (*c)->summary);
	fputs("\nExit codes: 0 done, 1 failure, 2 the answer is no, 3 permission, 4 device or "
	      "feature absent, 5 busy, 6 firmware refused, 64 usage.", f);
	fclose(f);
	return list;
}

/* @word begins the names of two words, of which one is wanted; or it begins none */
static void complain_unknown(const char *word)
{
	const char *before = "say ";
	size_t len = strlen(word);
	char text[256];

	for (const struct command *const *c = commands; *c; c++) {
		if (strncmp((*c)->name, word, len) || (*c)->name[len] != ' ')
			continue;
		fprintf(stderr, "%s%s", *before == 's' ? "sevadm: say " : before, (*c)->name);
		before = " or ";
	}
	if (*before == ' ')
		fputc('\n', stderr);
	else
		fprintf(stderr, "sevadm: there is no command '%s'; --help lists them\n",
			text_escape(word, text, sizeof(text)));
}

static int find_command(struct cli *cli, int argc, char **argv)
{
	static const struct argp_child children[] = { { .argp = &global_argp }, { 0 } };
	static const struct argp argp = {
		.parser = parse_head, .args_doc = "COMMAND [OPTION...]",
		.doc = "Operate AMD SEV and SEV-SNP firmware.\v-", .children = children,
		.help_filter = help_commands,
	};
	struct head head = { .cli = cli };
	int used = 0;

	/* getopt() complains in the name of argv[0] */
	argv[0] = program_invocation_short_name;
	/* first: argp would answer "--hel" and be gone */
	options_refuse_abbreviations("sevadm", options_head_length(argc, argv), argv, NULL);
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &head))
		exit(SEVADM_FAILED);
	cli->command = command_by_words(argv + head.at, argc - head.at, &used);
	if (!cli->command) {
		complain_unknown(argv[head.at]);
		exit(SEVADM_USAGE);
	}
	return head.at + used - 1;
}

static void parse_command(struct cli *cli, void *options, int argc, char **argv)
{
	const struct argp_child children[] = {
		{ .argp = cli->command->argp }, { .argp = &global_argp }, { 0 }
	};
	const struct argp argp = { .parser = parse_tail, .children = children };
	struct tail tail = { .cli = cli, .options = options };
	char name[64];

	snprintf(name, sizeof(name), "sevadm %s", cli->command->name);
	argv[0] = name;
	options_refuse_abbreviations(name, argc, argv, cli->command->argp);
	if (argp_parse(&argp, argc, argv, 0, NULL, &tail))
		exit(SEVADM_FAILED);
}

/* A form of the result that the command's own options name: not one beside another */
static void choose_mode(struct cli *cli, const void *options)
{
	const struct command *command = cli->command;
	enum out_mode wanted;

	if (!command->mode_of || !command->mode_of(options, &wanted))
		return;
	if (cli->mode != OUT_TEXT && cli->mode != wanted) {
		fprintf(stderr, "sevadm %s: two forms of the result at once\n", command->name);
		exit(SEVADM_USAGE);
	}
	cli->mode = wanted;
}

/* Before anything is opened: may this be done at all? */
static int check_flags(struct cli *cli, unsigned int flags)
{
	bool lost = flags & CMD_DESTRUCTIVE, reboots = flags & CMD_REBOOTS;
	char what[96];
	int ret = fault_allowed(cli);

	if (ret)
		return ret;

	if (cli->dry_run && !(flags & CMD_DRY_RUN))
		return report_error(cli, SEVADM_USAGE, NULL, "this command knows no "
				    "--dry-run");
	if (cli->record_to && flags & CMD_OFFLINE && !(flags & CMD_ONLINE))
		return report_error(cli, SEVADM_USAGE, NULL, "this command opens no host: there is "
				    "nothing to --record");
	if (cli->record_secrets && !cli->record_to)
		return report_error(cli, SEVADM_USAGE, NULL, "--record-secrets goes with --record");
	if (flags & (CMD_WRITE | CMD_ALTERS) && !cli->dry_run && cli->session &&
	    cli->session->read_only)
		return report_error(cli, SEVADM_USAGE, NULL, "only commands that change nothing are "
				    "carried out here");
	if (cli->wait_seconds && !(flags & CMD_EXCLUSIVE))
		return report_error(cli, SEVADM_USAGE, NULL, "this command waits for nobody: no "
				    "--wait");
	if ((!lost && !reboots && !(flags & CMD_CONFIRMS)) || cli->yes || cli->dry_run)
		return 0;
	if (!confirm_can_ask())
		return report_error(cli, SEVADM_USAGE, "Say --yes if that is what you want.", lost ?
				    "guests would be lost, and there is nobody to ask" : reboots ?
				    "this kernel would end, and there is nobody to ask" :
				    "the firmware's state would change, and there is nobody to ask");
	/* what it is about is not known yet: it asks by itself */
	if (!lost && !reboots)
		return 0;
	snprintf(what, sizeof(what), "%s%s%s", lost ? "guests will be lost" : "",
		 lost && reboots ? ", and " : "",
		 reboots ? "this host will go to another kernel" : "");
	if (confirm(cli, what))
		return 0;
	return report_error(cli, SEVADM_FAILED, NULL, "not confirmed, nothing was done");
}

static void waiting(void *arg, const char *holder)
{
	const struct cli *cli = arg;

	if (!cli->quiet)
		fprintf(stderr, "%s: waiting for %s\n", cli->command->name, holder);
}

static int open_host(struct cli *cli, unsigned int flags)
{
	unsigned int keep = (flags & (CMD_WRITE | CMD_REOPEN) ? SEVADM_KEEP_SYS_ADMIN : 0) |
			    (flags & CMD_KILL ? SEVADM_KEEP_KILL : 0) |
			    (flags & CMD_BOOT ? SEVADM_KEEP_BOOT : 0) |
			    (flags & CMD_MODULE ? SEVADM_KEEP_MODULE : 0) |
			    (flags & CMD_RAWIO ? SEVADM_KEEP_RAWIO : 0) |
			    (flags & CMD_RESURVEY ? SEVADM_KEEP_PTRACE : 0);
	bool change = !cli->dry_run && flags & CMD_WRITE;
	int ret = 0;

	if (flags & CMD_SESSION)
		return 0;
	if (!(flags & CMD_OFFLINE) || flags & CMD_ONLINE) {
		cli->adm = flags & CMD_REOPEN ? NULL :
			   session_has(cli->session, cli->device, change);
		if (!cli->adm)
			ret = sevadm_open(&cli->adm, cli->device,
					  (change ? SEVADM_WRITE : 0) |
					  (flags & CMD_REOPEN ? SEVADM_INTERRUPTIBLE : 0));
		if (!ret)
			ret = fault_put_in(cli, cli->adm);
		if (!ret)
			ret = record_begin(cli, cli->adm);
		if (!ret && !cli->dry_run && flags & CMD_EXCLUSIVE)
			ret = sevadm_lock(cli->adm, cli->line, cli->wait_seconds, waiting, cli);
		if (!ret && flags & CMD_STOCK && sevadm_is_stock(cli->adm))
			keep |= SEVADM_KEEP_MODULE;
		if (!ret && flags & CMD_SURVEY)
			ret = sevadm_survey(cli->adm);
		if (!ret)
			ret = sevadm_drop_privileges(cli->adm, keep);
	}
	return ret ? report_failure(cli, sevadm_failure(cli->adm)) : 0;
}

/* @stopped_by: the signal that ended it before it was done, else 0 */
static int run(struct cli *cli, const void *options, int *stopped_by)
{
	const struct command *command = cli->command;
	unsigned int flags = command->flags | (command->flags_of ? command->flags_of(options) : 0);
	int ret;

	cli->flags = flags;
	if (cli->outcome)
		cli->outcome->changes = flags & CMD_WRITE && !cli->dry_run;
	cli->dry_run |= flags & CMD_PLAN_ONLY;
	/* in text it is theirs to say, in a form that fits to what follows */
	if (!(flags & CMD_SESSION) || cli->mode != OUT_TEXT)
		report_head(cli);
	ret = check_flags(cli, flags);
	if (!ret)
		ret = log_start(cli, flags & CMD_WRITE && !cli->dry_run);
	if (!ret)
		ret = open_host(cli, flags);
	if (ret && cli->adm)
		log_end(cli, NULL, sevadm_failure(cli->adm));
	if (!ret)
		ret = command->run(cli, options);
	fault_report(cli, cli->adm);
	log_close(cli);
	ret = record_end(cli, cli->adm, ret);
	*stopped_by = cli->adm && sevadm_failure(cli->adm)->err == ECANCELED ? progress_signal() :
		      cli->stopped_by;
	sevadm_close(cli->adm);
	return ret;
}

static bool want_color(const struct cli *cli)
{
	const char *no = getenv("NO_COLOR");

	if (cli->color != COLOR_AUTO)
		return cli->color == COLOR_ALWAYS;
	return !(no && no[0]) && isatty(STDOUT_FILENO);
}

static void keep_line(struct cli *cli, int argc, char **argv)
{
	size_t used = 0;

	for (int i = 1; i < argc && used < sizeof(cli->line); i++)
		used += (size_t)snprintf(cli->line + used, sizeof(cli->line) - used, "%s%s",
					 i > 1 ? " " : "", argv[i]);
}


int dispatch(struct cli *cli, int argc, char **argv)
{
	_cleanup_free_ char **words = calloc((size_t)argc + 1, sizeof(*words));
	_cleanup_free_ void *options = NULL;
	int at, ret, stopped_by = 0;

	if (!words)
		return SEVADM_FAILED;
	/* argp sorts argv, and we put names into it */
	cli->nr_words = argc;
	cli->words = memcpy(words, argv, (size_t)argc * sizeof(*words));
	keep_line(cli, argc, argv);
	usage_hold(cli, argc, argv);
	at = find_command(cli, argc, argv);
	options = calloc(1, cli->command->options_size + 1);
	if (!options)
		return SEVADM_FAILED;
	parse_command(cli, options, argc - at, argv + at);
	choose_mode(cli, options);
	usage_release();
	if (cli->parse_only)
		return SEVADM_DONE;
	cli->out = out_new(cli->mode, want_color(cli));
	if (!cli->out)
		return SEVADM_FAILED;
	ret = run(cli, options, &stopped_by);
	if (out_finish(cli->out))
		ret = ret ? ret : SEVADM_FAILED;
	if (stopped_by) {
		/* end as the signal would have ended us, so that a shell sees it */
		signal(stopped_by, SIG_DFL);
		raise(stopped_by);
	}
	return ret;
}

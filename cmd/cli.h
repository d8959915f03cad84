/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_CLI_H
#define CMD_CLI_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "cmd/out/graph.h"
#include "cmd/out/out.h"
#include "sevadm.h"

struct command;
struct log;
struct outcome;
struct session;

/**
 * struct cli - the invocation
 * @words:	the command line as it was given
 * @log_to:	"journal", "syslog" or a file, NULL for no log
 * @record_to:	file of --record, or NULL
 * @run:	what is being done, where this kernel can end before it is told; or NULL
 * @log:	where records go, NULL before log_start()
 * @wait_seconds: for another sevadm that is at work
 * @faults:	of --fault, as they were given
 * @line:	the command line without the program's name, cut where it is long
 * @reported:	what @command did is in the result; only how it ended is not
 * @flags:	CMD_* of the command, with those that follow from its options
 * @adm:	open handle, NULL where it opens no host
 * @out:	where the result goes
 * @session:	that the command is one of many in, or NULL
 * @outcome:	where it tells how it ended, NULL without a session
 * @parse_only:	its line is looked at, and no more
 * @stopped_by:	of a session: the signal that ended it before it was done, or 0
 * @status:	the last that the firmware answered, once @has_status
 */
struct cli {
	const struct command *command;
	const char *device;
	enum out_mode mode;
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	bool quiet, yes, dry_run;
	char **words;
	int nr_words;
	const char *log_to, *record_to;
	bool record_secrets;
	struct log *log;
	unsigned int verbose, wait_seconds;
	const char *faults[16];
	size_t nr_faults;
	char line[256];
	const struct sevadm_run *run;
	bool reported;
	unsigned int flags;
	struct sevadm *adm;
	struct out *out;
	struct session *session;
	struct outcome *outcome;
	uint32_t status;
	bool has_status, parse_only;
	int stopped_by;
};

/* What a command can do and needs; checked before anything is opened */
#define CMD_DRY_RUN	(1U << 0)	/* knows --dry-run */
#define CMD_DESTRUCTIVE	(1U << 1)	/* asks, or wants --yes */
#define CMD_WRITE	(1U << 2)	/* opens the devices for writing */
#define CMD_SURVEY	(1U << 3)	/* looks into other processes */
#define CMD_KILL	(1U << 4)	/* signals other users' processes */
#define CMD_OFFLINE	(1U << 5)	/* opens no device */
#define CMD_EXCLUSIVE	(1U << 7)	/* one at a time on a host */
#define CMD_SIMULATED	(1U << 6)	/* about a simulated host all the same */
#define CMD_REBOOTS	(1U << 8)	/* this kernel ends: asks, or wants --yes */
#define CMD_BOOT	(1U << 9)	/* loads a kernel, or goes to it */
#define CMD_MODULE	(1U << 11)	/* takes kvm_amd out, or puts it in */
#define CMD_STOCK	(1U << 12)	/* the same, without the companion patch only */
#define CMD_RESURVEY	(1U << 10)	/* looks into other processes when it has acted, too */
#define CMD_PLAN_ONLY	(1U << 13)	/* what was asked for implies --dry-run */
#define CMD_ONLINE	(1U << 14)	/* opens the host, in spite of CMD_OFFLINE */
#define CMD_SESSION	(1U << 15)	/* opens it by itself, for commands to come */
#define CMD_LIVE	(1U << 16)	/* prints while it goes on: no pager waits for its end */
#define CMD_ALTERS	(1U << 19)	/* opens no host, and changes files or simulated ones */
#define CMD_REOPEN	(1U << 18)	/* opens the devices for reading again and again */
#define CMD_CONFIRMS	(1U << 20)	/* shows what it would change and asks then, or wants --yes */
#define CMD_RAWIO	(1U << 21)	/* reads registers of the processor */
#define CMD_HIDDEN	(1U << 17)	/* for programs: not in the list of --help */

/**
 * struct arg_words - more about what an option or an argument takes than --help has room for
 * @of:		a type, which is a name in capitals in the text of an option or in args_doc; or
 *		"--option", whose text is replaced
 * @words:	what can stand there, in the manner of those texts: see cmd/complete_value.c
 */
struct arg_words {
	const char *of, *words;
};

/* What @words has about @name, or NULL */
const char *arg_words_find(const struct arg_words *words, const char *name, size_t len);

/**
 * struct command - one entry of the table
 * @name:	one word, or two
 * @summary:	for the list in --help
 * @argp:	its own options and arguments; the input is its options struct
 * @options_size: of that struct, zeroed before parsing
 * @flags:	CMD_*
 * @flags_of:	further flags that follow from the options, or NULL
 * @words:	for completion, ended by one without @of; or NULL
 * @mode_of:	the form of the result that its options ask for, true if they do; or NULL
 * @run:	does it; returns the exit code, having reported a failure
 * @sequence:	what it does with a host, for `sim step` to stop in between; or NULL
 */
struct command {
	const char *name, *summary;
	const struct argp *argp;
	size_t options_size;
	unsigned int flags;
	const struct arg_words *words;
	unsigned int (*flags_of)(const void *options);
	bool (*mode_of)(const void *options, enum out_mode *mode);
	int (*run)(struct cli *cli, const void *options);
	int (*sequence)(struct sevadm *adm, const void *options, struct sevadm_run *run);
};

/* Sorted by name, ended by NULL */
extern const struct command *const commands[];

const struct command *command_by_words(char **words, int nr, int *used);
/* Does this line, without the program's name, print while it goes on? */
bool command_is_live(char *const *words, size_t nr);

/* ---- dispatch.c */

/**
 * dispatch - carry a command line out
 * @cli:	what holds for it before its own options are looked at
 * @argc, @argv: the line, the program's name first; argv is written to
 * Return: the exit code.  Exits by itself where argp answers, or complains
 */
int dispatch(struct cli *cli, int argc, char **argv);

/* ---- confirm.c */

/* Is there somebody who can be asked? */
bool confirm_can_ask(void);
/* Ask, unless --yes or --dry-run said it: @question is a sentence without a full stop */
bool confirm(struct cli *cli, const char *question);
/* The end of a CMD_CONFIRMS that was not confirmed: exit code; frees @run */
int confirm_declined(struct cli *cli, struct sevadm_run *run);

/* ---- options.c */

extern const struct argp global_argp;
/* How many words come before the command's name, the program's own among them */
int options_head_length(int argc, char **argv);
/* argp takes "--ye" for "--yes"; we do not: exits with 64 if one is abbreviated */
void options_refuse_abbreviations(const char *program, int argc, char **argv,
				  const struct argp *own);

/* Nothing real is meant: a simulated host, or a recording */
bool options_simulated(const struct cli *cli);
/* "Simulated host FILE", "Replayed recording FILE"; empty for this host */
const char *options_whose(const struct cli *cli, char *text, size_t size);

/* ---- record.c */

/* What was asked for by --record: 0, or -errno with the failure in @adm */
int record_begin(struct cli *cli, struct sevadm *adm);
/* What there is to say of recording and replay when all is done: the exit code then */
int record_end(struct cli *cli, struct sevadm *adm, int exit_code);

/* ---- report.c */

/* The failure of the library on stderr and, with --json, in the result: its exit code */
int report_failure(struct cli *cli, const struct sevadm_failure *failure);
/* A failure of the program's own: the same */
__attribute__((format(printf, 4, 5)))
int report_error(struct cli *cli, enum sevadm_class class, const char *remedy,
		 const char *format, ...);
void report_warning(struct cli *cli, const char *text);
/* It went well: the result's last member, and the exit code */
int report_done(struct cli *cli, const char *message);
/* It went well, and the answer is no */
int report_no(struct cli *cli, const char *message);
/* The result of a record of the log: @failure NULL if it went well */
void report_log_end(struct out *out, const struct sevadm_failure *failure, const char *message);
/* The result of one of many that are told one after the other: it was done, and came out so */
void report_result(struct out *out, enum sevadm_class exit_code, const char *message);
/* What every JSON result starts with */
void report_head(struct cli *cli);
void report_host(struct cli *cli, const struct sevadm_host *host);

/* A mistake in the command line as the one object of --json; @command and @remedy may be NULL */
void report_usage(const char *command, const char *message, const char *remedy);

/* ---- usage.c */

/* With --json complaints about the command line go into the result, too, until released */
void usage_hold(const struct cli *cli, int argc, char **argv);
void usage_release(void);

/* ---- plan.c */

/* --plan=FORM of a command that has a plan: nothing is done then, as with --dry-run */
enum plan_form { PLAN_NONE, PLAN_TEXT, PLAN_JSON, PLAN_DOT, PLAN_MERMAID };
/* The option; its input is an enum plan_form */
extern const struct argp plan_argp;
/* For mode_of() of struct command */
bool plan_mode(enum plan_form form, enum out_mode *mode);
/* Where the form is a graph: one that was made is shown, though it may not be carried out */
void plan_show(struct cli *cli, enum plan_form form, const struct sevadm_run *run, int ret);

/* Plan and order as members of the result */
void plan_members(struct cli *cli, const struct sevadm_run *run);

/* ---- fault.c */

/* One more --fault: 0, or what is wrong with it in @failure */
int fault_take(struct cli *cli, const char *spec, struct sevadm_failure *failure);
/* Before anything is opened: may there be faults?  Exit code */
int fault_allowed(struct cli *cli);
/* They are put into the open host: 0 or -errno */
int fault_put_in(struct cli *cli, struct sevadm *adm);
/* What became of those of @adm, of which the last may be ours: the last that a command shows */
void fault_report(struct cli *cli, struct sevadm *adm);
/* What is said of a host that has any, ours or the session's; or nothing */
const char *fault_text(const struct cli *cli);

/* ---- run.c */

/* Host, plan, steps, warnings: what every command shows that issued firmware commands */
void run_members(struct cli *cli, const struct sevadm_run *run);
/* The same and the end of a command that acts on the firmware; frees @run */
int run_report(struct cli *cli, struct sevadm_run *run, int ret);
/* Nothing at all, because it failed before it began: the result has its shape all the same */
void run_report_nothing(struct cli *cli);

/* ---- teardown.c */

/* Options of a teardown, for commands of which it is a part; struct sevadm_teardown_options */
extern const struct argp teardown_argp;
/* The steps as the log has them: CPUs that went well in one */
void run_log_steps(struct out *out, const struct sevadm_run *run);
/* One of them, from @i on; returns the last that is in it */
size_t run_log_step(struct out *out, const struct sevadm_run *run, size_t i);

/* ---- status.c */

void status_show_driver(struct cli *cli, const struct sevadm_driver *driver);

/* ---- metrics.c */

/* A status as metrics, to be freed; @ok: all that was asked has answered.  NULL: no memory */
char *metrics_text(const struct cli *cli, const struct sevadm_status *status, bool ok);

/* ---- log.c */

/* Before anything is opened or changed; @changes: there will be something to log.  Exit code */
int log_start(struct cli *cli, bool changes);
/* What was done so far: this kernel may end before log_end() */
void log_leave(struct cli *cli);
/* What was done, once; @failure NULL if it went well.  0, or -errno, which was warned of */
int log_end(struct cli *cli, const struct sevadm_run *run, const struct sevadm_failure *failure);
void log_close(struct cli *cli);

/* ---- progress.c */

void progress_start(struct cli *cli);
void progress_end(struct cli *cli);
/* The signal that asked us to stop, or 0 */
int progress_signal(void);

#endif

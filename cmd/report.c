// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/session.h"

struct end {
	bool done;
	int32_t exit, err;
	const char *message, *remedy, *error;
	bool has_status;
	uint32_t status;
	const char *status_name;
	bool has_ext, has_signal;
	uint64_t fw_ext;
	int32_t signal;
};

static const struct out_row end_rows[] = {
	OUT_ROW(struct end, "done", NULL, OUT_BOOL, done),
	OUT_ROW(struct end, "exit", NULL, OUT_I32, exit),
	OUT_ROW(struct end, "message", NULL, OUT_STRING, message),
	OUT_ROW(struct end, "remedy", NULL, OUT_STRING, remedy),
	OUT_ROW(struct end, "errno", NULL, OUT_I32, err),
	OUT_ROW(struct end, "errno_name", NULL, OUT_STRING, error),
	OUT_ROW_WHEN(struct end, "status", NULL, OUT_STATUS, status, has_status),
	OUT_ROW(struct end, "status_name", NULL, OUT_STRING, status_name),
	OUT_ROW_WHEN(struct end, "fw_ext", NULL, OUT_HEX64, fw_ext, has_ext),
	OUT_ROW_WHEN(struct end, "signal", NULL, OUT_I32, signal, has_signal),
	OUT_END
};

static const struct out_row host_rows[] = {
	OUT_ROW(struct sevadm_host, "kernel", "Kernel", OUT_CHARS, kernel),
	OUT_ROW(struct sevadm_host, "cpus_present", "CPUs present", OUT_CHARS, cpus_present),
	OUT_ROW(struct sevadm_host, "cpus_online", "CPUs online", OUT_CHARS, cpus_online),
	OUT_ROW(struct sevadm_host, "cpus_offline", "CPUs offline", OUT_CHARS, cpus_offline),
	OUT_ROW(struct sevadm_host, "sev_debug", "/dev/sev-debug", OUT_BOOL, patch),
	OUT_END
};

void report_head(struct cli *cli)
{
	bool offline = cli->flags & CMD_OFFLINE && !(cli->flags & CMD_ONLINE);
	bool simulated = offline ? cli->flags & CMD_SIMULATED : options_simulated(cli);
	char whose[4200];

	out_number(cli->out, "schema", 1);
	out_string(cli->out, "command", cli->command->name);
	if (!offline || simulated)
		out_bool(cli->out, "simulated", simulated);
	if (!offline && !strncmp(cli->device, "replay:", 7))
		out_bool(cli->out, "replay", true);
	if (!offline && simulated)
		out_text(cli->out, "%s%s", options_whose(cli, whose, sizeof(whose)),
			 fault_text(cli));
}

void report_host(struct cli *cli, const struct sevadm_host *host)
{
	out_object(cli->out, "host", out_mode(cli->out) == OUT_TEXT ? "Host" : NULL, host_rows,
		   host);
}

static void end_object(struct cli *cli, const struct end *end)
{
	if (out_mode(cli->out) != OUT_TEXT)
		out_object(cli->out, "result", NULL, end_rows, end);
}

static struct end end_of(const struct sevadm_failure *failure, int stopped_by)
{
	int signal = progress_signal() ? progress_signal() : stopped_by;
	bool has_status = failure->status != SEVADM_NO_FW_CALL;

	return (struct end){
		.exit = (int32_t)failure->kind,
		.err = failure->err,
		.message = failure->message,
		.remedy = failure->remedy[0] ? failure->remedy : NULL,
		.error = failure->err ? strerrorname_np(failure->err) : NULL,
		.has_status = has_status,
		.status = failure->status,
		.status_name = has_status ? sevadm_status_name(failure->status) : NULL,
		.has_ext = failure->fw_ext,
		.fw_ext = failure->fw_ext,
		.has_signal = failure->err == ECANCELED && signal,
		.signal = signal,
	};
}

int report_failure(struct cli *cli, const struct sevadm_failure *failure)
{
	const struct end end = end_of(failure, cli->stopped_by);

	if (!(cli->command->flags & (CMD_OFFLINE | CMD_SESSION)) && !cli->reported)
		run_report_nothing(cli);
	end_object(cli, &end);
	if (cli->outcome)
		outcome_tell(cli->outcome, failure->status, failure->err, failure->message);
	fprintf(stderr, "sevadm: %s: %s\n", cli->command->name, failure->message);
	if (failure->remedy[0])
		fprintf(stderr, "%s\n", failure->remedy);
	return end.exit;
}

void report_log_end(struct out *out, const struct sevadm_failure *failure, const char *message)
{
	const struct end good = { .done = true, .exit = SEVADM_DONE, .message = message };
	const struct end end = failure ? end_of(failure, 0) : good;

	out_object(out, "result", NULL, end_rows, &end);
}

void report_result(struct out *out, enum sevadm_class exit_code, const char *message)
{
	const struct end end = { .done = true, .exit = (int32_t)exit_code, .message = message };

	out_object(out, "result", NULL, end_rows, &end);
}

int report_error(struct cli *cli, enum sevadm_class class, const char *remedy, const char *format,
		 ...)
{
	struct sevadm_failure failure = { .kind = class, .status = SEVADM_NO_FW_CALL };
	va_list ap;

	va_start(ap, format);
	vsnprintf(failure.message, sizeof(failure.message), format, ap);
	va_end(ap);
	snprintf(failure.remedy, sizeof(failure.remedy), "%s", remedy ? remedy : "");
	return report_failure(cli, &failure);
}

void report_usage(const char *command, const char *message, const char *remedy)
{
	const struct end end = { .exit = SEVADM_USAGE, .message = message, .remedy = remedy };
	struct out *out = out_new(OUT_JSON, false);

	if (!out)
		return;
	out_number(out, "schema", 1);
	if (command)
		out_string(out, "command", command);
	out_object(out, "result", NULL, end_rows, &end);
	out_finish(out);
}

void report_warning(struct cli *cli, const char *text)
{
	fprintf(stderr, "sevadm: %s: warning: %s\n", cli->command->name, text);
}

static int report_good(struct cli *cli, enum sevadm_class exit_code, const char *message)
{
	struct end end = { .done = true, .exit = (int32_t)exit_code, .message = message };

	end_object(cli, &end);
	if (cli->outcome)
		outcome_tell(cli->outcome, cli->has_status ? cli->status : SEVADM_NO_FW_CALL, 0,
			     message);
	if (message[0])
		out_text(cli->out, "%s", message);
	return end.exit;
}

static int report_end(struct cli *cli, enum sevadm_class exit_code, const char *message)
{
	/* a replay that could not answer: what was made of that is worth nothing */
	if (sevadm_replay_check(cli->adm))
		return report_failure(cli, sevadm_failure(cli->adm));
	return report_good(cli, exit_code, message);
}

int report_done(struct cli *cli, const char *message)
{
	return report_end(cli, SEVADM_DONE, message);
}

int report_no(struct cli *cli, const char *message)
{
	return report_end(cli, SEVADM_NO, message);
}

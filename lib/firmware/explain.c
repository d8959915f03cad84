// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "lib/firmware/advice.h"
#include "lib/firmware/command.h"
#include "lib/firmware/messages.h"
#include "lib/firmware/status.h"
#include "lib/util/text.h"
#include "sevadm.h"

const char *sevadm_status_at(size_t index, uint32_t *status)
{
	const struct status_row *row = status_at(index);

	if (row && status)
		*status = row->status;
	return row ? row->name : NULL;
}

const char *sevadm_command_at(size_t index)
{
	const struct command_row *row = command_at(index);

	return row ? row->name : NULL;
}

const char *sevadm_status_name(uint32_t status)
{
	const struct status_row *row = status_find(status);

	return row ? row->name : "?";
}

static const struct status_row *find(const char *text, int *err)
{
	const struct status_row *row;
	uint64_t number;
	int ret = text_u64(text, UINT32_MAX, &number);

	if (!ret || ret == -ERANGE) {
		row = ret ? NULL : status_find((uint32_t)number);
		*err = -ENOENT;
	} else if (text[0] == '-' && text[1] == '1' && !text[2]) {
		row = status_find(SEVADM_NO_FW_CALL);
	} else {
		row = status_find_name(text);
		*err = -EINVAL;
	}
	return row;
}

/* @row of @cmd, which may be NULL */
static void describe(const struct status_row *row, const struct command_row *cmd,
		     struct sevadm_status_info *info)
{
	const struct advice_row *advice = cmd ? advice_find(cmd->id, row->status) : NULL;

	*info = (struct sevadm_status_info){
		.status = row->status, .name = row->name, .meaning = row->meaning,
		.command = cmd ? cmd->name : NULL, .known = cmd && (advice || row->any),
		.general = !advice,
		.causes = advice ? advice->causes : row->causes,
		.remedy = advice ? advice->remedy : row->remedy,
		.source = advice ? advice->source : row->source,
	};
}

int sevadm_explain(const char *text, const char *command, struct sevadm_status_info *info)
{
	const struct command_row *cmd = command ? command_find_name(command) : NULL;
	const struct status_row *row;
	int err = 0;

	row = find(text, &err);
	if (!row)
		return err;
	if (command && !cmd)
		return -ENOKEY;
	describe(row, cmd, info);
	return 0;
}

int sevadm_explain_command(const char *command,
			   int (*each)(void *arg, const struct sevadm_status_info *info),
			   void *arg)
{
	const struct command_row *cmd = command_find_name(command);
	const struct status_row *row;
	struct sevadm_status_info info;
	int ret = 0;

	if (!cmd)
		return -ENOKEY;
	for (size_t i = 0; !ret && (row = status_at(i)); i++) {
		describe(row, cmd, &info);
		if (info.known)
			ret = each(arg, &info);
	}
	return ret;
}

int sevadm_explain_line(const char *line, struct sevadm_line_info *info)
{
	const struct advice_row *advice = NULL;
	const struct status_row *row = NULL;
	struct message m;

	if (!message_find(line, &m))
		return -ENOENT;
	if (m.has_status) {
		row = status_find(m.status);
		advice = advice_find(m.command, m.status);
	}
	*info = (struct sevadm_line_info){
		.command = command_find(m.command) ? command_name(m.command) : NULL,
		.has_status = m.has_status, .status = m.status,
		.status_name = row ? row->name : m.has_status ? "?" : NULL,
		.err = m.err, .meaning = m.row->meaning, .source = m.row->source,
		.status_meaning = row ? row->meaning : NULL,
		.causes = advice ? advice->causes : row ? row->causes : NULL,
		.remedy = m.row->remedy ? m.row->remedy : advice ? advice->remedy :
			  row ? row->remedy : "",
	};
	if (info->causes && !info->causes[0])
		info->causes = NULL;
	return 0;
}

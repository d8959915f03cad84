// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a line is about.  A word that means something to the language itself begins
 * with no command's name; all other lines are commands of the program's.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/statement.h"
#include "lib/util/text.h"

typedef int (*understand_fn)(struct statement *s, struct script_error *error);

static int wrong(const struct statement *s, struct script_error *error, const char *usage)
{
	return script_fail(error, s->line, "it is written: %s", usage);
}

/* "1s", "1.5s", "200ms", "2m", "3": seconds.  A day at most */
static int read_duration(const char *text, uint64_t *ns)
{
	double number, factor = 1e9;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtod(text, &end);
	/* it takes exponents and hexadecimal besides */
	if (end != text + strspn(text, "0123456789."))
		return -EINVAL;
	if (!strcmp(end, "ms"))
		factor = 1e6;
	else if (!strcmp(end, "m"))
		factor = 60e9;
	else if (*end && strcmp(end, "s"))
		return -EINVAL;
	if (errno || !(number * factor <= 86400e9))
		return -EINVAL;
	*ns = (uint64_t)(number * factor);
	return 0;
}

static int understand_expect_pair(struct statement *s, struct script_error *error)
{
	static const struct {
		const char *name;
		enum expectation what;
		uint64_t max;	/* 0: no number */
	} kinds[] = {
		{ "exit", EXPECT_EXIT, 255 }, { "errno", EXPECT_ERRNO, 0 },
		{ "output", EXPECT_OUTPUT, 0 }, { "sev", EXPECT_SEV, 0 }, { "snp", EXPECT_SNP, 0 },
		{ "guests", EXPECT_GUESTS, UINT32_MAX },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(s->words[1], kinds[i].name))
			continue;
		s->expect = kinds[i].what;
		if (kinds[i].max && text_u64(s->words[2], kinds[i].max, &s->number))
			return script_fail(error, s->line, "'expect %s' wants a number from 0 to "
					   "%llu, not '%s'", kinds[i].name,
					   (unsigned long long)kinds[i].max, s->words[2]);
		return 0;
	}
	return script_fail(error, s->line, "nothing is known of '%s' that could be expected",
			   s->words[1]);
}

/* Names as errno(1) has them */
static int read_errno(struct statement *s, struct script_error *error)
{
	for (int i = 1; i < 256; i++) {
		const char *name = strerrorname_np(i);

		if (name && !strcmp(name, s->words[2])) {
			s->number = (uint64_t)i;
			return 0;
		}
	}
	return script_fail(error, s->line, "there is no errno '%s'", s->words[2]);
}

static int read_state(struct statement *s, struct script_error *error)
{
	bool snp = s->expect == EXPECT_SNP;

	for (uint32_t i = 0; i <= (snp ? 1 : 2); i++)
		if (!strcmp(snp ? sevadm_snp_state_name(i) : sevadm_sev_state_name(i), s->words[2]))
			return 0;
	return script_fail(error, s->line, "%s is never '%s', but %s", snp ? "SNP" : "SEV",
			   s->words[2], snp ? "UNINIT or INIT" : "UNINIT, INIT or WORKING");
}

static int understand_expect(struct statement *s, struct script_error *error)
{
	struct sevadm_status_info info;

	bool free_text = s->nr == 3 && !strcmp(s->words[1], "output");

	for (size_t i = 1; i < s->nr && !free_text; i++)
		if (script_has_variable(s->words[i]))
			return script_fail(error, s->line, "what is expected is fixed: no variable");
	if (s->nr == 3) {
		if (understand_expect_pair(s, error))
			return -EINVAL;
		if (s->expect == EXPECT_ERRNO)
			return read_errno(s, error);
		return s->expect == EXPECT_SEV || s->expect == EXPECT_SNP ? read_state(s, error) : 0;
	}
	if (s->nr != 2)
		return wrong(s, error, "expect STATUS, or expect exit|errno|output|sev|snp|guests "
			     "VALUE");
	s->expect = EXPECT_STATUS;
	/* one that no document has yet can be expected as well */
	if (!text_u64(s->words[1], UINT16_MAX, &s->number))
		return 0;
	if (sevadm_explain(s->words[1], NULL, &info))
		return script_fail(error, s->line, "the firmware has no status '%s'", s->words[1]);
	s->number = info.status;
	return 0;
}

static int understand_on_error(struct statement *s, struct script_error *error)
{
	if (s->nr != 2 || (strcmp(s->words[1], "stop") && strcmp(s->words[1], "continue")))
		return wrong(s, error, "on-error stop, or on-error continue");
	s->number = s->words[1][0] == 'c';
	return 0;
}

static int understand_repeat(struct statement *s, struct script_error *error)
{
	if (s->nr != 2 || text_u64(s->words[1], SCRIPT_REPEAT, &s->number))
		return wrong(s, error, "repeat N, lines of its own, and end; N is 1000000 at most");
	return 0;
}

static int understand_alone(struct statement *s, struct script_error *error)
{
	return s->nr == 1 ? 0 : script_fail(error, s->line, "'%s' stands alone", s->words[0]);
}

static int understand_sleep(struct statement *s, struct script_error *error)
{
	if (s->nr != 2 || read_duration(s->words[1], &s->number))
		return wrong(s, error, "sleep SECONDS, also 200ms, 1.5s, 2m");
	return 0;
}

static int understand_let(struct statement *s, struct script_error *error)
{
	if (s->nr != 4 || strcmp(s->words[2], "="))
		return wrong(s, error, "let NAME = VALUE");
	if (!script_is_name(s->words[1], strlen(s->words[1])))
		return script_fail(error, s->line, "a variable's name is letters, digits and _, "
				   "not '%s'", s->words[1]);
	return 0;
}

/* pick NAME guest [KIND] [STATE] [N], pick NAME cpu online|offline [N]: which, is asked then */
static int understand_pick(struct statement *s, struct script_error *error)
{
	static const char *const guest[] = {
		"sev", "sev-es", "snp", "init", "launching", "running", "tombstone", "leaked",
	};
	static const char *const cpu[] = { "online", "offline" };
	bool cpus = s->nr > 2 && !strcmp(s->words[2], "cpu");
	const char *const *known = cpus ? cpu : guest;
	size_t nr = cpus ? 2 : sizeof(guest) / sizeof(guest[0]);
	uint64_t number;

	if (s->nr < 3 || (!cpus && strcmp(s->words[2], "guest")))
		return wrong(s, error, "pick NAME guest [KIND] [STATE] [N], or pick NAME cpu "
			     "online|offline [N]");
	if (!script_is_name(s->words[1], strlen(s->words[1])))
		return script_fail(error, s->line, "a variable's name is letters, digits and _, "
				   "not '%s'", s->words[1]);
	for (size_t i = 3; i < s->nr; i++) {
		size_t j;

		for (j = 0; j < nr && strcmp(s->words[i], known[j]); j++)
			;
		if (j == nr && (i != s->nr - 1 || text_u64(s->words[i], UINT32_MAX, &number) ||
				!number))
			return script_fail(error, s->line, "no %s is '%s'", cpus ? "CPU" : "guest",
					   s->words[i]);
	}
	return 0;
}

static int understand_prefix(struct statement *s, struct script_error *error)
{
	if (s->nr < 2)
		return script_fail(error, s->line, "'%s' wants a command behind it", s->words[0]);
	return 0;
}

static int understand_watch(struct statement *s, struct script_error *error)
{
	s->number = 2000000000;
	if (s->nr > 2 && !read_duration(s->words[s->nr - 1], &s->number)) {
		if (s->number < 100000000)
			return script_fail(error, s->line, "the least that can be watched is 100ms");
		free(s->words[--s->nr]);
		s->words[s->nr] = NULL;
	}
	return understand_prefix(s, error);
}

static int understand_any(struct statement *s, struct script_error *error)
{
	(void)s;
	(void)error;
	return 0;
}

static const struct {
	const char *name;
	enum statement_kind kind;
	bool interactive, output, variables;
	understand_fn understand;
} table[] = {
	{ "echo", STATEMENT_ECHO, false, true, true, understand_any },
	{ "end", STATEMENT_END, false, false, false, understand_alone },
	{ "exit", STATEMENT_EXIT, true, false, false, understand_alone },
	{ "expect", STATEMENT_EXPECT, false, false, true, understand_expect },
	{ "help", STATEMENT_HELP, true, false, false, understand_any },
	{ "history", STATEMENT_HISTORY, true, false, false, understand_alone },
	{ "let", STATEMENT_LET, false, false, true, understand_let },
	{ "on-error", STATEMENT_ON_ERROR, false, false, false, understand_on_error },
	{ "pick", STATEMENT_PICK, false, false, false, understand_pick },
	{ "quit", STATEMENT_EXIT, true, false, false, understand_alone },
	{ "repeat", STATEMENT_REPEAT, false, false, false, understand_repeat },
	{ "set", STATEMENT_SET, true, false, false, understand_any },
	{ "sleep", STATEMENT_SLEEP, false, false, false, understand_sleep },
	{ "time", STATEMENT_TIME, false, true, true, understand_prefix },
	{ "watch", STATEMENT_WATCH, true, false, true, understand_watch },
};

const char *statement_name(size_t i)
{
	return i < sizeof(table) / sizeof(table[0]) ? table[i].name : NULL;
}

/* "time repeat": a prefix is before a command, not before another word of the language */
static bool is_ours(const char *word)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(word, table[i].name))
			return true;
	return false;
}

int statement_understand(struct statement *s, bool interactive, struct script_error *error)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(s->words[0], table[i].name))
			continue;
		for (size_t j = 1; j < s->nr && !table[i].variables; j++)
			if (script_has_variable(s->words[j]))
				return script_fail(error, s->line, "what stands behind '%s' is "
						   "fixed: no variable", s->words[0]);
		if (table[i].interactive && !interactive)
			return script_fail(error, s->line, "'%s' is for who sits at a shell, not "
					   "for a script", s->words[0]);
		if (s->output && !table[i].output)
			return script_fail(error, s->line, "'%s' has no result that could go to a "
					   "file", s->words[0]);
		s->kind = table[i].kind;
		if (table[i].understand(s, error))
			return -EINVAL;
		if ((s->kind == STATEMENT_TIME || s->kind == STATEMENT_WATCH) &&
		    is_ours(s->words[1]))
			return script_fail(error, s->line, "'%s' wants a command of the program's "
					   "behind it, not '%s'", s->words[0], s->words[1]);
		return 0;
	}
	s->kind = STATEMENT_COMMAND;
	return 0;
}

int statements_match(struct script *script, bool interactive, struct script_error *error)
{
	size_t open[SCRIPT_DEPTH], depth = 0;
	bool output = false;		/* of the last command, to a file */

	for (size_t i = 0; i < script->nr; i++) {
		struct statement *s = &script->list[i];
		enum statement_kind before = i ? script->list[i - 1].kind : STATEMENT_END;

		if (s->kind == STATEMENT_REPEAT) {
			if (depth == SCRIPT_DEPTH)
				return script_fail(error, s->line, "there are more than %d repeats "
						   "in each other", SCRIPT_DEPTH);
			open[depth++] = i;
		} else if (s->kind == STATEMENT_END) {
			if (!depth)
				return script_fail(error, s->line, "nothing was begun that could "
						   "end here");
			s->other = open[--depth];
			script->list[s->other].other = i;
		} else if (s->kind == STATEMENT_EXPECT && !(interactive && !i) &&
			   before != STATEMENT_COMMAND && before != STATEMENT_TIME &&
			   before != STATEMENT_EXPECT) {
			return script_fail(error, s->line, "there is no command before it, of which "
					   "something could be expected");
		} else if (s->kind == STATEMENT_EXPECT && s->expect == EXPECT_OUTPUT && output) {
			return script_fail(error, s->line, "what the command prints goes to a file, "
					   "and is not looked at");
		}
		if (s->kind != STATEMENT_EXPECT)
			output = s->output;
	}
	if (!depth)
		return 0;
	script_fail(error, script->list[open[depth - 1]].line, "this repeat has no end");
	return -EAGAIN;
}

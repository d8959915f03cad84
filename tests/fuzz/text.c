// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What reads short text from outside: numbers, lists of CPUs, statuses, lines of the
 * kernel's log, the journal.  The input is some text, in lines.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "lib/core/journal.h"
#include "lib/firmware/messages.h"
#include "lib/util/cpuset.h"
#include "lib/util/text.h"
#include "sevadm.h"

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* Digits to a value in another way than the parser's: false: none, or more than 64 bits */
static bool plain_number(const char *text, uint64_t *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *at = text + (hex ? 2 : 0);

	*value = 0;
	if (!*at)
		return false;
	for (; *at; at++) {
		unsigned int digit = isdigit((unsigned char)*at) ? (unsigned int)(*at - '0') :
				     (unsigned int)(tolower((unsigned char)*at) - 'a') + 10;

		if (!isxdigit((unsigned char)*at) || digit >= (hex ? 16u : 10u) ||
		    __builtin_mul_overflow(*value, hex ? 16 : 10, value) ||
		    __builtin_add_overflow(*value, digit, value))
			return false;
	}
	return true;
}

static void try_number(const char *text)
{
	uint64_t value = 4711, plain;
	int ret = text_u64(text, UINT64_MAX, &value);

	must(!ret || ret == -EINVAL || ret == -ERANGE);
	must(!ret == plain_number(text, &plain));
	must(ret ? value == 4711 : value == plain);
	if (!ret && plain) {
		must(text_u64(text, plain - 1, &value) == -ERANGE);
		must(!text_u64(text, plain, &value));
	}
	for (int as = 0; !ret && as <= SEVADM_READ_FW_EXT; as++) {
		struct sevadm_value_field fields[SEVADM_VALUE_FIELDS];
		unsigned int nr = sevadm_explain_value((enum sevadm_reading)as, plain, fields);

		must(nr <= SEVADM_VALUE_FIELDS);
		for (unsigned int i = 0; i < nr; i++)
			must(fields[i].reading && fields[i].meaning && fields[i].source);
	}
}

static void try_escape(const char *text)
{
	char whole[4 * 512 + 1], cut[16];

	must(text_escape(text, whole, sizeof(whole)) == whole);
	must(is_printable(whole) && strlen(whole) >= strnlen(text, 512));
	for (size_t size = 5; size <= sizeof(cut); size++) {
		text_escape(text, cut, size);
		must(strlen(cut) < size && !strncmp(whole, cut, strlen(cut)));
	}
}

static void try_cpus(const char *text)
{
	static char list[8 * CPUSET_MAX];
	struct cpuset set = { .bits = { 5 } }, again;
	char small[16];
	unsigned int count = 0;
	int ret = cpuset_parse(text, &set);

	must(!ret || ret == -EINVAL || ret == -ERANGE);
	if (ret) {
		must(set.bits[0] == 5);
		return;
	}
	cpuset_for_each(cpu, &set) {
		must(cpuset_has(&set, (unsigned int)cpu));
		count++;
	}
	must(count == cpuset_count(&set));
	cpuset_format(&set, list, sizeof(list));
	must(!cpuset_parse(list, &again) && cpuset_equal(&set, &again));
	cpuset_format(&set, small, sizeof(small));
	must(strlen(small) < sizeof(small));
	must(!strcmp(small, list) || !strcmp(small + strlen(small) - 3, "..."));
}

static void try_status(const char *text)
{
	struct sevadm_status_info info;
	const char *command = "SNP_DF_FLUSH", *blank = strchr(text, ' ');
	int ret = sevadm_explain(text, NULL, &info);

	must(!ret || ret == -EINVAL || ret == -ENOENT);
	must(ret || (info.name && info.meaning && !info.command));
	must(sevadm_explain(text, command, &info) == ret);
	must(ret || !strcmp(info.command, command));
	if (blank) {
		ret = sevadm_explain("SUCCESS", blank + 1, &info);
		must(!ret || ret == -ENOKEY);
	}
}

static void try_message(const char *text)
{
	struct sevadm_line_info info;
	struct message m;
	bool found = message_find(text, &m);
	int ret = sevadm_explain_line(text, &info);

	must(found ? !ret : ret == -ENOENT);
	if (!found)
		return;
	must(m.row && info.meaning && info.meaning[0] && info.remedy && info.source);
	must(m.err >= 0 && m.err < 4096 && info.err == m.err);
	must(!info.has_status || info.status_name);
}

static void try_line(const char *line)
{
	char short_line[512];

	try_number(line);
	try_cpus(line);
	try_status(line);
	try_message(line);
	snprintf(short_line, sizeof(short_line), "%s", line);
	try_escape(short_line);
}

/* Whoever wrote it: what is told of it is a sentence.  No link is followed to it */
static void try_journal(const uint8_t *data, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	char path[128], text[1024] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/fuzz-text.XXXXXX", tmp && strlen(tmp) < 100 ? tmp : "/tmp");
	fd = mkostemp(path, O_CLOEXEC);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	if (journal_holder(path, text, sizeof(text)))
		must(text[0]);
	must(is_printable(text));
	close(fd);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *line;

	must(text);
	while ((line = strsep(&rest, "\n")))
		try_line(line);
	free(text);
	try_journal(data, size);
	return 0;
}

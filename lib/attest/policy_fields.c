// SPDX-License-Identifier: GPL-2.0-or-later
/* What there can be rules about, how each is asked for, and what of a report answers it */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attest/policy.h"
#include "lib/util/text.h"

__attribute__((format(printf, 2, 3)))
static int refuse(char why[POLICY_WHY], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, POLICY_WHY, format, args);
	va_end(args);
	return -EINVAL;
}

/* What somebody wrote, short and safe to print */
static const char *quote(const char *text, char *buf, size_t size)
{
	char cut[40];

	snprintf(cut, sizeof(cut), "%s", text);
	return text_escape(cut, buf, size);
}

__attribute__((format(printf, 1, 2)))
static char *words(const char *format, ...)
{
	char *text;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	return n < 0 ? NULL : text;
}

static const void *at(const struct policy_rule *rule, const struct sevadm_report *report)
{
	return (const uint8_t *)report + rule->field->offset;
}

/* --------------------------------------------------------------------- numbers */

static int parse_number(struct policy_rule *rule, const char *text, char why[POLICY_WHY])
{
	char safe[160];

	if (!text_u64(text, rule->field->max, &rule->number))
		return 0;
	return refuse(why, "'%s' is no number from 0 to %llu", quote(text, safe, sizeof(safe)),
		      (unsigned long long)rule->field->max);
}

static char *want_minimum(const struct policy_rule *rule)
{
	return words("at least %llu", (unsigned long long)rule->number);
}

static bool holds_number(const struct policy_rule *rule, const struct sevadm_report *report,
			 char found[SEVADM_RULE_FOUND])
{
	uint32_t number = *(const uint32_t *)at(rule, report);

	snprintf(found, SEVADM_RULE_FOUND, "%u", number);
	return number >= rule->number;
}

/* What a processor does not have is no minimum met */
static bool holds_tcb(const struct policy_rule *rule, const struct sevadm_report *report,
		      char found[SEVADM_RULE_FOUND])
{
	const struct sevadm_tcb *tcb = at(rule, report);
	uint8_t level = *((const uint8_t *)tcb + rule->field->part);
	bool fmc = rule->field->part == offsetof(struct sevadm_tcb, fmc);

	if (!tcb->known)
		snprintf(found, SEVADM_RULE_FOUND, "0x%016llx, of a layout that is not known",
			 (unsigned long long)tcb->raw);
	else if (fmc && !tcb->has_fmc)
		snprintf(found, SEVADM_RULE_FOUND, "none: this processor has no FMC");
	else
		snprintf(found, SEVADM_RULE_FOUND, "%u", level);
	return tcb->known && (!fmc || tcb->has_fmc) && level >= rule->number;
}

static char *want_vmpl(const struct policy_rule *rule)
{
	return words("%llu", (unsigned long long)rule->number);
}

static char *want_max_vmpl(const struct policy_rule *rule)
{
	return words("at most %llu", (unsigned long long)rule->number);
}

static uint32_t vmpl_of(const struct sevadm_report *report, char found[SEVADM_RULE_FOUND])
{
	if (report->vmpl == SEVADM_VMPL_HOST)
		snprintf(found, SEVADM_RULE_FOUND, "none: the host asked for the report");
	else
		snprintf(found, SEVADM_RULE_FOUND, "%u", report->vmpl);
	return report->vmpl;
}

static bool holds_vmpl(const struct policy_rule *rule, const struct sevadm_report *report,
		       char found[SEVADM_RULE_FOUND])
{
	return vmpl_of(report, found) == rule->number;
}

static bool holds_max_vmpl(const struct policy_rule *rule, const struct sevadm_report *report,
			   char found[SEVADM_RULE_FOUND])
{
	return vmpl_of(report, found) <= rule->number;
}

/* -------------------------------------------------------------------- versions */

/* MAJOR.MINOR and, for firmware, a build: as one number that grows with it */
static int parse_version(struct policy_rule *rule, const char *text, char why[POLICY_WHY])
{
	unsigned int part[3] = { 0 }, nr = 0, max = (unsigned int)rule->field->part;
	char safe[160];
	const char *p = text;

	while (nr < max && isdigit((unsigned char)*p)) {
		char *end;
		unsigned long value = strtoul(p, &end, 10);

		if (value > 255 || end - p > 3)
			break;
		part[nr++] = (unsigned int)value;
		p = end;
		if (*p != '.' || nr == max)
			break;
		p++;
	}
	if (nr < 2 || *p || p[-1] == '.')
		return refuse(why, "'%s' is no version, as %s, with numbers up to 255",
			      quote(text, safe, sizeof(safe)), max == 3 ? "1.55 or 1.55.21" : "1.51");
	rule->number = part[0] << 16 | part[1] << 8 | part[2];
	return 0;
}

static char *want_version(const struct policy_rule *rule)
{
	unsigned int n = (unsigned int)rule->number;

	return n & 0xff ? words("at least %u.%u.%u", n >> 16, n >> 8 & 0xff, n & 0xff) :
			  words("at least %u.%u", n >> 16, n >> 8 & 0xff);
}

static bool holds_firmware(const struct policy_rule *rule, const struct sevadm_report *report,
			   char found[SEVADM_RULE_FOUND])
{
	const struct sevadm_report_firmware *fw = at(rule, report);

	snprintf(found, SEVADM_RULE_FOUND, "%u.%u.%u", fw->major, fw->minor, fw->build);
	return ((uint64_t)fw->major << 16 | (uint64_t)fw->minor << 8 | fw->build) >= rule->number;
}

static bool holds_abi(const struct policy_rule *rule, const struct sevadm_report *report,
		      char found[SEVADM_RULE_FOUND])
{
	uint64_t abi = report->policy & 0xffff;

	snprintf(found, SEVADM_RULE_FOUND, "%u.%u", (unsigned int)(abi >> 8), (unsigned int)(abi & 0xff));
	return abi << 8 >= rule->number;
}

/* ------------------------------------------------------------------------ bits */

enum policy_bit { BIT_ALLOWED, BIT_REQUIRED, BIT_FORBIDDEN };

static const char *const bit_words[] = { "allowed", "required", "forbidden" };

static int parse_word(struct policy_rule *rule, const char *text, const char *const *list,
		      unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!strcmp(list[i], text)) {
			rule->number = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_bit(struct policy_rule *rule, const char *text, char why[POLICY_WHY])
{
	char safe[160];

	return parse_word(rule, text, bit_words, 3) ?
	       refuse(why, "'%s' is neither required, allowed nor forbidden",
		      quote(text, safe, sizeof(safe))) : 0;
}

static char *want_bit(const struct policy_rule *rule)
{
	return strdup(bit_words[rule->number]);
}

static bool holds_bit(const struct policy_rule *rule, const struct sevadm_report *report,
		      char found[SEVADM_RULE_FOUND])
{
	bool set = *(const uint64_t *)at(rule, report) & rule->field->bit;

	snprintf(found, SEVADM_RULE_FOUND, "%s", set ? "set" : "not set");
	return rule->number == BIT_ALLOWED || set == (rule->number == BIT_REQUIRED);
}

/* What was not committed the host can take back, and with it what was mended */
static bool holds_provisional(const struct policy_rule *rule, const struct sevadm_report *report,
			      char found[SEVADM_RULE_FOUND])
{
	const struct sevadm_report_firmware *a = &report->current_firmware;
	const struct sevadm_report_firmware *b = &report->committed_firmware;
	bool same = a->major == b->major && a->minor == b->minor && a->build == b->build;

	if (!same)
		snprintf(found, SEVADM_RULE_FOUND, "%u.%u.%u runs, and %u.%u.%u is committed", a->major,
			 a->minor, a->build, b->major, b->minor, b->build);
	else if (report->current_tcb.raw != report->committed_tcb.raw)
		snprintf(found, SEVADM_RULE_FOUND, "TCB 0x%016llx runs, and 0x%016llx is committed",
			 (unsigned long long)report->current_tcb.raw,
			 (unsigned long long)report->committed_tcb.raw);
	else
		snprintf(found, SEVADM_RULE_FOUND, "what runs is committed");
	return rule->number == BIT_ALLOWED || (same && report->current_tcb.raw == report->committed_tcb.raw);
}

static int parse_allowed(struct policy_rule *rule, const char *text, char why[POLICY_WHY])
{
	char safe[160];

	return parse_word(rule, text, bit_words, 3) || rule->number == BIT_REQUIRED ?
	       refuse(why, "'%s' is neither allowed nor forbidden", quote(text, safe, sizeof(safe))) : 0;
}

static int parse_required(struct policy_rule *rule, const char *text, char why[POLICY_WHY])
{
	char safe[160];

	return parse_word(rule, text, bit_words, 2) ?
	       refuse(why, "'%s' is neither required nor allowed", quote(text, safe, sizeof(safe))) : 0;
}

static bool holds_author(const struct policy_rule *rule, const struct sevadm_report *report,
			 char found[SEVADM_RULE_FOUND])
{
	snprintf(found, SEVADM_RULE_FOUND, "%s", report->author_key ? "set" : "not set");
	return rule->number == BIT_ALLOWED || report->author_key;
}

/* By the numbers of enum sevadm_report_key */
static const char *const key_words[] = { "vcek", "vlek" };

static int parse_key(struct policy_rule *rule, const char *text, char why[POLICY_WHY])
{
	char safe[160];

	return parse_word(rule, text, key_words, 2) ?
	       refuse(why, "'%s' is neither vcek nor vlek", quote(text, safe, sizeof(safe))) : 0;
}

static char *want_key(const struct policy_rule *rule)
{
	return strdup(key_words[rule->number]);
}

static bool holds_key(const struct policy_rule *rule, const struct sevadm_report *report,
		      char found[SEVADM_RULE_FOUND])
{
	uint8_t key = report->signing_key;

	snprintf(found, SEVADM_RULE_FOUND, "%s", report->mask_chip_key ? "none" :
		 key < 2 ? key_words[key] : sevadm_report_key_name(key));
	return !report->mask_chip_key && key == rule->number;
}

/* ----------------------------------------------------------------------- bytes */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A chip's id can be as short as Turin's: zeros follow it */
static bool fits(const struct policy_field *field, size_t digits)
{
	return digits == 2 * field->size || (field->part && digits == 2 * field->part);
}

static int take_bytes(struct policy_rule *rule, const char *text, size_t len, char why[POLICY_WHY])
{
	const struct policy_field *field = rule->field;
	char cut[40], safe[160];
	uint8_t *to;

	snprintf(cut, sizeof(cut), "%.*s", (int)len, text);
	for (size_t i = 0; i < len; i++)
		if (digit(text[i]) < 0)
			return refuse(why, "'%s' is not hexadecimal", text_escape(cut, safe, sizeof(safe)));
	if (!fits(field, len))
		return refuse(why, "'%s' has %zu hexadecimal digits, and it takes %zu%s",
			      text_escape(cut, safe, sizeof(safe)), len, 2 * field->size,
			      field->part ? " or 16" : "");
	to = reallocarray(rule->bytes, rule->nr + 1, field->size);
	if (!to)
		return -ENOMEM;
	rule->bytes = to;
	to += rule->nr++ * field->size;
	memset(to, 0, field->size);
	for (size_t i = 0; i < len; i++)
		to[i / 2] = (uint8_t)(to[i / 2] << 4 | digit(text[i]));
	return 0;
}

/* With commas between */
static int parse_bytes(struct policy_rule *rule, const char *text, char why[POLICY_WHY])
{
	int ret = *text ? 0 : refuse(why, "it names nothing");

	while (!ret) {
		size_t len = strcspn(text, ",");

		ret = take_bytes(rule, text, len, why);
		text += len;
		if (!*text++)
			break;
	}
	return ret;
}

static char *put_hex(const uint8_t *bytes, size_t size, char *to)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	*to = '\0';
	return to;
}

/* Of more than so many not each is named */
#define NAMED	16

static char *want_bytes(const struct policy_rule *rule)
{
	size_t size = rule->field->size, nr = rule->nr > NAMED ? 0 : rule->nr;
	char *text = malloc(nr * (2 * size + 1) + 40), *p = text;

	if (text && rule->nr > 1)
		p += sprintf(p, "one of %zu%s", rule->nr, nr ? ": " : "");
	for (size_t i = 0; text && i < nr; i++) {
		if (i)
			*p++ = ',';
		p = put_hex(rule->bytes + i * size, size, p);
	}
	return text;
}

_Static_assert(SEVADM_RULE_FOUND > 2 * SEVADM_CHIP_ID_SIZE, "no room for the longest value");

static bool holds_bytes(const struct policy_rule *rule, const struct sevadm_report *report,
			char found[SEVADM_RULE_FOUND])
{
	const uint8_t *bytes = at(rule, report);
	size_t size = rule->field->size;

	put_hex(bytes, size, found);
	for (size_t i = 0; i < rule->nr; i++)
		if (!memcmp(rule->bytes + i * size, bytes, size))
			return true;
	return false;
}

/* What stands there without one is nobody's */
static bool holds_author_digest(const struct policy_rule *rule, const struct sevadm_report *report,
				char found[SEVADM_RULE_FOUND])
{
	bool holds = holds_bytes(rule, report, found);

	if (!report->author_key)
		snprintf(found, SEVADM_RULE_FOUND, "none: there is no author key");
	return holds && report->author_key;
}

static bool holds_chip(const struct policy_rule *rule, const struct sevadm_report *report,
		       char found[SEVADM_RULE_FOUND])
{
	bool holds = holds_bytes(rule, report, found);

	if (report->chip_id_masked)
		snprintf(found, SEVADM_RULE_FOUND, "none: it is masked");
	return holds && !report->chip_id_masked;
}

/* ---------------------------------------------------------------------- tables */

static const struct policy_type
	type_tcb = { POLICY_NUMBER, parse_number, want_minimum, holds_tcb },
	type_number = { POLICY_NUMBER, parse_number, want_minimum, holds_number },
	type_vmpl = { POLICY_NUMBER, parse_number, want_vmpl, holds_vmpl },
	type_max_vmpl = { POLICY_NUMBER, parse_number, want_max_vmpl, holds_max_vmpl },
	type_firmware = { POLICY_WORD, parse_version, want_version, holds_firmware },
	type_abi = { POLICY_WORD, parse_version, want_version, holds_abi },
	type_bit = { POLICY_WORD, parse_bit, want_bit, holds_bit },
	type_provisional = { POLICY_WORD, parse_allowed, want_bit, holds_provisional },
	type_author = { POLICY_WORD, parse_required, want_bit, holds_author },
	type_key = { POLICY_WORD, parse_key, want_key, holds_key },
	type_bytes = { POLICY_LIST, parse_bytes, want_bytes, holds_bytes },
	type_author_digest = { POLICY_LIST, parse_bytes, want_bytes, holds_author_digest },
	type_chip = { POLICY_LIST, parse_bytes, want_bytes, holds_chip };

#define AT(member)	.offset = offsetof(struct sevadm_report, member)
#define SIZE(member)	.size = sizeof(((struct sevadm_report *)0)->member)
#define TCB_PART(kind, name) { "min_tcb." #kind "." #name, &type_tcb, AT(kind##_tcb), \
	.part = offsetof(struct sevadm_tcb, name), .max = UINT8_MAX }
#define TCB(kind) TCB_PART(kind, fmc), TCB_PART(kind, bootloader), TCB_PART(kind, tee), \
	TCB_PART(kind, snp), TCB_PART(kind, microcode)
#define GUEST(name, BIT) { "guest_policy." name, &type_bit, AT(policy), .bit = SEVADM_POLICY_##BIT }
#define GUEST_NOT(name, BIT) { "guest_policy." name, &type_bit, AT(policy), \
	.bit = SEVADM_POLICY_##BIT, .silence = "forbidden" }
#define PLATFORM(name, BIT) { "platform_info." name, &type_bit, AT(platform_info), \
	.bit = SEVADM_PLATFORM_##BIT }
#define BYTES(name, how) { #name, &type_##how, AT(name), SIZE(name) }

const struct policy_field policy_fields[] = {
	TCB(current), TCB(reported), TCB(committed), TCB(launch),
	/* @part: how many numbers there are */
	{ "min_version.current_firmware", &type_firmware, AT(current_firmware), .part = 3 },
	{ "min_version.committed_firmware", &type_firmware, AT(committed_firmware), .part = 3 },
	{ "min_version.guest_abi", &type_abi, AT(policy), .part = 2 },
	{ "min_version.report", &type_number, AT(version), .max = UINT32_MAX },
	{ "min_version.guest_svn", &type_number, AT(guest_svn), .max = UINT32_MAX },
	/* either hands the guest's memory to somebody else */
	GUEST_NOT("debug", DEBUG), GUEST_NOT("migrate_ma", MIGRATE_MA),
	GUEST("smt", SMT), GUEST("single_socket", SINGLE_SOCKET), GUEST("cxl", CXL),
	GUEST("aes256_xts", AES256_XTS), GUEST("rapl_dis", RAPL_DIS),
	GUEST("ciphertext_hiding", CIPHERTEXT_HIDING), GUEST("page_swap_disable", PAGE_SWAP_DISABLE),
	PLATFORM("smt", SMT), PLATFORM("tsme", TSME), PLATFORM("ecc", ECC),
	PLATFORM("rapl_dis", RAPL_DIS), PLATFORM("ciphertext_hiding", CIPHERTEXT_HIDING),
	PLATFORM("alias_check", ALIAS_CHECK), PLATFORM("tio", TIO),
	{ "provisional_firmware", &type_provisional, .silence = "forbidden" },
	{ "vmpl", &type_vmpl, AT(vmpl), .max = 3 },
	{ "max_vmpl", &type_max_vmpl, AT(vmpl), .max = 3 },
	BYTES(measurement, bytes), BYTES(host_data, bytes), BYTES(report_data, bytes),
	BYTES(family_id, bytes), BYTES(image_id, bytes), BYTES(id_key_digest, bytes),
	{ "author_key", &type_author },
	BYTES(author_key_digest, author_digest),
	{ "chip_id", &type_chip, AT(chip_id), SIZE(chip_id), .part = 8 },
	{ "signing_key", &type_key },
	{ .path = NULL }
};

const struct policy_field *policy_field(const char *path)
{
	for (const struct policy_field *field = policy_fields; field->path; field++)
		if (!strcmp(field->path, path))
			return field;
	return NULL;
}

bool policy_is_group(const char *path)
{
	size_t len = strlen(path);

	for (const struct policy_field *field = policy_fields; field->path; field++)
		if (!strncmp(field->path, path, len) && field->path[len] == '.')
			return true;
	return false;
}

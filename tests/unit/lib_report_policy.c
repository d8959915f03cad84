// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules for what attestation reports say: each holds and does not, and policy files of all kinds */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/attest/policy.h"
#include "lib_test.h"
#include "sevadm.h"
#include "tests/pki/report.h"

#define COUNT(a) (int)(sizeof(a) / sizeof((a)[0]))

static struct sevadm_report_policy *policy;
static struct sevadm_report report;
static struct sevadm_report_rule rules[64];
static struct sevadm_failure failure;

static void read_report(const char *words)
{
	uint8_t bytes[REPORT_SIZE];

	report_make(words, bytes);
	ck_assert_int_eq(sevadm_report_decode(bytes, sizeof(bytes), SEVADM_GENERATION_UNKNOWN,
					      &report), 0);
}

static void begin(void)
{
	ck_assert_int_eq(sevadm_report_policy_new(&policy), 0);
}

static void end(void)
{
	sevadm_report_policy_free(policy);
	policy = NULL;
}

static int add(const char *rule, const char *wanted)
{
	return sevadm_report_policy_add(policy, rule, wanted, "me", &failure);
}

/* Of me, or of nobody */
static const struct sevadm_report_rule *find(const char *name)
{
	size_t nr = sevadm_report_policy_count(policy);

	ck_assert_uint_le(nr, COUNT(rules));
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(rules[i].name, name))
			return &rules[i];
	ck_abort_msg("there is no rule %s", name);
	return NULL;
}

#define HEX8(c)		c c c c c c c c c c c c c c c c
#define HEX16(c)	HEX8(c) HEX8(c)
#define HEX32(c)	HEX16(c) HEX16(c)
#define HEX48(c)	HEX32(c) HEX16(c)
#define HEX64(c)	HEX32(c) HEX32(c)

/* What is wanted, of which report, whether it holds, what was found; and how it is told */
static const struct {
	const char *rule, *wanted, *report;
	bool holds;
	const char *found, *told;
} cases[] = {
#define TCB(kind) \
	{ "min_tcb." #kind ".fmc", "2", "product=turin fmc=2", true, "2", "at least 2" }, \
	{ "min_tcb." #kind ".fmc", "3", "product=turin fmc=2", false, "2", "at least 3" }, \
	{ "min_tcb." #kind ".fmc", "0", "", false, "none: this processor has no FMC", "at least 0" }, \
	{ "min_tcb." #kind ".bootloader", "4", "bl=4", true, "4", "at least 4" }, \
	{ "min_tcb." #kind ".bootloader", "5", "bl=4", false, "4", "at least 5" }, \
	{ "min_tcb." #kind ".tee", "0", "tee=0", true, "0", "at least 0" }, \
	{ "min_tcb." #kind ".tee", "1", "tee=0", false, "0", "at least 1" }, \
	{ "min_tcb." #kind ".snp", "22", "snp=23", true, "23", "at least 22" }, \
	{ "min_tcb." #kind ".snp", "24", "snp=23", false, "23", "at least 24" }, \
	{ "min_tcb." #kind ".microcode", "0xd1", "ucode=209", true, "209", "at least 209" }, \
	{ "min_tcb." #kind ".microcode", "210", "ucode=209", false, "209", "at least 210" }
	TCB(current), TCB(reported), TCB(committed), TCB(launch),
	/* each of its own field */
	{ "min_tcb.current.snp", "9", "current=0x7309000000000003", true, "9", "at least 9" },
	{ "min_tcb.current.snp", "9", "reported=0x7309000000000003", false, "8", "at least 9" },
	{ "min_tcb.reported.snp", "9", "reported=0x7309000000000003", true, "9", "at least 9" },
	{ "min_tcb.committed.snp", "9", "committed=0x7309000000000003", true, "9", "at least 9" },
	{ "min_tcb.launch.snp", "9", "launch=0x7309000000000003", true, "9", "at least 9" },
	{ "min_tcb.reported.snp", "0", "family=0x1b", false,
	  "0x7308000000000003, of a layout that is not known", "at least 0" },
	{ "min_version.current_firmware", "1.55", "fw=1.55.0", true, "1.55.0", "at least 1.55" },
	{ "min_version.current_firmware", "1.55.24", "fw=1.55.24", true, "1.55.24", "at least 1.55.24" },
	{ "min_version.current_firmware", "1.55.25", "fw=1.55.24", false, "1.55.24", "at least 1.55.25" },
	{ "min_version.current_firmware", "1.55.25", "fw=1.56.1", true, "1.56.1", "at least 1.55.25" },
	{ "min_version.current_firmware", "1.255.255", "fw=2.0.0", true, "2.0.0", "at least 1.255.255" },
	{ "min_version.committed_firmware", "1.54", "committed-fw=1.54.0", true, "1.54.0",
	  "at least 1.54" },
	{ "min_version.committed_firmware", "1.55", "committed-fw=1.54.99", false, "1.54.99",
	  "at least 1.55" },
	{ "min_version.guest_abi", "1.51", "policy=0x30133", true, "1.51", "at least 1.51" },
	{ "min_version.guest_abi", "1.52", "policy=0x30133", false, "1.51", "at least 1.52" },
	{ "min_version.report", "3", "version=3", true, "3", "at least 3" },
	{ "min_version.report", "3", "version=2", false, "2", "at least 3" },
	{ "min_version.guest_svn", "7", "svn=4294967295", true, "4294967295", "at least 7" },
	{ "min_version.guest_svn", "7", "svn=6", false, "6", "at least 7" },
#define BIT(path, word, bit) \
	{ path, "required", word "=" bit, true, "set", "required" }, \
	{ path, "required", word "=0", false, "not set", "required" }, \
	{ path, "forbidden", word "=" bit, false, "set", "forbidden" }, \
	{ path, "forbidden", word "=0", true, "not set", "forbidden" }, \
	{ path, "allowed", word "=" bit, true, "set", "allowed" }, \
	{ path, "allowed", word "=0", true, "not set", "allowed" }
	BIT("guest_policy.smt", "policy", "0x10000"), BIT("guest_policy.migrate_ma", "policy", "0x40000"),
	BIT("guest_policy.debug", "policy", "0x80000"),
	BIT("guest_policy.single_socket", "policy", "0x100000"),
	BIT("guest_policy.cxl", "policy", "0x200000"), BIT("guest_policy.aes256_xts", "policy", "0x400000"),
	BIT("guest_policy.rapl_dis", "policy", "0x800000"),
	BIT("guest_policy.ciphertext_hiding", "policy", "0x1000000"),
	BIT("guest_policy.page_swap_disable", "policy", "0x2000000"),
	BIT("platform_info.smt", "platform", "1"), BIT("platform_info.tsme", "platform", "2"),
	BIT("platform_info.ecc", "platform", "4"), BIT("platform_info.rapl_dis", "platform", "8"),
	BIT("platform_info.ciphertext_hiding", "platform", "0x10"),
	BIT("platform_info.alias_check", "platform", "0x20"), BIT("platform_info.tio", "platform", "0x80"),
	{ "provisional_firmware", "forbidden", "", true, "what runs is committed", "forbidden" },
	{ "provisional_firmware", "forbidden", "committed-fw=1.55.23", false,
	  "1.55.24 runs, and 1.55.23 is committed", "forbidden" },
	{ "provisional_firmware", "forbidden", "committed=0x7307000000000003", false,
	  "TCB 0x7308000000000003 runs, and 0x7307000000000003 is committed", "forbidden" },
	{ "provisional_firmware", "allowed", "committed-fw=1.54.24", true,
	  "1.55.24 runs, and 1.54.24 is committed", "allowed" },
	{ "vmpl", "0", "vmpl=0", true, "0", "0" }, { "vmpl", "2", "vmpl=2", true, "2", "2" },
	{ "vmpl", "2", "vmpl=1", false, "1", "2" },
	{ "vmpl", "3", "vmpl=0xffffffff", false, "none: the host asked for the report", "3" },
	{ "max_vmpl", "1", "vmpl=1", true, "1", "at most 1" },
	{ "max_vmpl", "1", "vmpl=0", true, "0", "at most 1" },
	{ "max_vmpl", "1", "vmpl=2", false, "2", "at most 1" },
	{ "max_vmpl", "3", "vmpl=0xffffffff", false, "none: the host asked for the report", "at most 3" },
#define BYTES(rule, word, hex) \
	{ rule, hex("1"), word "=" hex("1"), true, hex("1"), hex("1") }, \
	{ rule, hex("1"), word "=" hex("2"), false, hex("2"), hex("1") }, \
	{ rule, hex("2") "," hex("a"), word "=" hex("A"), true, hex("a"), \
	  "one of 2: " hex("2") "," hex("a") }
	BYTES("measurement", "measurement", HEX48), BYTES("host_data", "host-data", HEX32),
	BYTES("report_data", "data", HEX64), BYTES("family_id", "family-id", HEX16),
	BYTES("image_id", "image-id", HEX16), BYTES("id_key_digest", "id-key", HEX48),
	BYTES("author_key_digest", "author=1 author-key", HEX48), BYTES("chip_id", "hwid", HEX64),
	{ "author_key_digest", HEX48("1"), "author-key=" HEX48("1"), false,
	  "none: there is no author key", HEX48("1") },
	{ "author_key", "required", "author=1", true, "set", "required" },
	{ "author_key", "required", "", false, "not set", "required" },
	{ "author_key", "allowed", "", true, "not set", "allowed" },
	/* Turin's, and it alone, has 8 bytes */
	{ "chip_id", HEX8("3"), "product=turin hwid=" HEX8("3"), true,
	  HEX8("3") HEX48("0") HEX8("0"), HEX8("3") HEX48("0") HEX8("0") },
	{ "chip_id", HEX8("3"), "hwid=" HEX64("3"), false, HEX64("3"), HEX8("3") HEX48("0") HEX8("0") },
	{ "chip_id", HEX64("0"), "hwid=masked", false, "none: it is masked", HEX64("0") },
	{ "signing_key", "vcek", "", true, "vcek", "vcek" },
	{ "signing_key", "vcek", "signing=vlek", false, "vlek", "vcek" },
	{ "signing_key", "vlek", "signing=vlek", true, "vlek", "vlek" },
	{ "signing_key", "vcek", "mask-key=1", false, "none", "vcek" },
	{ "signing_key", "vcek", "signing=none", false, "none", "vcek" },
	{ "signing_key", "vlek", "signing=3 sign=no", false, "?", "vlek" },
};

START_TEST(rule)
{
	const struct sevadm_report_rule *r;
	size_t broken;

	begin();
	read_report(cases[_i].report);
	ck_assert_msg(!add(cases[_i].rule, cases[_i].wanted), "%s", failure.message);
	broken = sevadm_report_policy_check(policy, &report, rules);
	r = find(cases[_i].rule);
	ck_assert_msg(r->holds == cases[_i].holds, "%s %s of %s: %s", r->name, r->wanted, cases[_i].report,
		      r->found);
	ck_assert_str_eq(r->found, cases[_i].found);
	ck_assert_str_eq(r->wanted, cases[_i].told);
	ck_assert_str_eq(r->from, "me");
	for (size_t i = 0; i < sevadm_report_policy_count(policy); i++)
		broken -= !rules[i].holds;
	ck_assert_uint_eq(broken, 0);
	end();
}
END_TEST

START_TEST(all_rules)
{
	for (const struct policy_field *field = policy_fields; field->path; field++) {
		int seen[2] = { 0 };

		for (int i = 0; i < COUNT(cases); i++)
			if (!strcmp(cases[i].rule, field->path))
				seen[cases[i].holds]++;
		ck_assert_msg(seen[0] && seen[1], "%s: holds %d times, fails %d times", field->path, seen[1],
			      seen[0]);
	}
}
END_TEST

/* ------------------------------------------------------------------ wrong ones */

static const struct { const char *rule, *wanted, *why; } wrong_cases[] = {
	{ "min_tcb", "1", "min_tcb: there is no such rule" },
	{ "min_tcb.reported", "1", "min_tcb.reported: there is no such rule" },
	{ "min_tcb.reported.spl", "1", "min_tcb.reported.spl: there is no such rule" },
	{ "", "1", ": there is no such rule" }, { "a\nb", "1", "a\\x0ab: there is no such rule" },
	{ "min_tcb.reported.snp", "256", "min_tcb.reported.snp: '256' is no number from 0 to 255" },
	{ "min_tcb.reported.snp", "", "min_tcb.reported.snp: '' is no number from 0 to 255" },
	{ "min_tcb.reported.snp", "-1", "min_tcb.reported.snp: '-1' is no number from 0 to 255" },
	{ "min_version.guest_svn", "4294967296", "min_version.guest_svn: '4294967296' is no number from 0 to "
	  "4294967295" },
	{ "min_version.current_firmware", "1", "min_version.current_firmware: '1' is no version, as 1.55 or "
	  "1.55.21, with numbers up to 255" },
	{ "min_version.current_firmware", "1.", "min_version.current_firmware: '1.' is no version" },
	{ "min_version.current_firmware", "1.55.", "min_version.current_firmware: '1.55.' is no version" },
	{ "min_version.current_firmware", "1.256", "min_version.current_firmware: '1.256' is no version" },
	{ "min_version.current_firmware", "1.0001", "min_version.current_firmware: '1.0001' is no version" },
	{ "min_version.current_firmware", "1.2.3.4", "min_version.current_firmware: '1.2.3.4' is no version" },
	{ "min_version.current_firmware", " 1.2", "min_version.current_firmware: ' 1.2' is no version" },
	{ "min_version.current_firmware", "1.-2", "min_version.current_firmware: '1.-2' is no version" },
	{ "min_version.guest_abi", "1.51.1", "min_version.guest_abi: '1.51.1' is no version, as 1.51, with" },
	{ "guest_policy.debug", "no", "guest_policy.debug: 'no' is neither required, allowed nor forbidden" },
	{ "guest_policy.debug", "require", "guest_policy.debug: 'require' is neither" },
	{ "provisional_firmware", "required", "provisional_firmware: 'required' is neither allowed nor" },
	{ "author_key", "forbidden", "author_key: 'forbidden' is neither required nor allowed" },
	{ "signing_key", "VCEK", "signing_key: 'VCEK' is neither vcek nor vlek" },
	{ "vmpl", "4", "vmpl: '4' is no number from 0 to 3" },
	{ "max_vmpl", "0xffffffff", "max_vmpl: '0xffffffff' is no number from 0 to 3" },
	{ "measurement", "", "measurement: it names nothing" },
	{ "measurement", "12", "measurement: '12' has 2 hexadecimal digits, and it takes 96" },
	{ "measurement", HEX48("1") ",", "measurement: '' has 0 hexadecimal digits, and it takes 96" },
	{ "measurement", HEX48("1") "0", "measurement: '111111111111111111111111111111111111111' has 97 hexa" },
	{ "measurement", "0x" HEX48("1"), "measurement: '0x1111111111111111111111111111111111111' is not hexad" },
	{ "measurement", "\x1b[31m", "measurement: '\\x1b[31m' is not hexadecimal" },
	{ "chip_id", "12", "chip_id: '12' has 2 hexadecimal digits, and it takes 128 or 16" },
};

START_TEST(wrong)
{
	size_t before;

	begin();
	before = sevadm_report_policy_count(policy);
	ck_assert_int_eq(add(wrong_cases[_i].rule, wrong_cases[_i].wanted), -EINVAL);
	ck_assert_int_eq(failure.kind, SEVADM_USAGE);
	ck_assert_msg(!strncmp(failure.message, wrong_cases[_i].why, strlen(wrong_cases[_i].why)), "%s",
		      failure.message);
	ck_assert_uint_eq(sevadm_report_policy_count(policy), before);
	end();
}
END_TEST

/* ------------------------------------------------------------ several together */

START_TEST(silence)
{
	begin();
	read_report("policy=0xf0000 committed-fw=1.0.0");
	ck_assert_uint_eq(sevadm_report_policy_count(policy), 3);
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 3);
	ck_assert_str_eq(find("guest_policy.debug")->from, "default");
	ck_assert_str_eq(find("guest_policy.debug")->wanted, "forbidden");
	ck_assert_int_eq(add("guest_policy.debug", "allowed"), 0);
	ck_assert_int_eq(add("guest_policy.migrate_ma", "allowed"), 0);
	ck_assert_int_eq(add("provisional_firmware", "allowed"), 0);
	ck_assert_uint_eq(sevadm_report_policy_count(policy), 3);
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 0);
	ck_assert_str_eq(find("guest_policy.debug")->from, "me");
	end();
}
END_TEST

/* All are listed, and the stricter holds */
START_TEST(two_people)
{
	begin();
	read_report("vmpl=1 snp=8");
	ck_assert_int_eq(add("min_tcb.reported.snp", "8"), 0);
	ck_assert_int_eq(sevadm_report_policy_add(policy, "min_tcb.reported.snp", "9", "you", &failure), 0);
	ck_assert_int_eq(sevadm_report_policy_add(policy, "guest_policy.debug", "forbidden", "you", &failure), 0);
	ck_assert_int_eq(add("guest_policy.debug", "allowed"), 0);
	ck_assert_uint_eq(sevadm_report_policy_count(policy), 6);
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 1);
	ck_assert(find("min_tcb.reported.snp")->holds);
	ck_assert(!find("min_tcb.reported.snp")[1].holds);
	ck_assert_str_eq(find("min_tcb.reported.snp")[1].from, "you");
	end();
}
END_TEST

START_TEST(lists)
{
	char wanted[64];

	begin();
	read_report("measurement=" HEX48("2"));
	ck_assert_int_eq(add("measurement", HEX48("1")), 0);
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 1);
	/* of the same people one list, of others another */
	ck_assert_int_eq(add("measurement", HEX48("2")), 0);
	ck_assert_uint_eq(sevadm_report_policy_count(policy), 4);
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 0);
	ck_assert_int_eq(add("measurement", HEX48("3") ",4"), -EINVAL);
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 0);
	ck_assert_str_eq(find("measurement")->wanted, "one of 2: " HEX48("1") "," HEX48("2"));
	ck_assert_int_eq(sevadm_report_policy_add(policy, "measurement", HEX48("3"), "you", &failure), 0);
	ck_assert_uint_eq(sevadm_report_policy_count(policy), 5);
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 1);
	for (int i = 3; i <= 17; i++)
		ck_assert_int_eq(add("measurement", HEX48("5")), 0);
	sevadm_report_policy_check(policy, &report, rules);
	snprintf(wanted, sizeof(wanted), "one of %d", 17);
	ck_assert_str_eq(find("measurement")->wanted, wanted);
	end();
}
END_TEST

/* ---------------------------------------------------------------- policy files */

#define SCHEMA	"\"schema\": 1"

static int read_file(const char *json)
{
	return sevadm_report_policy_read(policy, json, strlen(json), "p.json", &failure);
}

START_TEST(file)
{
	static const char json[] =
		"{ " SCHEMA ", \"comment\": \"all: of it\",\n"
		"  \"min_tcb\": { \"reported\": { \"bootloader\": 3, \"snp\": 8 }, \"launch\": { \"microcode\": 115 } },\n"
		"  \"min_version\": { \"current_firmware\": \"1.55.24\", \"report\": 3, \"guest_svn\": 0 },\n"
		"  \"guest_policy\": { \"smt\": \"allowed\", \"debug\": \"forbidden\" },\n"
		"  \"platform_info\": { \"ecc\": \"required\" }, \"max_vmpl\": 2, \"vmpl\": 1,\n"
		"  \"measurement\": [ \"" HEX48("1") "\", \"" HEX48("2") "\" ], \"host_data\": \"" HEX32("7") "\",\n"
		"  \"author_key\": \"allowed\", \"signing_key\": \"vcek\", \"provisional_firmware\": \"allowed\" }\n";

	begin();
	read_report("vmpl=1 measurement=" HEX48("2") " host-data=" HEX32("7") " committed-fw=1.2.3");
	ck_assert_msg(!read_file(json), "%s", failure.message);
	ck_assert_uint_eq(sevadm_report_policy_count(policy), 17);
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 0);
	ck_assert_str_eq(find("host_data")->from, "p.json");
	ck_assert_str_eq(find("guest_policy.migrate_ma")->from, "default");
	read_report("vmpl=3 measurement=" HEX48("3") " snp=7 fw=1.55.23 platform=0");
	ck_assert_uint_eq(sevadm_report_policy_check(policy, &report, rules), 7);
	end();
}
END_TEST

static const struct { const char *json; int ret; const char *why; } file_cases[] = {
	{ "", -EBADMSG, "p.json: it is no JSON: it ends too early" },
	{ "{" SCHEMA ",", -EBADMSG, "p.json: it is no JSON: it ends too early" },
	{ "{" SCHEMA ",\n}", -EBADMSG, "p.json: it is no JSON: line 2: " },
	{ "{" SCHEMA "}}", -EBADMSG, "p.json: it is no JSON: line 1: " },
	{ "{" SCHEMA "}\n\n{}", -EBADMSG, "p.json: it is no JSON: line 3: " },
	{ "{" SCHEMA "} // no", -EBADMSG, "p.json: it is no JSON" },
	{ "{ /* no */ " SCHEMA "}", -EBADMSG, "p.json: it is no JSON" },
	{ "{'schema': 1}", -EBADMSG, "p.json: it is no JSON: line 1: names stand in double quotes" },
	{ "{" SCHEMA ", \"comment\": \"\xff\"}", -EBADMSG, "p.json: it is no JSON" },
	{ "[[[[[[[[]]]]]]]]", -EBADMSG, "p.json: it is no JSON: line 1: nesting too deep" },
	{ "null\n", -EINVAL, "p.json: a policy is an object, and this is none" },
	{ "[]", -EINVAL, "p.json: a policy is an object, and this is none" },
	{ "1 ", -EINVAL, "p.json: a policy is an object, and this is none" },
	{ "{}", -EINVAL, "p.json: schema: it is missing" },
	{ "{\"schema\": 2}", -EINVAL, "p.json: schema: it is not 1" },
	{ "{\"schema\": \"1\"}", -EINVAL, "p.json: schema: it is not 1" },
	{ "{\"schema\": 1.0}", -EINVAL, "p.json: schema: it is not 1" },
	{ "{" SCHEMA ", \"vmpl\": 0, \"vmpl\": 3}", -EINVAL, "p.json: a member is there twice" },
	{ "{" SCHEMA ", \"min_tcb\": {}, \"min_tcb\": {}}", -EINVAL, "p.json: a member is there twice" },
	{ "{" SCHEMA ", \"vmpl\": 0, \"comment\": \"\\\":\", \"comment\": \"\"}", -EINVAL, "p.json: a member is there twice" },
	{ "{" SCHEMA ", \"debug\": \"forbidden\"}", -EINVAL, "p.json: debug: there is no such member in a policy" },
	{ "{" SCHEMA ", \"guest_policy\": {\"dbg\": \"forbidden\"}}", -EINVAL,
	  "p.json: guest_policy.dbg: there is no such member in a policy" },
	{ "{" SCHEMA ", \"guest_policy\": {\"comment\": \"forbidden\"}}", -EINVAL,
	  "p.json: guest_policy.comment: there is no such member in a policy" },
	{ "{" SCHEMA ", \"guest_policy.debug\": \"forbidden\"}", -EINVAL,
	  "p.json: guest_policy.debug: there is no such member in a policy" },
	{ "{" SCHEMA ", \"min_tcb\": {\"reported.snp\": 3}}", -EINVAL,
	  "p.json: min_tcb.reported.snp: there is no such member in a policy" },
	{ "{" SCHEMA ", \"\": {}}", -EINVAL, "p.json: there is no such member in a policy" },
	{ "{" SCHEMA ", \"min_tcb\": {\"\": {}}}", -EINVAL, "p.json: min_tcb.: there is no such member in a policy" },
	{ "{" SCHEMA ", \"min\": {}}", -EINVAL, "p.json: min: there is no such member in a policy" },
	{ "{" SCHEMA ", \"\\u001b\": 1}", -EINVAL, "p.json: \\x1b: there is no such member in a policy" },
	{ "{" SCHEMA ", \"comment\": 1}", -EINVAL, "p.json: comment: it takes a string" },
	{ "{" SCHEMA ", \"min_tcb\": 3}", -EINVAL, "p.json: min_tcb: it takes an object" },
	{ "{" SCHEMA ", \"min_tcb\": {\"reported\": null}}", -EINVAL, "p.json: min_tcb.reported: it takes an object" },
	{ "{" SCHEMA ", \"min_tcb\": {\"reported\": {\"snp\": \"8\"}}}", -EINVAL,
	  "p.json: min_tcb.reported.snp: it takes a whole number, without quotes" },
	{ "{" SCHEMA ", \"min_tcb\": {\"reported\": {\"snp\": 8.0}}}", -EINVAL,
	  "p.json: min_tcb.reported.snp: it takes a whole number" },
	{ "{" SCHEMA ", \"min_tcb\": {\"reported\": {\"snp\": null}}}", -EINVAL,
	  "p.json: min_tcb.reported.snp: it takes a whole number" },
	{ "{" SCHEMA ", \"min_tcb\": {\"reported\": {\"snp\": -1}}}", -EINVAL,
	  "p.json: min_tcb.reported.snp: '-1' is no number from 0 to 255" },
	{ "{" SCHEMA ", \"min_tcb\": {\"reported\": {\"snp\": 99999999999999999999}}}", -EINVAL,
	  "p.json: min_tcb.reported.snp: '9223372036854775807' is no number from 0 to 255" },
	{ "{" SCHEMA ", \"vmpl\": true}", -EINVAL, "p.json: vmpl: it takes a whole number" },
	{ "{" SCHEMA ", \"vmpl\": 4}", -EINVAL, "p.json: vmpl: '4' is no number from 0 to 3" },
	{ "{" SCHEMA ", \"min_version\": {\"current_firmware\": 1.55}}", -EINVAL,
	  "p.json: min_version.current_firmware: it takes a string" },
	{ "{" SCHEMA ", \"min_version\": {\"current_firmware\": \"one\"}}", -EINVAL,
	  "p.json: min_version.current_firmware: 'one' is no version" },
	{ "{" SCHEMA ", \"guest_policy\": {\"debug\": false}}", -EINVAL, "p.json: guest_policy.debug: it takes a string" },
	{ "{" SCHEMA ", \"signing_key\": \"vcek\\u0000\"}", -EINVAL, "p.json: signing_key: it takes a string" },
	{ "{" SCHEMA ", \"measurement\": []}", -EINVAL, "p.json: measurement: its list is empty" },
	{ "{" SCHEMA ", \"measurement\": \"\"}", -EINVAL, "p.json: measurement: it names nothing" },
	{ "{" SCHEMA ", \"measurement\": [1]}", -EINVAL, "p.json: measurement: it takes a string of hexadecimal" },
	{ "{" SCHEMA ", \"measurement\": {}}", -EINVAL, "p.json: measurement: it takes a string of hexadecimal" },
	{ "{" SCHEMA ", \"host_data\": \"" HEX32("1") "," HEX32("1") "\"}", -EINVAL,
	  "p.json: host_data: it takes a string of hexadecimal" },
	{ "{" SCHEMA ", \"host_data\": [\"" HEX32("1") "\", \"00\"]}", -EINVAL,
	  "p.json: host_data: '00' has 2 hexadecimal digits, and it takes 64" },
};

START_TEST(wrong_file)
{
	begin();
	ck_assert_int_eq(read_file(file_cases[_i].json), file_cases[_i].ret);
	ck_assert_int_eq(failure.kind, SEVADM_FAILED);
	ck_assert_msg(!strncmp(failure.message, file_cases[_i].why, strlen(file_cases[_i].why)), "%s: %s",
		      file_cases[_i].json, failure.message);
	end();
}
END_TEST

/* A name of a file is somebody's as well */
START_TEST(wrong_name)
{
	begin();
	ck_assert_int_eq(sevadm_report_policy_read(policy, "{}", 2, "a\nb", &failure), -EINVAL);
	ck_assert_msg(!strncmp(failure.message, "a\\x0ab: schema", 14), "%s", failure.message);
	ck_assert_int_eq(sevadm_report_policy_read(policy, "{\"schema\": 1}\0", 14, "z", &failure), -EBADMSG);
	end();
}
END_TEST

#define THREADS	4

static void *check_many(void *arg)
{
	struct sevadm_report_rule mine[8];
	size_t *misses = arg;

	for (int i = 0; i < 2000; i++)
		*misses += sevadm_report_policy_check(policy, &report, mine) != 1;
	return NULL;
}

START_TEST(threads)
{
	pthread_t thread[THREADS];
	size_t failed[THREADS] = { 0 };

	begin();
	read_report("vmpl=1");
	ck_assert_int_eq(add("vmpl", "2"), 0);
	ck_assert_int_eq(add("measurement", HEX48("1")), 0);
	read_report("vmpl=1 measurement=" HEX48("1"));
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, check_many, &failed[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_uint_eq(failed[i], 0);
	}
	end();
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_report_policy");

	tcase_add_loop_test(tc, rule, 0, COUNT(cases));
	tcase_add_test(tc, all_rules);
	tcase_add_loop_test(tc, wrong, 0, COUNT(wrong_cases));
	tcase_add_test(tc, silence);
	tcase_add_test(tc, two_people);
	tcase_add_test(tc, lists);
	tcase_add_test(tc, file);
	tcase_add_loop_test(tc, wrong_file, 0, COUNT(file_cases));
	tcase_add_test(tc, wrong_name);
	tcase_add_test(tc, threads);
	return lib_run(suite);
}

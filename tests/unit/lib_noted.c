// SPDX-License-Identifier: GPL-2.0-or-later
/* Guests that were noted for who completes a command line */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/platform/noted.h"
#include "tests/unit/lib_test.h"

#define BOOT	"3a8c4c2e-0000-4000-8000-000000000001"

static char dir[64], path[96];

static void set_up(void)
{
	strcpy(dir, "/tmp/sevadm-noted-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/run/guests", dir);
}

static void tear_down(void)
{
	char run[80];

	unlink(path);
	snprintf(run, sizeof(run), "%s/run", dir);
	rmdir(run);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void note(const char *boot)
{
	struct sevadm_guest list[] = {
		{ .id = 1, .kind = SEVADM_GUEST_SNP, .state = SEVADM_GUEST_RUNNING, .pid = 1200,
		  .comm = "qemu with blanks" },
		{ .id = UINT64_MAX, .kind = SEVADM_GUEST_SEV_ES, .state = SEVADM_GUEST_TOMBSTONE },
	};
	struct sevadm_guests guests = { .guests = list, .nr_guests = 2 };
	char *text = noted_text(&guests, boot);

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(noted_write(path, text), 0);
	free(text);
}

static void put(const char *text)
{
	FILE *f;

	ck_assert_int_eq(noted_write(path, ""), 0);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static size_t count(void)
{
	struct sevadm_noted noted = { 0 };
	size_t nr;

	ck_assert_int_eq(noted_read(path, BOOT, &noted), 0);
	nr = noted.nr_guests;
	sevadm_noted_free(&noted);
	return nr;
}

START_TEST(comes_back)
{
	struct sevadm_noted noted = { 0 };
	struct stat st;

	note(BOOT);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(noted_read(path, BOOT, &noted), 0);
	ck_assert_uint_eq(noted.nr_guests, 2);
	ck_assert_uint_eq(noted.guests[0].id, 1);
	ck_assert_int_eq(noted.guests[0].kind, SEVADM_GUEST_SNP);
	ck_assert_int_eq(noted.guests[0].state, SEVADM_GUEST_RUNNING);
	ck_assert_int_eq(noted.guests[0].pid, 1200);
	ck_assert_str_eq(noted.guests[0].comm, "qemu with blanks");
	ck_assert_uint_eq(noted.guests[1].id, UINT64_MAX);
	ck_assert_int_eq(noted.guests[1].kind, SEVADM_GUEST_SEV_ES);
	ck_assert_int_eq(noted.guests[1].state, SEVADM_GUEST_TOMBSTONE);
	ck_assert_str_eq(noted.guests[1].comm, "");
	sevadm_noted_free(&noted);
}
END_TEST

START_TEST(another_boot)
{
	note("3a8c4c2e-0000-4000-8000-000000000002");
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(not_there)
{
	struct sevadm_noted noted = { 0 };

	ck_assert_int_eq(noted_read(path, BOOT, &noted), -ENOENT);
	ck_assert_uint_eq(noted.nr_guests, 0);
}
END_TEST

/* Text, and how many guests are in it as far as it makes sense */
static const struct {
	const char *text;
	size_t nr;
} damaged[] = {
	{ "", 0 },
	{ "1 SNP running 1 qemu\n", 0 },
	{ "boot " BOOT "\n", 0 },
	{ "boot " BOOT "x\n1 SNP running 1 qemu\n", 0 },
	{ "boot " BOOT "\n1 SNP running 1 qemu\n2 SNP", 1 },
	{ "boot " BOOT "\n1 SNP running 1 qemu\n2 TDX running 1 qemu\n3 SNP running 1 qemu\n", 1 },
	{ "boot " BOOT "\n1 SNP asleep 1 qemu\n", 0 },
	{ "boot " BOOT "\nx SNP running 1 qemu\n", 0 },
	{ "boot " BOOT "\n1 SNP running 1 qemu\x1b[31m\n", 1 },
};

START_TEST(damage)
{
	put(damaged[_i].text);
	ck_assert_uint_eq(count(), damaged[_i].nr);
}
END_TEST

START_TEST(escaped)
{
	struct sevadm_noted noted = { 0 };

	put("boot " BOOT "\n1 SNP running 1 a\x1b[31m\n");
	ck_assert_int_eq(noted_read(path, BOOT, &noted), 0);
	ck_assert_str_eq(noted.guests[0].comm, "a\\x1b[31m");
	sevadm_noted_free(&noted);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_noted");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, comes_back);
	tcase_add_test(tc, another_boot);
	tcase_add_test(tc, not_there);
	tcase_add_loop_test(tc, damage, 0, sizeof(damaged) / sizeof(damaged[0]));
	tcase_add_test(tc, escaped);
	return lib_run(suite);
}

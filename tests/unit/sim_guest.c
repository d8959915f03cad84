// SPDX-License-Identifier: GPL-2.0-or-later
/* /dev/sev-guest of a simulated guest: the ioctls of Linux's sev-guest driver */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report_signed.h"
#include "sim/psp_fw.h"
#include "sim_test.h"

#define GET_REPORT	0xc0205300ul
#define GET_KEY		0xc0205301ul
#define GET_EXT_REPORT	0xc0205302ul
#define NO_FW_CALL	0xffffffffull
#define VMM(e)		((uint64_t)(e) << 32)

static struct sim *inside;		/* guest 1 */
static int node;
static uint64_t exitinfo2;
static uint8_t answer[4000], certs[0x4000];

/* The requests as the kernel has them */
static struct { uint8_t data[64]; uint32_t vmpl; uint8_t rsvd[28]; uint64_t certs; uint32_t len; }
	report_req;

static void enter(uint64_t id)
{
	struct sim_why why = { "" };

	ck_assert_int_eq(sim_open(sim_path, &device_sim_crypto, &inside, &why), 0);
	ck_assert_int_eq(sim_guest_enter(inside, id, &why), 0);
	node = sim_node_open(inside, "/dev/sev-guest", O_RDWR);
}

static void setup(void)
{
	sim_test_small(2, 1);
	enter(1);
	ck_assert_int_ge(node, 0);
	memset(&report_req, 0, sizeof(report_req));
	memset(report_req.data, 0xda, sizeof(report_req.data));
	memset(answer, 0, sizeof(answer));
}

static void teardown(void)
{
	sim_close(inside);
	sim_test_remove();
}

static int ask_version(unsigned long request, void *req, uint8_t version)
{
	struct { uint8_t version; uint64_t req, resp, exitinfo2; } io = {
		.version = version, .req = (uintptr_t)req, .resp = (uintptr_t)answer,
		.exitinfo2 = 0x1234,
	};
	int ret = sim_node_ioctl(inside, node, request, &io);

	exitinfo2 = io.exitinfo2;
	return ret;
}

static int ask(unsigned long request, void *req)
{
	return ask_version(request, req, 1);
}

static uint32_t word(size_t at)
{
	uint32_t value;

	memcpy(&value, answer + at, sizeof(value));
	return value;
}

/* Signed by the VCEK that a chip with its id has for its reported TCB */
static bool is_signed(const uint8_t *r, enum psp_fw_generation generation)
{
	static const struct psp_fw_ops ops = { .crypto = &device_sim_crypto };
	static struct psp_fw fw;
	const uint16_t ccx = 0;
	struct psp_fw_config config = { .nr_threads = 1, .thread_ccx = &ccx, .sockets = 1,
					.generation = generation };
	uint8_t d[48], point[144];
	uint64_t tcb;

	memcpy(config.chip_id[0], r + 0x1a0, 64);
	memcpy(&tcb, r + 0x180, sizeof(tcb));
	ck_assert_ptr_null(psp_fw_init(&fw, &ops, NULL, &config));
	ck_assert_int_eq(psp_fw_vcek(&fw, tcb, d, point), 0);
	return report_signed(r, point);
}

static void reports(enum psp_fw_generation generation, uint32_t version)
{
	for (uint32_t vmpl = 0; vmpl < 4; vmpl++) {
		report_req.vmpl = vmpl;
		ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
		ck_assert_uint_eq(exitinfo2, 0x1234);	/* untouched when all is well */
		ck_assert_uint_eq(word(0), 0);
		ck_assert_uint_eq(word(4), 0x4a0);
		ck_assert_uint_eq(word(0x20), version);
		ck_assert_uint_eq(word(0x50), vmpl);
		ck_assert_mem_eq(answer + 0x70, report_req.data, 64);
		ck_assert(is_signed(answer + 0x20, generation));
		answer[0x20 + 0x90] ^= 1;
		ck_assert(!is_signed(answer + 0x20, generation));
	}
}

START_TEST(report)
{
	uint8_t other[48];

	reports(PSP_FW_GENOA, 3);
	ck_assert_str_eq((char *)answer + 0x20 + 0xc0, "simulated guest 1200");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	memcpy(other, answer + 0x20 + 0x140, 32);
	sim_close(inside);
	enter(2);
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	ck_assert_mem_ne(other, answer + 0x20 + 0x140, 32);	/* another launch */
}
END_TEST

static const struct { const char *name; enum psp_fw_generation generation; uint32_t version; }
generations[] = {
	{ "milan", PSP_FW_MILAN, 3 }, { "turin", PSP_FW_TURIN, 5 },
};

START_TEST(generation)
{
	struct sim_options o = { .cpus = 4, .threads_per_core = 2, .cores_per_ccx = 2, .sockets = 1,
				 .vcpus = 2, .snp_guests = 1,
				 .generation = generations[_i].name };

	sim_close(inside);
	sim_test_remove();
	sim_test_create(&o);
	enter(1);
	reports(generations[_i].generation, generations[_i].version);
}
END_TEST

/* Another firmware under a guest that runs: what was launched by which, and committed */
START_TEST(firmware)
{
	const uint8_t *r = answer + 0x20;

	act("firmware=1.52.4");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	ck_assert_uint_eq(word(0x20), 2);
	ck_assert_uint_eq(r[0x188] | r[0x189], 0);
	ck_assert_mem_eq(r + 0x1e8, "\x04\x34\x01\x00\x04\x34\x01", 7);
	ck_assert(is_signed(r, PSP_FW_GENOA));
	act("firmware=1.58.1:0x491800000000000a");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	ck_assert_uint_eq(word(0x20), 5);
	ck_assert_mem_eq(r + 0x1e8, "\x01\x3a\x01\x00\x04\x34\x01", 7);
	ck_assert_mem_eq(r + 0x38, "\x0a\0\0\0\0\0\x18\x49", 8);
	for (size_t at = 0x180; at <= 0x1f0; at += at == 0x180 ? 0x60 : 0x10)
		ck_assert_mem_eq(r + at, "\x09\0\0\0\0\0\x17\x48", 8);
	ck_assert(is_signed(r, PSP_FW_GENOA));
	ck_assert_int_lt(try_act("firmware=1.58"), 0);
	ck_assert_int_lt(try_act("firmware=1.58.2x"), 0);
	ck_assert_int_lt(try_act("firmware=1.258.2"), 0);
	ck_assert_int_lt(try_act("firmware=1.58.2:0x10000"), 0);
}
END_TEST

/* What is wrong with the request itself the firmware tells in its answer */
START_TEST(refused_in_the_answer)
{
	report_req.vmpl = 4;
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	ck_assert_uint_eq(word(0), 0x16);
	ck_assert_uint_eq(word(4), 0);
	report_req.vmpl = 0;
	act("guest-vmpl=1:2");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	ck_assert_uint_eq(word(0), 0x16);
	report_req.vmpl = 2;
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	ck_assert_uint_eq(word(0), 0);
}
END_TEST

/* By the driver, before the message is sent: the key stays */
START_TEST(refused_by_the_driver)
{
	ck_assert_int_eq(ask_version(GET_REPORT, &report_req, 0), -EINVAL);
	ck_assert_uint_eq(exitinfo2, 0x1234);
	ck_assert_int_eq(ask(GET_REPORT, NULL), -EINVAL);
	ck_assert_uint_eq(exitinfo2, 0xff);
	ck_assert_int_eq(ask(GET_REPORT, (void *)8), -EFAULT);
	ck_assert_int_eq(ask(0xc0205303ul, &report_req), -ENOTTY);
	ck_assert_int_eq(sim_node_ioctl(inside, node, GET_REPORT, (void *)8), -EFAULT);
	report_req.certs = (uintptr_t)certs;
	report_req.len = 0x5000;
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), -EINVAL);
	report_req.len = 0xfff;
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), -EINVAL);
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
}
END_TEST

/* A key is the same whenever it is asked for, and nobody else's */
START_TEST(derived_key)
{
	struct { uint32_t root, rsvd; uint64_t fields; uint32_t vmpl, svn; uint64_t tcb; } req = {
		.fields = 0x9,
	};
	uint8_t key[32], zero[32] = { 0 };

	ck_assert_int_eq(ask(GET_KEY, &req), 0);
	ck_assert_uint_eq(word(0), 0);
	memcpy(key, answer + 0x20, 32);
	ck_assert_mem_ne(key, zero, 32);
	ck_assert_int_eq(ask_version(GET_KEY, &req, 2), 0);
	ck_assert_mem_eq(key, answer + 0x20, 32);
	req.root = 1;
	ck_assert_int_eq(ask(GET_KEY, &req), 0);
	ck_assert_mem_ne(key, answer + 0x20, 32);
	req.svn = 1;				/* there was no id block to give it one */
	ck_assert_int_eq(ask(GET_KEY, &req), 0);
	ck_assert_uint_eq(word(0), 0x16);
	ck_assert_mem_eq(zero, answer + 0x20, 32);
	ck_assert_int_eq(ask_version(GET_KEY, &req, 3), -EIO);
	ck_assert_uint_eq(exitinfo2, 0x16);
}
END_TEST

static int key_is_gone(void)
{
	int ret = ask(GET_REPORT, &report_req);

	ck_assert_uint_eq(exitinfo2, 0x1234);
	return ret == -ENOTTY;
}

/* A status of the firmware ends the key */
START_TEST(firmware_refuses)
{
	act("fail=SNP_GUEST_REQUEST:AEAD_OFLOW");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), -EIO);
	ck_assert_uint_eq(exitinfo2, 0x1d);
	ck_assert(key_is_gone());
	act("guest-vmpl=1:1");			/* another key is left */
	report_req.vmpl = 1;
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
}
END_TEST

/* A message of a version that the firmware does not know */
START_TEST(version_unknown)
{
	ck_assert_int_eq(ask_version(GET_REPORT, &report_req, 9), -EIO);
	ck_assert_uint_eq(exitinfo2, 0x16);
	ck_assert(key_is_gone());
}
END_TEST

/* The driver waits for a minute, two seconds at a time */
START_TEST(vmm_is_busy)
{
	uint64_t before = sim_clock_ns(inside);

	act("guest-error=busy:5");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	ck_assert_uint_eq((sim_clock_ns(inside) - before) / 1000000000, 10);
	act("guest-error=busy:1000");
	before = sim_clock_ns(inside);
	ck_assert_int_eq(ask(GET_REPORT, &report_req), -ETIMEDOUT);
	ck_assert_uint_eq((sim_clock_ns(inside) - before) / 1000000000, 62);
	ck_assert_uint_eq(exitinfo2, VMM(2));
	ck_assert(key_is_gone());
}
END_TEST

START_TEST(vmm_refuses)
{
	act("guest-error=0xffffffff");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), -EIO);
	ck_assert_uint_eq(exitinfo2, VMM(0xffffffff));
	ck_assert(key_is_gone());
}
END_TEST

START_TEST(firmware_is_dead)
{
	act("timeout=SNP_GUEST_REQUEST");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), -EIO);
	ck_assert_uint_eq(exitinfo2, NO_FW_CALL);
	ck_assert(key_is_gone());
}
END_TEST

static void give_certs(size_t size)
{
	char name[] = "certs.XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	for (size_t i = 0; i < size; i++)
		ck_assert_int_eq(write(fd, "\x5a", 1), 1);
	close(fd);
	act("guest-certs=%s", name);
	unlink(name);
}

/* The table of the host, or none; too little room tells how much it takes, and no key is lost */
START_TEST(extended)
{
	uint8_t zero[0x4000] = { 0 };

	report_req.certs = (uintptr_t)certs;
	report_req.len = 0x1000;
	memset(certs, 0xee, sizeof(certs));
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), 0);
	ck_assert_mem_eq(certs, zero, 0x1000);
	ck_assert_uint_eq(certs[0x1000], 0xee);
	ck_assert(is_signed(answer + 0x20, PSP_FW_GENOA));

	give_certs(0x1801);
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), -EIO);
	ck_assert_uint_eq(exitinfo2, VMM(1));
	ck_assert_uint_eq(report_req.len, 0x2000);
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), 0);
	for (size_t i = 0; i < 0x2000; i++)
		ck_assert_uint_eq(certs[i], i < 0x1801 ? 0x5a : 0);
	ck_assert_uint_eq(certs[0x2000], 0xee);
	ck_assert(is_signed(answer + 0x20, PSP_FW_GENOA));

	report_req.len = 0;			/* none are wanted, and none fit */
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), -EIO);
	ck_assert_uint_eq(report_req.len, 0x2000);
	ck_assert_int_eq(ask(GET_REPORT, &report_req), 0);
	act("guest-certs=none");
	report_req.len = 0;
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), 0);
}
END_TEST

/* More than the driver has room for */
START_TEST(extended_too_much)
{
	give_certs(0x4001);
	report_req.certs = (uintptr_t)certs;
	report_req.len = 0x4000;
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), -EIO);
	ck_assert_uint_eq(report_req.len, 0x5000);
	ck_assert_int_eq(ask(GET_EXT_REPORT, &report_req), -EINVAL);
}
END_TEST

START_TEST(actions_refused)
{
	static const char *const no[] = {
		"guest-error=", "guest-error=busy:", "guest-error=busy:0", "guest-error=0",
		"guest-error=bus", "guest-error=1:2:3", "guest-error=0x100000000",
		"guest-certs=there/is/none", "guest-certs=/dev/zero", "guest-vmpl=1", "guest-vmpl=1:4",
		"guest-vmpl=9:0", "guest-vmpl=3:0", "guest-vmpl=:0",
	};

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ck_assert_msg(try_act(no[i]) < 0, "%s", no[i]);
}
END_TEST

static int keep(void *arg, const char *name)
{
	strcat(arg, name);
	strcat(arg, " ");
	return 0;
}

static int last_line(void *arg, uint64_t seq, const char *text)
{
	(void)seq;
	strcpy(arg, text);
	return 0;
}

/* The machine around it */
START_TEST(machine)
{
	char text[4096] = "";
	uint32_t regs[4], mode;
	uint64_t value;
	bool device;
	int err;

	ck_assert_int_eq(sim_node_open(inside, "/dev/sev", O_RDONLY), -ENOENT);
	ck_assert_int_eq(sim_node_open(inside, "/dev/sev-debug", O_RDONLY), -ENOENT);
	ck_assert_int_eq(sim_node_look(inside, "/dev/sev-guest", &mode, &err, &device), 0);
	ck_assert(device && mode == 0600 && !err);
	ck_assert_int_eq(sim_node_look(inside, "/dev/kvm", &mode, &err, &device), -ENOENT);
	ck_assert_int_eq(sim_cpuid(inside, 1, 0, regs), 0);
	ck_assert(regs[2] >> 31);
	ck_assert_int_eq(sim_cpuid(inside, 0x40000000, 0, regs), 0);
	ck_assert_mem_eq(&regs[1], "KVMKVMKVM\0\0\0", 12);
	ck_assert_int_eq(sim_msr_read(inside, 0, 0xc0010131, &value), 0);
	ck_assert_uint_eq(value, 7);
	ck_assert_int_eq(sim_msr_read(inside, 0, 0xc0010010, &value), -EIO);
	ck_assert_int_eq(sim_msr_read(inside, 2, 0xc0010131, &value), -ENOENT);
	ck_assert_int_gt(sim_file_read(inside, "/sys/devices/system/cpu/sev/vmpl", text, 10), 0);
	ck_assert_int_eq(text[0], '0');
	text[0] = 0;
	ck_assert_int_eq(sim_dir_list(inside, "/sys/devices/system/cpu", keep, text), 0);
	ck_assert_str_eq(text, "online possible present sev ");
	ck_assert_int_eq(sim_file_read(inside, "/sys/module/ccp/initstate", text, 10), -ENOENT);
	ck_assert_int_eq(sim_file_write(inside, "/sys/devices/system/cpu/online", "0"), -EACCES);
	ck_assert_int_eq(sim_file_write(inside, "/sys/devices/system/cpu/cpu1/online", "0"), -ENOENT);
	act("fail=SNP_GUEST_REQUEST:BAD_MEASUREMENT");
	ck_assert_int_eq(ask(GET_REPORT, &report_req), -EIO);
	ck_assert_int_eq(sim_kmsg(inside, last_line, text), 0);
	ck_assert_str_eq(text, "Disabling VMPCK0 communication key to prevent IV reuse.");
}
END_TEST

/* One that is not SNP has the register alone */
START_TEST(sev_guest)
{
	uint64_t value;

	sim_close(inside);
	enter(3);
	ck_assert_int_eq(node, -ENOENT);
	ck_assert_int_eq(sim_msr_read(inside, 0, 0xc0010131, &value), 0);
	ck_assert_uint_eq(value, 1);
}
END_TEST

START_TEST(gone)
{
	struct sim_why why = { "" };
	struct sim *s;
	char text[16];
	uint64_t value;

	act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(ask(GET_REPORT, &report_req), -ENODEV);
	ck_assert_int_eq(sim_file_read(inside, "/proc/version", text, 10), -ENODEV);
	ck_assert_int_eq(sim_msr_read(inside, 0, 0xc0010131, &value), -ENODEV);
	ck_assert_int_eq(sim_open(sim_path, &device_sim_crypto, &s, &why), 0);
	ck_assert_int_eq(sim_guest_enter(s, 1, &why), -ENOENT);
	act("start=snp-launching");
	ck_assert_int_eq(sim_guest_enter(s, 4, &why), -EAGAIN);
	sim_close(s);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("guest");
	Suite *suite = suite_create("sim guest");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, report);
	tcase_add_loop_test(t, generation, 0, 2);
	tcase_add_test(t, firmware);
	tcase_add_test(t, refused_in_the_answer);
	tcase_add_test(t, refused_by_the_driver);
	tcase_add_test(t, derived_key);
	tcase_add_test(t, firmware_refuses);
	tcase_add_test(t, version_unknown);
	tcase_add_test(t, vmm_is_busy);
	tcase_add_test(t, vmm_refuses);
	tcase_add_test(t, firmware_is_dead);
	tcase_add_test(t, extended);
	tcase_add_test(t, extended_too_much);
	tcase_add_test(t, actions_refused);
	tcase_add_test(t, machine);
	tcase_add_test(t, sev_guest);
	tcase_add_test(t, gone);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

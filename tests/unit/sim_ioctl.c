// SPDX-License-Identifier: GPL-2.0-or-later
/* /dev/sev of the simulated machine: the ioctls of Linux 6.12.117's ccp driver */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "sim_test.h"

#define PACKED __attribute__((packed))

enum { FACTORY_RESET, PLATFORM_STATUS, PEK_GEN, PEK_CSR, PDH_GEN, PDH_CERT_EXPORT,
       PEK_CERT_IMPORT, GET_ID, GET_ID2, SNP_PLATFORM_STATUS, SNP_COMMIT, SNP_SET_CONFIG,
       SNP_VLEK_LOAD };

struct PACKED platform_status {
	uint8_t api_major, api_minor, state;
	uint32_t flags;
	uint8_t build;
	uint32_t guest_count;
};

struct PACKED snp_status {
	uint8_t api_major, api_minor, state, rmp_init;
	uint32_t build_id, flags, guest_count;
	uint64_t current_tcb, reported_tcb;
};

struct PACKED one_blob { uint64_t address; uint32_t len; };
struct PACKED two_blobs { uint64_t address1; uint32_t len1; uint64_t address2; uint32_t len2; };
struct PACKED config { uint64_t reported_tcb; uint32_t flags; uint8_t rsvd[52]; };
struct PACKED vlek { uint32_t len; uint8_t version, rsvd[3]; uint64_t address; };

static int sev;
static uint32_t error;

static void setup(void)
{
	sim_test_small(2, 1);
	sev = sim_node_open(sim, "/dev/sev", O_RDWR);
	ck_assert_int_ge(sev, 0);
}

static int issue(uint32_t cmd, void *data)
{
	struct PACKED { uint32_t cmd; uint64_t data; uint32_t error; } c = {
		.cmd = cmd, .data = (uintptr_t)data, .error = 0xffffffff,
	};
	int ret = sim_node_ioctl(sim, sev, 0xc0105300, &c);

	error = c.error;
	return ret;
}

#define IS(call, ret, err) do {				\
	ck_assert_int_eq(call, ret);			\
	ck_assert_uint_eq(error, err);			\
} while (0)

#define NO_CALL	0xffffffffu

START_TEST(statuses)
{
	struct platform_status p;
	struct snp_status n;
	uint64_t before = describe()->assigned_pages;

	IS(issue(PLATFORM_STATUS, &p), 0, 0);
	ck_assert_uint_eq(p.api_major, 1);
	ck_assert_uint_eq(p.api_minor, 55);
	ck_assert_uint_eq(p.state, 2);
	ck_assert_uint_eq(p.guest_count, 1);
	ck_assert_uint_eq(p.flags, 0x100);	/* SEV-ES */
	IS(issue(SNP_PLATFORM_STATUS, &n), 0, 0);
	ck_assert_uint_eq(n.state, 1);
	ck_assert_uint_eq(n.rmp_init, 1);
	ck_assert_uint_eq(n.guest_count, 2);
	ck_assert_uint_ne(n.current_tcb, 0);
	ck_assert_uint_eq(n.reported_tcb, n.current_tcb);
	ck_assert_uint_eq(describe()->assigned_pages, before);

	IS(issue(SNP_PLATFORM_STATUS, NULL), -EINVAL, NO_CALL);
	IS(issue(PLATFORM_STATUS, NULL), -EFAULT, 0);
	ck_assert_int_eq(shutdown_fw(GUESTS), -EIO);
	IS(issue(PLATFORM_STATUS, &p), 0, 0);
	ck_assert_uint_eq(p.state, 0);
}
END_TEST

START_TEST(statuses_when_down)
{
	struct platform_status p;
	struct snp_status n;

	while (guest(0))
		act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(shutdown_fw(0), 0);
	IS(issue(SNP_PLATFORM_STATUS, &n), 0, 0);
	ck_assert_uint_eq(n.state, 0);
	ck_assert_uint_eq(n.guest_count, 0);
	IS(issue(PLATFORM_STATUS, &p), 0, 0);
	ck_assert_uint_eq(p.state, 0);
	IS(issue(SNP_SET_CONFIG, &(struct config){ 0 }), -ENODEV, NO_CALL);
	IS(issue(SNP_VLEK_LOAD, &(struct vlek){ .len = sizeof(struct vlek) }), -ENODEV, NO_CALL);
	IS(issue(SNP_COMMIT, NULL), 0, 0);
	ck_assert_uint_eq(describe()->fw_snp_state, 0);	/* none of them initialized anything */
}
END_TEST

START_TEST(ids)
{
	struct one_blob id = { 0 };
	uint8_t blob[128] = { 0 }, again[128] = { 0 };

	IS(issue(GET_ID2, &id), -EIO, 4);	/* INVALID_LEN, with the length */
	ck_assert_uint_eq(id.len, 64);
	id.address = (uintptr_t)blob;
	IS(issue(GET_ID2, &id), 0, 0);
	ck_assert_str_eq((char *)blob, "simulated EPYC processor");
	ck_assert_uint_eq(blob[63], 1);
	IS(issue(GET_ID, again), 0, 0);
	ck_assert_mem_eq(again, blob, 64);
	id.len = 8u << 20;
	IS(issue(GET_ID2, &id), -ENOMEM, NO_CALL);
	id.len = 64;
	id.address = 0x1000;
	IS(issue(GET_ID2, &id), -EFAULT, 0);
}
END_TEST

START_TEST(certificate_lengths)
{
	struct two_blobs c = { 0 };
	struct one_blob csr = { 0 };

	act("kill=%u", guest(2)->pid);		/* WORKING -> INIT */
	IS(issue(PDH_CERT_EXPORT, &c), -EIO, 4);
	ck_assert_uint_eq(c.len1, 2084);
	ck_assert_uint_eq(c.len2, 6252);
	IS(issue(PEK_CSR, &csr), -EIO, 4);
	ck_assert_uint_eq(csr.len, 2084);
	c = (struct two_blobs){ .address1 = 1, .len1 = 1u << 20, .address2 = 1, .len2 = 1 };
	IS(issue(PDH_CERT_EXPORT, &c), -EFAULT, NO_CALL);
	/* nothing of the driver's stays behind in the RMP */
	act("kill=%u", guest(0)->pid);
	act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(shutdown_fw(0), 0);
	ck_assert_uint_eq(describe()->assigned_pages, 0);
	ck_assert_uint_eq(describe()->leaked_pages, 0);
}
END_TEST

/* Without SNP the legacy ioctls cannot initialize SEV: the RMP is not initialized */
START_TEST(implicit_init_when_snp_is_down)
{
	struct two_blobs c = { 0 };

	while (guest(0))
		act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(shutdown_fw(0), 0);
	IS(issue(PDH_CERT_EXPORT, &c), -EIO, 1);
	IS(issue(PEK_GEN, NULL), -EIO, 1);
	/* the TMR, of half the size, is not kept for the next INIT */
	ck_assert(!(info()->state & SEV_DBG_S_BUFFERS));
	act("reload");
	ck_assert_uint_eq(describe()->kernel_warnings, 0);
}
END_TEST

START_TEST(keys)
{
	IS(issue(PEK_GEN, NULL), -EIO, 1);	/* WORKING */
	IS(issue(PDH_GEN, NULL), 0, 0);
	IS(issue(FACTORY_RESET, NULL), -EBUSY, 0);
	act("kill=%u", guest(2)->pid);
	IS(issue(PEK_GEN, NULL), 0, 0);
	IS(issue(FACTORY_RESET, NULL), 0, 0);
	ck_assert_uint_eq(describe()->fw_sev_state, 0);
}
END_TEST

START_TEST(snp_config)
{
	struct config c = { .reported_tcb = 0, .flags = 1 };
	struct snp_status n;

	IS(issue(SNP_SET_CONFIG, &c), 0, 0);
	IS(issue(SNP_PLATFORM_STATUS, &n), 0, 0);
	ck_assert_uint_eq(n.flags & 3, 1);
	c.rsvd[5] = 1;
	IS(issue(SNP_SET_CONFIG, &c), -EIO, 0x16);
	IS(issue(SNP_SET_CONFIG, NULL), -EINVAL, NO_CALL);
	IS(issue(SNP_SET_CONFIG, (void *)0x1000), -EFAULT, NO_CALL);
	IS(issue(SNP_COMMIT, NULL), 0, 0);
}
END_TEST

START_TEST(vlek_load)
{
	struct vlek v = { .len = sizeof(v), .address = 0x1000 };

	IS(issue(SNP_VLEK_LOAD, &v), -EFAULT, NO_CALL);
	v.version = 1;
	IS(issue(SNP_VLEK_LOAD, &v), -EINVAL, NO_CALL);
	v.version = 0;
	v.len = 8;
	IS(issue(SNP_VLEK_LOAD, &v), -EINVAL, NO_CALL);
	v.len = sizeof(v);
	v.address = 0;
	IS(issue(SNP_VLEK_LOAD, &v), -EINVAL, NO_CALL);
}
END_TEST

START_TEST(read_only)
{
	struct platform_status p;

	sim_node_close(sim, sev);
	sev = sim_node_open(sim, "/dev/sev", O_RDONLY);
	IS(issue(FACTORY_RESET, NULL), -EPERM, NO_CALL);
	IS(issue(PEK_GEN, NULL), -EPERM, NO_CALL);
	IS(issue(PDH_GEN, NULL), -EPERM, NO_CALL);
	IS(issue(PEK_CSR, NULL), -EPERM, NO_CALL);
	IS(issue(PEK_CERT_IMPORT, NULL), -EPERM, NO_CALL);
	IS(issue(SNP_SET_CONFIG, &p), -EPERM, NO_CALL);
	IS(issue(SNP_VLEK_LOAD, &p), -EPERM, NO_CALL);
	IS(issue(PLATFORM_STATUS, &p), 0, 0);
}
END_TEST

START_TEST(bad_requests)
{
	uint8_t buf[64] = { 0 };

	ck_assert_int_eq(issue(13, buf), -EINVAL);
	ck_assert_int_eq(issue(0xffffffff, buf), -EINVAL);
	ck_assert_int_eq(sim_node_ioctl(sim, sev, 0xc0105301, buf), -EINVAL);
	ck_assert_int_eq(sim_node_ioctl(sim, sev, 0xc0105300, NULL), -EFAULT);
	ck_assert_int_eq(sim_node_ioctl(sim, -1, 0xc0105300, buf), -EBADF);
	ck_assert_int_eq(sim_node_ioctl(sim, 4711, 0xc0105300, buf), -EBADF);
	ck_assert_int_eq(sim_node_open(sim, "/dev/kvm", O_RDWR), -ENOENT);
	ck_assert_int_eq(sim_node_open(sim, "/dev/null", O_RDWR), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulated /dev/sev");
	TCase *t = tcase_create("ioctl");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, sim_test_remove);
	tcase_add_test(t, statuses);
	tcase_add_test(t, statuses_when_down);
	tcase_add_test(t, ids);
	tcase_add_test(t, certificate_lengths);
	tcase_add_test(t, implicit_init_when_snp_is_down);
	tcase_add_test(t, keys);
	tcase_add_test(t, snp_config);
	tcase_add_test(t, vlek_load);
	tcase_add_test(t, read_only);
	tcase_add_test(t, bad_requests);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

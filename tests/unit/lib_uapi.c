// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interface of /dev/sev-debug as other programs were built with it: sizes,
 * offsets and numbers that must never change, on 32 and 64 bits alike.
 */
#include <stddef.h>

#include <linux/psp-sev.h>
#include <linux/sev-debug.h>
#include <linux/sev-guest.h>

#include "lib/device/device.h"
#include "lib_test.h"

#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#define AT(type, member, offset) \
	_Static_assert(offsetof(struct type, member) == (offset), #type "." #member)

SIZE(sev_dbg_result, 32);
AT(sev_dbg_result, cmd, 0);
AT(sev_dbg_result, err, 4);
AT(sev_dbg_result, status, 8);
AT(sev_dbg_result, count, 12);
AT(sev_dbg_result, duration_ns, 16);
AT(sev_dbg_result, fw_ext, 24);

SIZE(sev_dbg_info, 56);
AT(sev_dbg_info, size, 0);
AT(sev_dbg_info, flags, 4);
AT(sev_dbg_info, abi_version, 8);
AT(sev_dbg_info, features, 12);
AT(sev_dbg_info, state, 16);
AT(sev_dbg_info, api_major, 20);
AT(sev_dbg_info, api_minor, 21);
AT(sev_dbg_info, build, 22);
AT(sev_dbg_info, nr_snp_guests, 24);
AT(sev_dbg_info, nr_sev_guests, 28);
AT(sev_dbg_info, nr_snp_tombstones, 32);
AT(sev_dbg_info, nr_sev_tombstones, 36);
AT(sev_dbg_info, fw_snp_state, 40);
AT(sev_dbg_info, fw_sev_state, 44);
AT(sev_dbg_info, leaked_pages, 48);

SIZE(sev_dbg_guest, 64);
AT(sev_dbg_guest, id, 0);
AT(sev_dbg_guest, kind, 8);
AT(sev_dbg_guest, flags, 12);
AT(sev_dbg_guest, asid, 16);
AT(sev_dbg_guest, handle, 20);
AT(sev_dbg_guest, policy, 24);
AT(sev_dbg_guest, tgid, 32);
AT(sev_dbg_guest, created_boot_ns, 40);
AT(sev_dbg_guest, comm, 48);

SIZE(sev_dbg_guest_list, 32);
AT(sev_dbg_guest_list, entry_size, 8);
AT(sev_dbg_guest_list, capacity, 12);
AT(sev_dbg_guest_list, count, 16);
AT(sev_dbg_guest_list, total, 20);
AT(sev_dbg_guest_list, entries, 24);

SIZE(sev_dbg_guest_cmd, 56);
AT(sev_dbg_guest_cmd, flags, 4);
AT(sev_dbg_guest_cmd, id, 8);
AT(sev_dbg_guest_cmd, result, 16);
AT(sev_dbg_guest_cmd, reason, 48);

SIZE(sev_dbg_guest_status, 80);
AT(sev_dbg_guest_status, flags, 4);
AT(sev_dbg_guest_status, id, 8);
AT(sev_dbg_guest_status, result, 16);
AT(sev_dbg_guest_status, reason, 48);
AT(sev_dbg_guest_status, kind, 52);
AT(sev_dbg_guest_status, state, 56);
AT(sev_dbg_guest_status, asid, 60);
AT(sev_dbg_guest_status, policy, 64);
AT(sev_dbg_guest_status, vcek_dis, 72);

SIZE(sev_dbg_wbinvd, 24);
AT(sev_dbg_wbinvd, cpu, 8);
AT(sev_dbg_wbinvd, duration_ns, 16);

SIZE(sev_dbg_wbinvd_all, 24);
AT(sev_dbg_wbinvd_all, nr_cpus, 8);
AT(sev_dbg_wbinvd_all, nr_present, 12);
AT(sev_dbg_wbinvd_all, duration_ns, 16);

SIZE(sev_dbg_cmd, 72);
AT(sev_dbg_cmd, flags, 4);
AT(sev_dbg_cmd, result, 8);
AT(sev_dbg_cmd, reason, 40);
AT(sev_dbg_cmd, trace_entry_size, 44);
AT(sev_dbg_cmd, trace_capacity, 48);
AT(sev_dbg_cmd, trace_count, 52);
AT(sev_dbg_cmd, trace_total, 56);
AT(sev_dbg_cmd, trace, 64);

SIZE(sev_dbg_trace_entry, 72);
AT(sev_dbg_trace_entry, seq, 0);
AT(sev_dbg_trace_entry, time_ns, 8);
AT(sev_dbg_trace_entry, duration_ns, 16);
AT(sev_dbg_trace_entry, fw_ext, 24);
AT(sev_dbg_trace_entry, cmd, 32);
AT(sev_dbg_trace_entry, err, 36);
AT(sev_dbg_trace_entry, status, 40);
AT(sev_dbg_trace_entry, cpu, 44);
AT(sev_dbg_trace_entry, tgid, 48);
AT(sev_dbg_trace_entry, comm, 56);

SIZE(sev_dbg_trace, 72);
AT(sev_dbg_trace, entry_size, 8);
AT(sev_dbg_trace, capacity, 12);
AT(sev_dbg_trace, count, 16);
AT(sev_dbg_trace, after, 24);
AT(sev_dbg_trace, first, 32);
AT(sev_dbg_trace, last, 40);
AT(sev_dbg_trace, running_cmd, 48);
AT(sev_dbg_trace, running_tgid, 52);
AT(sev_dbg_trace, running_since_ns, 56);
AT(sev_dbg_trace, entries, 64);

/* as the kernel's own header has it, packed */
SIZE(sev_issue_cmd, 16);
AT(sev_issue_cmd, cmd, 0);
AT(sev_issue_cmd, data, 4);
AT(sev_issue_cmd, error, 12);

START_TEST(request_numbers)
{
	/* no direction, no size: 0x0000b9NN */
	ck_assert_uint_eq(SEV_DBG_GET_INFO, 0xb900);
	ck_assert_uint_eq(SEV_DBG_GUEST_LIST, 0xb901);
	ck_assert_uint_eq(SEV_DBG_DECOMMISSION, 0xb902);
	ck_assert_uint_eq(SEV_DBG_WBINVD, 0xb903);
	ck_assert_uint_eq(SEV_DBG_WBINVD_ALL, 0xb904);
	ck_assert_uint_eq(SEV_DBG_DF_FLUSH, 0xb905);
	ck_assert_uint_eq(SEV_DBG_SHUTDOWN, 0xb906);
	ck_assert_uint_eq(SEV_DBG_INIT, 0xb907);
	ck_assert_uint_eq(SEV_DBG_GUEST_STATUS, 0xb908);
	ck_assert_uint_eq(SEV_DBG_TRACE, 0xb909);
	ck_assert_uint_eq(SEV_ISSUE_CMD, 0xc0105300);
}
END_TEST

START_TEST(constants)
{
	ck_assert_uint_eq(SEV_DBG_ABI_VERSION, 1);
	ck_assert_uint_eq(SEV_DBG_NO_FW_CALL, 0xffffffff);
	ck_assert_uint_eq(SEV_DBG_FW_UNKNOWN, 0xffffffff);
	ck_assert_uint_eq(SEV_DBG_R_GUESTS, 1);
	ck_assert_uint_eq(SEV_DBG_R_TOMBSTONES, 2);
	ck_assert_uint_eq(SEV_DBG_R_TRACK_LOST, 3);
	ck_assert_uint_eq(SEV_DBG_R_BUFFERS, 4);
	ck_assert_uint_eq(SEV_DBG_R_TIO, 5);
	ck_assert_uint_eq(SEV_DBG_R_INIT_LOCKED, 6);
	ck_assert_uint_eq(SEV_DBG_R_SVM_ON, 7);
	ck_assert_uint_eq(SEV_DBG_R_PSP_DEAD, 8);
	ck_assert_uint_eq(SEV_DBG_R_CPUS_OFFLINE, 9);
	ck_assert_uint_eq(SEV_DBG_R_RUNNING, 10);
	ck_assert_uint_eq(SEV_DBG_R_IOMMU, 11);
	ck_assert_uint_eq(SEV_DBG_S_PSP_DEAD, 1);
	ck_assert_uint_eq(SEV_DBG_S_SNP_INIT, 2);
	ck_assert_uint_eq(SEV_DBG_S_SVM_ON, 4);
	ck_assert_uint_eq(SEV_DBG_S_INIT_LOCKED, 8);
	ck_assert_uint_eq(SEV_DBG_S_TRACK_LOST, 16);
	ck_assert_uint_eq(SEV_DBG_S_BUFFERS, 32);
	ck_assert_uint_eq(SEV_DBG_S_SNP_HOST, 64);
	ck_assert_uint_eq(SEV_DBG_G_LAUNCHED, 1);
	ck_assert_uint_eq(SEV_DBG_G_ACTIVE, 2);
	ck_assert_uint_eq(SEV_DBG_G_RUNNING, 4);
	ck_assert_uint_eq(SEV_DBG_G_TOMBSTONE, 8);
	ck_assert_uint_eq(SEV_DBG_D_RUNNING, 1);
	ck_assert_uint_eq(SEV_DBG_C_LEGACY, 1);
	ck_assert_uint_eq(SEV_DBG_C_STRICT, 2);
	ck_assert_uint_eq(SEV_DBG_C_LIVE, 4);
	ck_assert_uint_eq(SEV_DBG_C_TOMBSTONES, 8);
	ck_assert_uint_eq(SEV_DBG_KIND_SEV, 1);
	ck_assert_uint_eq(SEV_DBG_KIND_SNP, 2);
}
END_TEST

START_TEST(nodes)
{
	ck_assert_int_eq(device_node_of(SEV_ISSUE_CMD), DEVICE_SEV);
	ck_assert_int_eq(device_node_of(SNP_GET_REPORT), DEVICE_SEV_GUEST);
	ck_assert_int_eq(device_node_of(SNP_GET_DERIVED_KEY), DEVICE_SEV_GUEST);
	ck_assert_int_eq(device_node_of(SNP_GET_EXT_REPORT), DEVICE_SEV_GUEST);
	for (unsigned long n = 0; n < 8; n++)
		ck_assert_int_eq(device_node_of(SEV_DBG_GET_INFO + n), DEVICE_SEV_DEBUG);
	ck_assert_int_eq(device_node_of(0), -1);
	ck_assert_int_eq(device_node_of(0x5401), -1);	/* TCGETS */
	ck_assert_str_eq(device_node_path(DEVICE_SEV), "/dev/sev");
	ck_assert_str_eq(device_node_path(DEVICE_SEV_DEBUG), "/dev/sev-debug");
	ck_assert_str_eq(device_node_path(DEVICE_SEV_GUEST), "/dev/sev-guest");
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_uapi");

	tcase_add_test(tc, request_numbers);
	tcase_add_test(tc, constants);
	tcase_add_test(tc, nodes);
	return lib_run(suite);
}

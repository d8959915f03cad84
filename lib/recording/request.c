// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The requests that are known: their structures, field by field, and the memory that they
 * point to.  What stands here with neither PART_SECRET was looked at and holds no key; a
 * request that is not here is recorded without its buffers.
 */
#include "lib/recording/recording.h"

#include <string.h>
#include <sys/ioctl.h>

#include <linux/psp-sev.h>
#include <linux/sev-debug.h>
#include <linux/sev-guest.h>

#define AT(type, name, member, format, flags) \
	{ name, offsetof(type, member), sizeof(((type *)0)->member), format, flags }
#define F(type, member, format, flags)	AT(type, #member, member, format, flags)

#define RESULT_FIELDS(type, in, prefix, mark) \
	AT(type, prefix "cmd", in cmd, FIELD_HEX, 0), \
	AT(type, prefix "err", in err, FIELD_S, 0), \
	AT(type, prefix "status", in status, FIELD_FWSTATUS, mark), \
	AT(type, prefix "count", in count, FIELD_U, 0), \
	AT(type, prefix "duration_ns", in duration_ns, FIELD_U, FIELD_TIME), \
	AT(type, prefix "fw_ext", in fw_ext, FIELD_HEX, 0)

static const struct recording_field info[] = {
	F(struct sev_dbg_info, size, FIELD_U, 0),
	F(struct sev_dbg_info, flags, FIELD_HEX, 0),
	F(struct sev_dbg_info, abi_version, FIELD_U, 0),
	F(struct sev_dbg_info, features, FIELD_HEX, 0),
	F(struct sev_dbg_info, state, FIELD_HEX, 0),
	F(struct sev_dbg_info, api_major, FIELD_U, 0),
	F(struct sev_dbg_info, api_minor, FIELD_U, 0),
	F(struct sev_dbg_info, build, FIELD_U, 0),
	F(struct sev_dbg_info, rsvd, FIELD_HEX, 0),
	F(struct sev_dbg_info, nr_snp_guests, FIELD_U, 0),
	F(struct sev_dbg_info, nr_sev_guests, FIELD_U, 0),
	F(struct sev_dbg_info, nr_snp_tombstones, FIELD_U, 0),
	F(struct sev_dbg_info, nr_sev_tombstones, FIELD_U, 0),
	F(struct sev_dbg_info, fw_snp_state, FIELD_U, 0),
	F(struct sev_dbg_info, fw_sev_state, FIELD_U, 0),
	F(struct sev_dbg_info, leaked_pages, FIELD_U, 0),
	{ 0 }
};

static const struct recording_field guest[] = {
	F(struct sev_dbg_guest, id, FIELD_U, 0),
	F(struct sev_dbg_guest, kind, FIELD_U, 0),
	F(struct sev_dbg_guest, flags, FIELD_HEX, 0),
	F(struct sev_dbg_guest, asid, FIELD_U, 0),
	F(struct sev_dbg_guest, handle, FIELD_U, 0),
	F(struct sev_dbg_guest, policy, FIELD_HEX, 0),
	F(struct sev_dbg_guest, tgid, FIELD_S, FIELD_PID),
	F(struct sev_dbg_guest, rsvd, FIELD_HEX, 0),
	F(struct sev_dbg_guest, created_boot_ns, FIELD_U, FIELD_TIME),
	F(struct sev_dbg_guest, comm, FIELD_CHARS, FIELD_NAME),
	{ 0 }
};

static const struct recording_field guest_list[] = {
	F(struct sev_dbg_guest_list, size, FIELD_U, 0),
	F(struct sev_dbg_guest_list, flags, FIELD_HEX, 0),
	F(struct sev_dbg_guest_list, entry_size, FIELD_U, 0),
	F(struct sev_dbg_guest_list, capacity, FIELD_U, 0),
	F(struct sev_dbg_guest_list, count, FIELD_U, 0),
	F(struct sev_dbg_guest_list, total, FIELD_U, 0),
	F(struct sev_dbg_guest_list, entries, FIELD_HEX, FIELD_POINTER),
	{ 0 }
};

static const struct recording_field guest_cmd[] = {
	F(struct sev_dbg_guest_cmd, size, FIELD_U, 0),
	F(struct sev_dbg_guest_cmd, flags, FIELD_HEX, 0),
	F(struct sev_dbg_guest_cmd, id, FIELD_U, 0),
	RESULT_FIELDS(struct sev_dbg_guest_cmd, result., "result.", FIELD_OUTCOME),
	F(struct sev_dbg_guest_cmd, reason, FIELD_U, 0),
	F(struct sev_dbg_guest_cmd, rsvd, FIELD_HEX, 0),
	{ 0 }
};

static const struct recording_field guest_status[] = {
	F(struct sev_dbg_guest_status, size, FIELD_U, 0),
	F(struct sev_dbg_guest_status, flags, FIELD_HEX, 0),
	F(struct sev_dbg_guest_status, id, FIELD_U, 0),
	RESULT_FIELDS(struct sev_dbg_guest_status, result., "result.", FIELD_OUTCOME),
	F(struct sev_dbg_guest_status, reason, FIELD_U, 0),
	F(struct sev_dbg_guest_status, kind, FIELD_U, 0),
	F(struct sev_dbg_guest_status, state, FIELD_U, 0),
	F(struct sev_dbg_guest_status, asid, FIELD_U, 0),
	F(struct sev_dbg_guest_status, policy, FIELD_HEX, 0),
	F(struct sev_dbg_guest_status, vcek_dis, FIELD_U, 0),
	F(struct sev_dbg_guest_status, rsvd, FIELD_HEX, 0),
	{ 0 }
};

static const struct recording_field wbinvd[] = {
	F(struct sev_dbg_wbinvd, size, FIELD_U, 0),
	F(struct sev_dbg_wbinvd, flags, FIELD_HEX, 0),
	F(struct sev_dbg_wbinvd, cpu, FIELD_U, 0),
	F(struct sev_dbg_wbinvd, rsvd, FIELD_HEX, 0),
	F(struct sev_dbg_wbinvd, duration_ns, FIELD_U, FIELD_TIME),
	{ 0 }
};

static const struct recording_field wbinvd_all[] = {
	F(struct sev_dbg_wbinvd_all, size, FIELD_U, 0),
	F(struct sev_dbg_wbinvd_all, flags, FIELD_HEX, 0),
	F(struct sev_dbg_wbinvd_all, nr_cpus, FIELD_U, 0),
	F(struct sev_dbg_wbinvd_all, nr_present, FIELD_U, 0),
	F(struct sev_dbg_wbinvd_all, duration_ns, FIELD_U, FIELD_TIME),
	{ 0 }
};

static const struct recording_field cmd[] = {
	F(struct sev_dbg_cmd, size, FIELD_U, 0),
	F(struct sev_dbg_cmd, flags, FIELD_HEX, 0),
	RESULT_FIELDS(struct sev_dbg_cmd, result., "result.", FIELD_OUTCOME),
	F(struct sev_dbg_cmd, reason, FIELD_U, 0),
	F(struct sev_dbg_cmd, trace_entry_size, FIELD_U, 0),
	F(struct sev_dbg_cmd, trace_capacity, FIELD_U, 0),
	F(struct sev_dbg_cmd, trace_count, FIELD_U, 0),
	F(struct sev_dbg_cmd, trace_total, FIELD_U, 0),
	F(struct sev_dbg_cmd, rsvd, FIELD_HEX, 0),
	F(struct sev_dbg_cmd, trace, FIELD_HEX, FIELD_POINTER),
	{ 0 }
};

static const struct recording_field result[] = {
	RESULT_FIELDS(struct sev_dbg_result, , "", 0),
	{ 0 }
};

static const struct recording_field trace[] = {
	F(struct sev_dbg_trace, size, FIELD_U, 0),
	F(struct sev_dbg_trace, flags, FIELD_HEX, 0),
	F(struct sev_dbg_trace, entry_size, FIELD_U, 0),
	F(struct sev_dbg_trace, capacity, FIELD_U, 0),
	F(struct sev_dbg_trace, count, FIELD_U, 0),
	F(struct sev_dbg_trace, rsvd, FIELD_HEX, 0),
	/* numbers that begin with the time when the driver was loaded */
	F(struct sev_dbg_trace, after, FIELD_U, FIELD_TIME),
	F(struct sev_dbg_trace, first, FIELD_U, FIELD_TIME),
	F(struct sev_dbg_trace, last, FIELD_U, FIELD_TIME),
	F(struct sev_dbg_trace, running_cmd, FIELD_HEX, 0),
	F(struct sev_dbg_trace, running_tgid, FIELD_S, FIELD_PID),
	F(struct sev_dbg_trace, running_since_ns, FIELD_U, FIELD_TIME),
	F(struct sev_dbg_trace, entries, FIELD_HEX, FIELD_POINTER),
	{ 0 }
};

static const struct recording_field trace_entry[] = {
	F(struct sev_dbg_trace_entry, seq, FIELD_U, FIELD_TIME),
	F(struct sev_dbg_trace_entry, time_ns, FIELD_U, FIELD_TIME),
	F(struct sev_dbg_trace_entry, duration_ns, FIELD_U, FIELD_TIME),
	F(struct sev_dbg_trace_entry, fw_ext, FIELD_HEX, 0),
	F(struct sev_dbg_trace_entry, cmd, FIELD_HEX, 0),
	F(struct sev_dbg_trace_entry, err, FIELD_S, 0),
	F(struct sev_dbg_trace_entry, status, FIELD_FWSTATUS, 0),
	F(struct sev_dbg_trace_entry, cpu, FIELD_U, 0),
	F(struct sev_dbg_trace_entry, tgid, FIELD_S, FIELD_PID),
	F(struct sev_dbg_trace_entry, rsvd, FIELD_HEX, 0),
	F(struct sev_dbg_trace_entry, comm, FIELD_CHARS, FIELD_NAME),
	{ 0 }
};

static const struct recording_field issue[] = {
	F(struct sev_issue_cmd, cmd, FIELD_U, 0),
	F(struct sev_issue_cmd, data, FIELD_HEX, FIELD_POINTER),
	F(struct sev_issue_cmd, error, FIELD_FWSTATUS, FIELD_OUTCOME),
	{ 0 }
};

static const struct recording_field sev_status[] = {
	F(struct sev_user_data_status, api_major, FIELD_U, 0),
	F(struct sev_user_data_status, api_minor, FIELD_U, 0),
	F(struct sev_user_data_status, state, FIELD_U, 0),
	F(struct sev_user_data_status, flags, FIELD_HEX, 0),
	F(struct sev_user_data_status, build, FIELD_U, 0),
	F(struct sev_user_data_status, guest_count, FIELD_U, 0),
	{ 0 }
};

/* struct sev_user_data_snp_status: the headers of Debian 12 do not have it yet */
#define SNP_STATUS_SIZE	32
static const struct recording_field snp_status[] = {
	{ "api_major", 0, 1, FIELD_U, 0 },
	{ "api_minor", 1, 1, FIELD_U, 0 },
	{ "state", 2, 1, FIELD_U, 0 },
	{ "rmp_flags", 3, 1, FIELD_HEX, 0 },
	{ "build_id", 4, 4, FIELD_U, 0 },
	{ "features", 8, 4, FIELD_HEX, 0 },
	{ "guest_count", 12, 4, FIELD_U, 0 },
	{ "current_tcb", 16, 8, FIELD_HEX, 0 },
	{ "reported_tcb", 24, 8, FIELD_HEX, 0 },
	{ 0 }
};

static const struct recording_field id2[] = {
	F(struct sev_user_data_get_id2, address, FIELD_HEX, FIELD_POINTER),
	F(struct sev_user_data_get_id2, length, FIELD_U, 0),
	{ 0 }
};

/* struct sev_user_data_snp_config, _vlek_load and _wrapped_vlek_hashstick: the same */
#define SNP_CONFIG_SIZE	64
static const struct recording_field snp_config[] = {
	{ "reported_tcb", 0, 8, FIELD_HEX, 0 },
	{ "flags", 8, 4, FIELD_HEX, 0 },
	{ "rsvd", 12, 52, FIELD_BYTES, 0 },
	{ 0 }
};

#define VLEK_LOAD_SIZE	16
#define VLEK_ADDRESS	8
static const struct recording_field vlek_load[] = {
	{ "len", 0, 4, FIELD_U, 0 },
	{ "vlek_wrapped_version", 4, 1, FIELD_U, 0 },
	{ "rsvd", 5, 3, FIELD_BYTES, 0 },
	{ "vlek_wrapped_address", VLEK_ADDRESS, 8, FIELD_HEX, FIELD_POINTER },
	{ 0 }
};

#define HASHSTICK_SIZE	432
static const struct recording_field hashstick[] = {
	{ "wrapped", 0, HASHSTICK_SIZE, FIELD_BYTES, 0 },
	{ 0 }
};

static const struct recording_field serial[] = {
	{ "id", 0, 1, FIELD_BYTES, FIELD_SERIAL },
	{ 0 }
};

static const struct recording_field csr[] = {
	F(struct sev_user_data_pek_csr, address, FIELD_HEX, FIELD_POINTER),
	F(struct sev_user_data_pek_csr, length, FIELD_U, 0),
	{ 0 }
};

static const struct recording_field cert_export[] = {
	F(struct sev_user_data_pdh_cert_export, pdh_cert_address, FIELD_HEX, FIELD_POINTER),
	F(struct sev_user_data_pdh_cert_export, pdh_cert_len, FIELD_U, 0),
	F(struct sev_user_data_pdh_cert_export, cert_chain_address, FIELD_HEX, FIELD_POINTER),
	F(struct sev_user_data_pdh_cert_export, cert_chain_len, FIELD_U, 0),
	{ 0 }
};

static const struct recording_field cert_import[] = {
	F(struct sev_user_data_pek_cert_import, pek_cert_address, FIELD_HEX, FIELD_POINTER),
	F(struct sev_user_data_pek_cert_import, pek_cert_len, FIELD_U, 0),
	F(struct sev_user_data_pek_cert_import, oca_cert_address, FIELD_HEX, FIELD_POINTER),
	F(struct sev_user_data_pek_cert_import, oca_cert_len, FIELD_U, 0),
	{ 0 }
};

/* A platform's certificate (AMD 55766, appendix C): public, but no other machine has its key */
#define CERT_SIZE	2084
#define CERT_AT(at) \
	{ "version", at, 4, FIELD_U, 0 }, { "api_major", at + 4, 1, FIELD_U, 0 }, \
	{ "api_minor", at + 5, 1, FIELD_U, 0 }, { "usage", at + 8, 4, FIELD_HEX, 0 }, \
	{ "algorithm", at + 12, 4, FIELD_HEX, 0 }, { "curve", at + 16, 4, FIELD_U, 0 }, \
	{ "key", at + 20, 1024, FIELD_BYTES, FIELD_SERIAL }, \
	{ "sig1_usage", at + 0x414, 4, FIELD_HEX, 0 }, { "sig1_algorithm", at + 0x418, 4, FIELD_HEX, 0 }, \
	{ "sig1", at + 0x41c, 512, FIELD_BYTES, FIELD_SERIAL }, \
	{ "sig2_usage", at + 0x61c, 4, FIELD_HEX, 0 }, { "sig2_algorithm", at + 0x620, 4, FIELD_HEX, 0 }, \
	{ "sig2", at + 0x624, 512, FIELD_BYTES, FIELD_SERIAL }

static const struct recording_field cert[] = { CERT_AT(0), { 0 } };
static const struct recording_field cert_chain[] = {
	CERT_AT(0), CERT_AT(CERT_SIZE), CERT_AT(2 * CERT_SIZE), { 0 }
};

/* What guests ask of /dev/sev-guest.  Answers are messages of the firmware's (AMD 56860) */
static const struct recording_field guest_request[] = {
	F(struct snp_guest_request_ioctl, msg_version, FIELD_U, 0),
	F(struct snp_guest_request_ioctl, req_data, FIELD_HEX, FIELD_POINTER),
	F(struct snp_guest_request_ioctl, resp_data, FIELD_HEX, FIELD_POINTER),
	F(struct snp_guest_request_ioctl, fw_error, FIELD_FWSTATUS, FIELD_OUTCOME),
	F(struct snp_guest_request_ioctl, vmm_error, FIELD_HEX, 0),
	{ 0 }
};

#define REPORT_REQ_FIELDS \
	{ "user_data", 0, 64, FIELD_BYTES, 0 }, { "vmpl", 64, 4, FIELD_U, 0 }, \
	{ "key_sel", 68, 4, FIELD_HEX, 0 }, { "rsvd", 72, 24, FIELD_BYTES, 0 }

static const struct recording_field report_req[] = { REPORT_REQ_FIELDS, { 0 } };
static const struct recording_field ext_report_req[] = {
	REPORT_REQ_FIELDS,
	F(struct snp_ext_report_req, certs_address, FIELD_HEX, FIELD_POINTER),
	F(struct snp_ext_report_req, certs_len, FIELD_U, 0),
	{ 0 }
};

/* ATTESTATION_REPORT from 0x20 on: what tells the chip, and what it signed */
static const struct recording_field report_resp[] = {
	{ "status", 0, 4, FIELD_FWSTATUS, 0 },
	{ "report_size", 4, 4, FIELD_U, 0 },
	{ "rsvd", 8, 24, FIELD_BYTES, 0 },
	{ "report", 0x20, 0x140, FIELD_BYTES, 0 },
	{ "report_id", 0x160, 64, FIELD_BYTES, FIELD_SERIAL },
	{ "reported_tcb", 0x1a0, 8, FIELD_HEX, 0 },
	{ "cpuid", 0x1a8, 24, FIELD_BYTES, 0 },
	{ "chip_id", 0x1c0, 64, FIELD_BYTES, FIELD_SERIAL },
	{ "committed", 0x200, 0xc0, FIELD_BYTES, 0 },
	{ "signature", 0x2c0, 0x200, FIELD_BYTES, FIELD_SERIAL },
	{ "rest", 0x4c0, 4000 - 0x4c0, FIELD_BYTES, 0 },
	{ 0 }
};

static const struct recording_field key_req[] = {
	F(struct snp_derived_key_req, root_key_select, FIELD_HEX, 0),
	F(struct snp_derived_key_req, rsvd, FIELD_HEX, 0),
	F(struct snp_derived_key_req, guest_field_select, FIELD_HEX, 0),
	F(struct snp_derived_key_req, vmpl, FIELD_U, 0),
	F(struct snp_derived_key_req, guest_svn, FIELD_U, 0),
	F(struct snp_derived_key_req, tcb_version, FIELD_HEX, 0),
	{ 0 }
};

static const struct recording_field key_resp[] = {
	{ "answer", 0, sizeof(struct snp_derived_key_resp), FIELD_BYTES, 0 },
	{ 0 }
};

#define ARG(fields_, type_) \
	{ .name = "arg", .type = #type_, .size = sizeof(type_), .flags = PART_IN | PART_OUT, \
	  .fields = fields_ }
#define DATA(fields_, type_, size_, flags_) \
	{ .name = "data", .type = type_, .size = size_, \
	  .pointer = offsetof(struct sev_issue_cmd, data), .flags = flags_, .fields = fields_ }
/* What the second part points to: so many certificates */
#define CERT(name_, fields_, nr, type_, member, flags_) \
	{ .name = name_, .type = "a platform's certificates", .size = nr * CERT_SIZE, .parent = 1, \
	  .pointer = offsetof(type_, member), .flags = flags_, .fields = fields_ }
/* Question and answer of a guest's request; each uses up a number of its key's */
#define ASKED(fields_, type_, flags_) \
	{ .name = "request", .type = #type_, .size = sizeof(type_), \
	  .pointer = offsetof(struct snp_guest_request_ioctl, req_data), .flags = flags_, \
	  .fields = fields_ }
#define ANSWERED(fields_, type_, flags_) \
	{ .name = "answer", .type = #type_, .size = sizeof(type_), \
	  .pointer = offsetof(struct snp_guest_request_ioctl, resp_data), .flags = PART_OUT | flags_, \
	  .fields = fields_ }
#define CMD(request, what) \
	{ .number = request, .command = -1, .name = #request, .flags = REQUEST_CHANGES, \
	  .parts = { ARG(cmd, struct sev_dbg_cmd), \
		     { .name = "trace", .type = "struct sev_dbg_result", \
		       .size = sizeof(struct sev_dbg_result), \
		       .pointer = offsetof(struct sev_dbg_cmd, trace), \
		       .capacity = offsetof(struct sev_dbg_cmd, trace_capacity), \
		       .count = offsetof(struct sev_dbg_cmd, trace_count), \
		       .flags = PART_OUT, .fields = result } } }

static const struct recording_request requests[] = {
	{ .number = SEV_DBG_GET_INFO, .command = -1, .name = "SEV_DBG_GET_INFO",
	  .parts = { ARG(info, struct sev_dbg_info) } },
	{ .number = SEV_DBG_GUEST_LIST, .command = -1, .name = "SEV_DBG_GUEST_LIST",
	  .parts = { ARG(guest_list, struct sev_dbg_guest_list),
		     { .name = "entries", .type = "struct sev_dbg_guest",
		       .size = sizeof(struct sev_dbg_guest),
		       .pointer = offsetof(struct sev_dbg_guest_list, entries),
		       .capacity = offsetof(struct sev_dbg_guest_list, capacity),
		       .count = offsetof(struct sev_dbg_guest_list, count),
		       .flags = PART_OUT, .fields = guest } } },
	{ .number = SEV_DBG_TRACE, .command = -1, .name = "SEV_DBG_TRACE",
	  .parts = { ARG(trace, struct sev_dbg_trace),
		     { .name = "entries", .type = "struct sev_dbg_trace_entry",
		       .size = sizeof(struct sev_dbg_trace_entry),
		       .pointer = offsetof(struct sev_dbg_trace, entries),
		       .capacity = offsetof(struct sev_dbg_trace, capacity),
		       .count = offsetof(struct sev_dbg_trace, count),
		       .flags = PART_OUT, .fields = trace_entry } } },
	{ .number = SEV_DBG_DECOMMISSION, .command = -1, .name = "SEV_DBG_DECOMMISSION",
	  .flags = REQUEST_CHANGES, .parts = { ARG(guest_cmd, struct sev_dbg_guest_cmd) } },
	{ .number = SEV_DBG_GUEST_STATUS, .command = -1, .name = "SEV_DBG_GUEST_STATUS",
	  .parts = { ARG(guest_status, struct sev_dbg_guest_status) } },
	{ .number = SEV_DBG_WBINVD, .command = -1, .name = "SEV_DBG_WBINVD",
	  .flags = REQUEST_ANY_ORDER | REQUEST_CHANGES, .cpu = offsetof(struct sev_dbg_wbinvd, cpu),
	  .parts = { ARG(wbinvd, struct sev_dbg_wbinvd) } },
	{ .number = SEV_DBG_WBINVD_ALL, .command = -1, .name = "SEV_DBG_WBINVD_ALL",
	  .flags = REQUEST_CHANGES, .parts = { ARG(wbinvd_all, struct sev_dbg_wbinvd_all) } },
	{ .number = SNP_GET_REPORT, .command = -1, .name = "SNP_GET_REPORT", .flags = REQUEST_CHANGES,
	  .parts = { ARG(guest_request, struct snp_guest_request_ioctl),
		     ASKED(report_req, struct snp_report_req, PART_IN),
		     ANSWERED(report_resp, struct snp_report_resp, 0) } },
	{ .number = SNP_GET_EXT_REPORT, .command = -1, .name = "SNP_GET_EXT_REPORT",
	  .flags = REQUEST_CHANGES,
	  .parts = { ARG(guest_request, struct snp_guest_request_ioctl),
		     ASKED(ext_report_req, struct snp_ext_report_req, PART_IN | PART_OUT),
		     ANSWERED(report_resp, struct snp_report_resp, 0),
		     { .name = "certs", .type = "a table of certificates", .size = 1, .parent = 1,
		       .pointer = offsetof(struct snp_ext_report_req, certs_address),
		       .capacity = offsetof(struct snp_ext_report_req, certs_len),
		       .flags = PART_OUT, .fields = serial } } },
	{ .number = SNP_GET_DERIVED_KEY, .command = -1, .name = "SNP_GET_DERIVED_KEY",
	  .flags = REQUEST_CHANGES,
	  .parts = { ARG(guest_request, struct snp_guest_request_ioctl),
		     ASKED(key_req, struct snp_derived_key_req, PART_IN),
		     ANSWERED(key_resp, struct snp_derived_key_resp, PART_SECRET) } },
	CMD(SEV_DBG_DF_FLUSH, ),
	CMD(SEV_DBG_SHUTDOWN, ),
	CMD(SEV_DBG_INIT, ),
	{ .number = SEV_ISSUE_CMD, .command = SEV_PLATFORM_STATUS, .name = "PLATFORM_STATUS",
	  .parts = { ARG(issue, struct sev_issue_cmd),
		     DATA(sev_status, "struct sev_user_data_status",
			  sizeof(struct sev_user_data_status), PART_OUT) } },
	/* SNP_PLATFORM_STATUS of newer headers */
	{ .number = SEV_ISSUE_CMD, .command = 9, .name = "SNP_PLATFORM_STATUS",
	  .parts = { ARG(issue, struct sev_issue_cmd),
		     DATA(snp_status, "struct sev_user_data_snp_status", SNP_STATUS_SIZE,
			  PART_OUT) } },
	{ .number = SEV_ISSUE_CMD, .command = 10, .name = "SNP_COMMIT", .flags = REQUEST_CHANGES,
	  .parts = { ARG(issue, struct sev_issue_cmd) } },
	{ .number = SEV_ISSUE_CMD, .command = 11, .name = "SNP_SET_CONFIG", .flags = REQUEST_CHANGES,
	  .parts = { ARG(issue, struct sev_issue_cmd),
		     DATA(snp_config, "struct sev_user_data_snp_config", SNP_CONFIG_SIZE, PART_IN) } },
	{ .number = SEV_ISSUE_CMD, .command = 12, .name = "SNP_VLEK_LOAD", .flags = REQUEST_CHANGES,
	  .parts = { ARG(issue, struct sev_issue_cmd),
		     DATA(vlek_load, "struct sev_user_data_snp_vlek_load", VLEK_LOAD_SIZE, PART_IN),
		     { .name = "hashstick", .type = "struct sev_user_data_snp_wrapped_vlek_hashstick",
		       .size = HASHSTICK_SIZE, .parent = 1, .pointer = VLEK_ADDRESS,
		       .flags = PART_IN | PART_SECRET, .fields = hashstick } } },
	{ .number = SEV_ISSUE_CMD, .command = SEV_FACTORY_RESET, .name = "FACTORY_RESET",
	  .flags = REQUEST_CHANGES, .parts = { ARG(issue, struct sev_issue_cmd) } },
	{ .number = SEV_ISSUE_CMD, .command = SEV_PEK_GEN, .name = "PEK_GEN",
	  .flags = REQUEST_CHANGES, .parts = { ARG(issue, struct sev_issue_cmd) } },
	{ .number = SEV_ISSUE_CMD, .command = SEV_PDH_GEN, .name = "PDH_GEN",
	  .flags = REQUEST_CHANGES, .parts = { ARG(issue, struct sev_issue_cmd) } },
	{ .number = SEV_ISSUE_CMD, .command = SEV_PEK_CSR, .name = "PEK_CSR",
	  .parts = { ARG(issue, struct sev_issue_cmd),
		     DATA(csr, "struct sev_user_data_pek_csr",
			  sizeof(struct sev_user_data_pek_csr), PART_IN | PART_OUT),
		     CERT("csr", cert, 1, struct sev_user_data_pek_csr, address, PART_OUT) } },
	{ .number = SEV_ISSUE_CMD, .command = SEV_PDH_CERT_EXPORT, .name = "PDH_CERT_EXPORT",
	  .parts = { ARG(issue, struct sev_issue_cmd),
		     DATA(cert_export, "struct sev_user_data_pdh_cert_export",
			  sizeof(struct sev_user_data_pdh_cert_export), PART_IN | PART_OUT),
		     CERT("pdh", cert, 1, struct sev_user_data_pdh_cert_export, pdh_cert_address,
			  PART_OUT),
		     CERT("chain", cert_chain, 3, struct sev_user_data_pdh_cert_export,
			  cert_chain_address, PART_OUT) } },
	{ .number = SEV_ISSUE_CMD, .command = SEV_PEK_CERT_IMPORT, .name = "PEK_CERT_IMPORT",
	  .flags = REQUEST_CHANGES,
	  .parts = { ARG(issue, struct sev_issue_cmd),
		     DATA(cert_import, "struct sev_user_data_pek_cert_import",
			  sizeof(struct sev_user_data_pek_cert_import), PART_IN),
		     CERT("pek", cert, 1, struct sev_user_data_pek_cert_import, pek_cert_address,
			  PART_IN),
		     CERT("oca", cert, 1, struct sev_user_data_pek_cert_import, oca_cert_address,
			  PART_IN) } },
	{ .number = SEV_ISSUE_CMD, .command = SEV_GET_ID2, .name = "GET_ID2",
	  .parts = { ARG(issue, struct sev_issue_cmd),
		     DATA(id2, "struct sev_user_data_get_id2",
			  sizeof(struct sev_user_data_get_id2), PART_IN | PART_OUT),
		     { .name = "id", .type = "the id", .size = 1, .parent = 1,
		       .pointer = offsetof(struct sev_user_data_get_id2, address),
		       .capacity = offsetof(struct sev_user_data_get_id2, length),
		       .flags = PART_OUT, .fields = serial } } },
};

static uint32_t u32_at(const void *memory, size_t offset)
{
	uint32_t value;

	memcpy(&value, (const char *)memory + offset, sizeof(value));
	return value;
}

const struct recording_request *recording_request_find(unsigned long number, const void *arg,
							size_t size)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const struct recording_request *row = &requests[i];

		if (row->number == number && size >= row->parts[0].size &&
		    (row->command < 0 || u32_at(arg, 0) == (uint64_t)row->command))
			return row;
	}
	return NULL;
}

const struct recording_request *recording_request_of(const struct recording_event *event)
{
	const struct recording_bytes *in = &event->parts[0].in;

	return event->kind == RECORDING_IOCTL && in->data ?
	       recording_request_find(event->request, in->data, in->size) : NULL;
}

const struct recording_request *recording_request_known(unsigned long number, const void *arg)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].number == number)
			return recording_request_find(number, arg, requests[i].parts[0].size);
	return NULL;
}

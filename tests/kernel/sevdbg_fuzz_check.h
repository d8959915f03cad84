/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has to hold of every answer of /dev/sev-debug, whatever was asked
 */
#ifndef SEVDBG_FUZZ_CHECK_H
#define SEVDBG_FUZZ_CHECK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "sevdbg_test.h"

union fuzz_request {
	__u32 size;
	struct sev_dbg_info info;
	struct sev_dbg_guest_list list;
	struct sev_dbg_guest_cmd guest;
	struct sev_dbg_guest_status status;
	struct sev_dbg_trace trace;
	struct sev_dbg_wbinvd wbinvd;
	struct sev_dbg_wbinvd_all all;
	struct sev_dbg_cmd cmd;
	unsigned char bytes[8192];
};

struct fuzz_kind {
	const char *name;
	unsigned long ioc;
	__u32 size;
	__u32 in_end;		/* what the kernel reads ends there */
	__u32 flags;
	bool slow;
	const int *errors;	/* those documented beside the ones that any call can have */
};

#define ERRORS(...) (const int[]) { __VA_ARGS__, 0 }
#define CMD_FLAGS (SEV_DBG_C_LEGACY | SEV_DBG_C_STRICT | SEV_DBG_C_LIVE | SEV_DBG_C_TOMBSTONES)

static const struct fuzz_kind fuzz_kinds[] = {
	{ "GET_INFO", SEV_DBG_GET_INFO, sizeof(struct sev_dbg_info), 8, 0, false, ERRORS(0) },
	{ "GUEST_LIST", SEV_DBG_GUEST_LIST, sizeof(struct sev_dbg_guest_list), 32, 0, false,
	  ERRORS(ENOMEM) },
	{ "GUEST_STATUS", SEV_DBG_GUEST_STATUS, sizeof(struct sev_dbg_guest_status),
	  sizeof(struct sev_dbg_guest_status), 0, false, ERRORS(ENOENT, EIO, ENOMEM) },
	{ "TRACE", SEV_DBG_TRACE, sizeof(struct sev_dbg_trace), sizeof(struct sev_dbg_trace), 0,
	  false, ERRORS(ENOMEM) },
#define NR_READING 4U
	{ "WBINVD", SEV_DBG_WBINVD, sizeof(struct sev_dbg_wbinvd), 16, 0, true, ERRORS(EBADF) },
	{ "WBINVD_ALL", SEV_DBG_WBINVD_ALL, sizeof(struct sev_dbg_wbinvd_all), 8, 0, true,
	  ERRORS(EBADF) },
	{ "DF_FLUSH", SEV_DBG_DF_FLUSH, sizeof(struct sev_dbg_cmd), sizeof(struct sev_dbg_cmd),
	  SEV_DBG_C_LEGACY, false, ERRORS(EBADF, EIO, ENOMEM) },
#define NR_HARMLESS 7U
	{ "DECOMMISSION", SEV_DBG_DECOMMISSION, sizeof(struct sev_dbg_guest_cmd),
	  sizeof(struct sev_dbg_guest_cmd), SEV_DBG_D_RUNNING, false,
	  ERRORS(EBADF, ENOENT, EOPNOTSUPP, EALREADY, EIO, ENOMEM) },
	{ "SHUTDOWN", SEV_DBG_SHUTDOWN, sizeof(struct sev_dbg_cmd), sizeof(struct sev_dbg_cmd),
	  CMD_FLAGS, false, ERRORS(EBADF, EIO, EOPNOTSUPP, ENOMEM) },
	{ "INIT", SEV_DBG_INIT, sizeof(struct sev_dbg_cmd), sizeof(struct sev_dbg_cmd), 0, false,
	  ERRORS(EBADF, EIO, EOPNOTSUPP, ENOMEM, ENODEV) },
};

#define NR_FUZZ_KINDS (sizeof(fuzz_kinds) / sizeof(fuzz_kinds[0]))

static atomic_uint violations;

static inline void __attribute__((format(printf, 1, 2))) violation(const char *format, ...)
{
	va_list args;

	if (violations++ > 50)
		return;
	flockfile(stdout);
	printf("VIOLATION: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	funlockfile(stdout);
}

/* Who has which id: the same for ever */
#define MAX_IDS 65536

struct known {
	__u64 created;
	__u32 kind;
	__s32 tgid;
};

static struct known known[MAX_IDS];
static __u64 newest;
static pthread_mutex_t ids_lock = PTHREAD_MUTEX_INITIALIZER;

static inline __u64 newest_id(void)
{
	__u64 id;

	pthread_mutex_lock(&ids_lock);
	id = newest;
	pthread_mutex_unlock(&ids_lock);
	return id;
}

static inline void check_guest(const struct sev_dbg_guest *g)
{
	struct known *k;

	if ((g->kind != SEV_DBG_KIND_SEV && g->kind != SEV_DBG_KIND_SNP) || g->rsvd ||
	    !g->id || g->flags & ~0xfU || g->comm[15] || !g->created_boot_ns || g->asid > 1006 ||
	    (g->kind == SEV_DBG_KIND_SNP && g->handle) ||
	    ((g->flags & SEV_DBG_G_TOMBSTONE) && (g->asid || g->flags & SEV_DBG_G_ACTIVE)))
		violation("guest %llu: kind %u flags %#x asid %u handle %u rsvd %u",
			  (unsigned long long)g->id, g->kind, g->flags, g->asid, g->handle, g->rsvd);
	if (!g->id || g->id >= MAX_IDS)
		return;
	pthread_mutex_lock(&ids_lock);
	k = &known[g->id];
	if (!k->created)
		*k = (struct known) { g->created_boot_ns, g->kind, g->tgid };
	else if (k->created != g->created_boot_ns || k->kind != g->kind || k->tgid != g->tgid)
		violation("id %llu is another guest now", (unsigned long long)g->id);
	if (g->id > newest)
		newest = g->id;
	pthread_mutex_unlock(&ids_lock);
}

/* Addresses of the kernel, and of the pages that are the firmware's: none comes out */
static inline bool address_like(__u64 v)
{
	return v >= 0xffff800000000000ULL && v < ~0ULL - 4096;
}

static inline void check_words(const struct fuzz_kind *k, const unsigned char *p, size_t size)
{
	for (size_t i = 0; i + 8 <= size; i += 4) {
		__u64 v;

		memcpy(&v, p + i, sizeof(v));
		/* 0xffffffff alone is SEV_DBG_NO_FW_CALL, next to a negative errno */
		if (address_like(v) && (v >> 32) < 0xffffff00U)
			violation("%s: %#llx at byte %zu", k->name, (unsigned long long)v, i);
	}
}

static inline bool listed(const int *errors, int error)
{
	for (; *errors; errors++)
		if (*errors == error)
			return true;
	return false;
}

static inline void check_error(const struct fuzz_kind *k, int error)
{
	static const int always[] = { EINVAL, E2BIG, EFAULT, EPERM, EINTR, ENODEV, 0 };
	bool asks = k->ioc != SEV_DBG_GET_INFO && k->ioc != SEV_DBG_GUEST_LIST &&
		    k->ioc != SEV_DBG_TRACE && k->ioc != SEV_DBG_WBINVD && k->ioc != SEV_DBG_WBINVD_ALL;

	if (error && !listed(always, error) && !listed(k->errors, error) &&
	    !(asks && (error == EBUSY || error == ETIMEDOUT)))
		violation("%s: %s", k->name, name_of(error));
}

/* Errors of the arguments leave the structure as it was; all others fill in a result. */
static inline bool rejected(int error)
{
	return error == EINVAL || error == E2BIG || error == EFAULT || error == EPERM ||
	       error == EBADF || error == ENOTTY;
}

static inline void check_result(const struct fuzz_kind *k, const struct sev_dbg_result *r,
				__u32 reason, int error)
{
	bool refusal = error == EBUSY ||
		       (reason == SEV_DBG_R_CPUS_OFFLINE && error == EOPNOTSUPP) ||
		       (reason == SEV_DBG_R_CTH && error == EOPNOTSUPP) ||
		       (reason == SEV_DBG_R_IOMMU && error == EIO);

	if (r->err != -error)
		violation("%s: %s, but result.err %d", k->name, name_of(error), r->err);
	if (reason > SEV_DBG_R_CTH || !!reason != refusal)
		violation("%s: %s, reason %u", k->name, name_of(error), reason);
	if (error == EINTR && (r->cmd || r->count || r->status != SEV_DBG_NO_FW_CALL))
		violation("%s: EINTR after command %#x", k->name, r->cmd);
	if (error == EBUSY && reason != SEV_DBG_R_PSP_DEAD && r->status != SEV_DBG_NO_FW_CALL)
		violation("%s: EBUSY, and status %#x", k->name, r->status);
	if (r->status != SEV_DBG_NO_FW_CALL && r->status > 0xffff)
		violation("%s: status %#x", k->name, r->status);
	if (!r->cmd != !r->count || r->cmd > 0x7ff)
		violation("%s: command %#x, count %u", k->name, r->cmd, r->count);
	if (r->fw_ext && (!r->status || r->status == SEV_DBG_NO_FW_CALL))
		violation("%s: status %#x, extended %#llx", k->name, r->status,
			  (unsigned long long)r->fw_ext);
}

static inline void check_list(const struct fuzz_kind *k, const union fuzz_request *before,
			      const struct sev_dbg_guest_list *l, int error)
{
	if (l->count > l->total || l->count > before->list.capacity ||
	    (error && l->count) || l->entries != before->list.entries)
		violation("%s: %s, %u of %u for %u", k->name, name_of(error), l->count, l->total,
			  before->list.capacity);
	for (__u32 i = 0; !error && i < l->count; i++) {
		const unsigned char *at = (unsigned char *)(uintptr_t)l->entries +
					  (size_t)i * l->entry_size;
		struct sev_dbg_guest g;

		memcpy(&g, at, sizeof(g));
		check_guest(&g);
		for (size_t j = sizeof(g); j < l->entry_size; j++)
			if (at[j])
				violation("%s: something after the entry", k->name);
	}
}

/* The numbers go on by one; nothing but what the driver knows of a command is in it */
static inline void check_trace(const struct fuzz_kind *k, const union fuzz_request *before,
			       const struct sev_dbg_trace *t, int error)
{
	struct sev_dbg_trace_entry e;
	__u64 seq = 0;

	if (t->count > before->trace.capacity || t->count > 256 || (error && t->count) ||
	    t->first > t->last || t->after != before->trace.after ||
	    t->entries != before->trace.entries || t->running_cmd > 0x7ff)
		violation("%s: %s, %u for %u, running %#x", k->name, name_of(error), t->count,
			  before->trace.capacity, t->running_cmd);
	for (__u32 i = 0; !error && i < t->count; i++) {
		const unsigned char *at = (unsigned char *)(uintptr_t)t->entries +
					  (size_t)i * t->entry_size;

		memcpy(&e, at, sizeof(e));
		if (e.seq <= before->trace.after || e.seq > t->last || (i && e.seq != seq + 1) ||
		    e.cmd > 0x7ff || e.err > 0 || e.err < -4095 || e.rsvd || e.comm[15])
			violation("%s: seq %llu after %llu, command %#x, err %d", k->name,
				  (unsigned long long)e.seq, (unsigned long long)seq, e.cmd,
				  e.err);
		check_words(k, at, sizeof(e) - sizeof(e.comm));
		seq = e.seq;
		for (size_t j = sizeof(e); j < t->entry_size; j++)
			if (at[j])
				violation("%s: something after the entry", k->name);
	}
}

static inline void check_info(const struct fuzz_kind *k, const struct sev_dbg_info *i)
{
	if (i->abi_version != SEV_DBG_ABI_VERSION || i->rsvd || i->state >> 11 ||
	    (i->fw_snp_state > 2 && i->fw_snp_state != SEV_DBG_FW_UNKNOWN) ||
	    (i->fw_sev_state > 2 && i->fw_sev_state != SEV_DBG_FW_UNKNOWN) ||
	    i->leaked_pages > 1 << 24)
		violation("%s: state %#x firmware %u %u rsvd %u", k->name, i->state,
			  i->fw_snp_state, i->fw_sev_state, i->rsvd);
}

static inline void check_answer(const struct fuzz_kind *k, const union fuzz_request *before,
				const union fuzz_request *after, int error)
{
	check_error(k, error);
	if (after->size != before->size)
		violation("%s: size %u became %u", k->name, before->size, after->size);
	if (memcmp(after->bytes + k->size, before->bytes + k->size, sizeof(*after) - k->size))
		violation("%s: written behind the structure", k->name);
	if (rejected(error) && k->ioc != SEV_DBG_GUEST_LIST && k->ioc != SEV_DBG_WBINVD &&
	    error != EFAULT && memcmp(before, after, sizeof(*after)))
		violation("%s: %s, and something was written", k->name, name_of(error));
	if (rejected(error))
		return;
	switch (k->ioc) {
	case SEV_DBG_GET_INFO:
		if (!error)
			check_info(k, &after->info);
		break;
	case SEV_DBG_GUEST_LIST:
		if (!error || error == ENODEV)
			check_list(k, before, &after->list, error);
		return;		/* has addresses of ours */
	case SEV_DBG_TRACE:
		if (!error || error == ENODEV)
			check_trace(k, before, &after->trace, error);
		return;		/* same */
	case SEV_DBG_GUEST_STATUS:
		check_result(k, &after->status.result, after->status.reason, error);
		if (after->status.rsvd || after->status.vcek_dis > 1 || after->status.asid > 1006)
			violation("%s: rsvd %u vcek_dis %u", k->name, after->status.rsvd,
				  after->status.vcek_dis);
		break;
	case SEV_DBG_DECOMMISSION:
		check_result(k, &after->guest.result, after->guest.reason, error);
		break;
	case SEV_DBG_WBINVD:
	case SEV_DBG_WBINVD_ALL:
		return;
	default:
		check_result(k, &after->cmd.result, after->cmd.reason, error);
		if (after->cmd.trace_count > after->cmd.trace_total ||
		    (error == EINTR && after->cmd.trace_total))
			violation("%s: %s, trace of %u of %u", k->name, name_of(error),
				  after->cmd.trace_count, after->cmd.trace_total);
		if (after->cmd.trace)
			return;
		break;
	}
	/* ids are the caller's: they may look like anything */
	if (k->ioc == SEV_DBG_GET_INFO)
		check_words(k, after->bytes, k->size);
	else
		check_words(k, after->bytes + 16, k->size - 16);
}

#endif

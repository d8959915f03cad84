// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/sev-debug, the ioctls that change no firmware state.  Behaves as
 * kernel/'s sev-debug.c, the order of its checks included.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

/* copy_struct_from_user(), after the size in the structure's first word */
int debug_copy_in(void *k, size_t ksize, const void *u)
{
	uint8_t tail[SIM_PAGE];
	uint32_t usize;
	size_t i;

	if (sim_copy_from_user(&usize, u, sizeof(usize)))
		return -EFAULT;
	if (usize < ksize || usize > SIM_PAGE)	/* as long as in ABI version 1, or longer */
		return -EINVAL;
	if (sim_copy_from_user(tail, (const char *)u + ksize, usize - ksize))
		return -EFAULT;
	for (i = 0; i < usize - ksize; i++)
		if (tail[i])
			return -E2BIG;
	return sim_copy_from_user(k, u, ksize);
}

int debug_copy_out(void *u, const void *k, size_t ksize)
{
	return sim_copy_to_user(u, k, ksize);
}

int debug_snp_fw_state(struct sim *s, uint32_t *state)
{
	bool up = s->st->ccp.snp_initialized;
	uint32_t error = SEV_DBG_NO_FW_CALL, page;
	struct fwb_snp_status status;
	struct fwb_snp_addr buf;
	int ret;

	*state = SEV_DBG_FW_UNKNOWN;
	if (s->st->ccp.psp_dead)
		return -EBUSY;
	page = ccp_alloc_firmware(s, 1);
	if (!page)
		return -ENOMEM;
	buf.address = sim_pa(page);
	ret = ccp_cmd(s, PSP_CMD_SNP_PLATFORM_STATUS, &buf, sizeof(buf), &error);
	if (up && ccp_reclaim(s, page, 1))
		return ret ?: -EIO;
	sim_kernel_read(s, sim_pa(page), &status, sizeof(status));
	if (ret == -EIO && error == PSP_INVALID_PAGE_STATE && !up) {
		*state = PSP_INIT;
		ret = 0;
	} else if (!ret) {
		*state = status.state;
	}
	sim_free(s, page, 1);
	return ret;
}

int debug_sev_fw_state(struct sim *s, uint32_t *state)
{
	struct fwb_status status = { 0 };
	uint32_t error;
	int ret;

	*state = SEV_DBG_FW_UNKNOWN;
	if (s->st->ccp.psp_dead)
		return -EBUSY;
	ret = ccp_cmd(s, PSP_CMD_PLATFORM_STATUS, &status, sizeof(status), &error);
	if (!ret)
		*state = status.state;
	return ret;
}

static void fill_info(struct sim *s, struct sev_dbg_info *i)
{
	const struct sim_ccp *c = &s->st->ccp;

	/* first of all: the PSP may turn out to be dead */
	debug_snp_fw_state(s, &i->fw_snp_state);
	debug_sev_fw_state(s, &i->fw_sev_state);

	i->abi_version = SEV_DBG_ABI_VERSION;
	i->features = SEV_DBG_F_GUEST_LIST | SEV_DBG_F_STRICT | SEV_DBG_F_WBINVD_ALL;
	i->state = (c->psp_dead ? SEV_DBG_S_PSP_DEAD : 0) |
		   (c->snp_initialized ? SEV_DBG_S_SNP_INIT : 0) |
		   (debug_svm_on(s) ? SEV_DBG_S_SVM_ON : 0) |
		   (debug_locked_out(s) ? SEV_DBG_S_INIT_LOCKED : 0) |
		   (s->st->debug.track_lost ? SEV_DBG_S_TRACK_LOST : 0) |
		   (c->tmr ? SEV_DBG_S_BUFFERS : 0) |
		   (ccp_host_snp(s) ? SEV_DBG_S_SNP_HOST : 0) |
		   (c->iommu_failed ? SEV_DBG_S_IOMMU_STUCK : 0);
	i->api_major = c->api_major;
	i->api_minor = c->api_minor;
	i->build = c->build;
	i->rsvd = 0;
	i->nr_snp_guests = debug_count(s, SEV_DBG_KIND_SNP, false);
	i->nr_sev_guests = debug_count(s, SEV_DBG_KIND_SEV, false);
	i->nr_snp_tombstones = debug_count(s, SEV_DBG_KIND_SNP, true);
	i->nr_sev_tombstones = debug_count(s, SEV_DBG_KIND_SEV, true);
	i->leaked_pages = s->st->debug.leaked_pages;
}

static int get_info(struct sim *s, void *arg)
{
	struct sev_dbg_info i;
	int ret = debug_copy_in(&i, sizeof(i), arg);

	if (ret)
		return ret;
	if (i.flags)
		return -EINVAL;
	fill_info(s, &i);
	return debug_copy_out(arg, &i, sizeof(i));
}

static int copy_entry(const struct sev_dbg_guest *guest, char *dst, uint32_t entry_size)
{
	static const uint8_t zero[SIM_PAGE];

	if (sim_copy_to_user(dst, guest, sizeof(*guest)))
		return -EFAULT;
	return sim_copy_to_user(dst + sizeof(*guest), zero, entry_size - sizeof(*guest));
}

static int guest_list(struct sim *s, void *arg)
{
	struct sev_dbg_guest_list l;
	char *dst;
	uint32_t i;
	int ret = debug_copy_in(&l, sizeof(l), arg);

	if (ret)
		return ret;
	if (l.flags || l.entry_size < sizeof(struct sev_dbg_guest) || l.entry_size > SIM_PAGE)
		return -EINVAL;
	l.total = s->st->debug.count;
	l.count = l.capacity < l.total ? l.capacity : l.total;
	dst = (char *)(uintptr_t)l.entries;
	for (i = 0; i < l.count && !ret; i++, dst += l.entry_size)
		ret = copy_entry(&s->st->debug.guest[i].u, dst, l.entry_size);
	if (ret)
		l.count = 0;
	return debug_copy_out(arg, &l, sizeof(l)) ?: ret;
}

static int wbinvd(struct sim *s, void *arg)
{
	struct sev_dbg_wbinvd w;
	unsigned int cpu;
	bool only;
	int ret = debug_copy_in(&w, sizeof(w), arg);

	if (ret)
		return ret;
	if (w.flags || w.rsvd)
		return -EINVAL;
	w.duration_ns = 0;
	cpu = sim_thread_cpu(s, &only);
	if (!only || w.cpu != cpu)
		ret = -EINVAL;
	else
		w.duration_ns = sim_cpu_wbinvd_timed(s, cpu);
	w.cpu = cpu;
	return debug_copy_out(arg, &w, sizeof(w)) ?: ret;
}

static int wbinvd_all(struct sim *s, void *arg)
{
	struct sev_dbg_wbinvd_all w;
	uint64_t t0 = s->st->m.clock_ns;
	int ret = debug_copy_in(&w, sizeof(w), arg);

	if (ret)
		return ret;
	if (w.flags)
		return -EINVAL;
	w.nr_cpus = sim_cpus_online(s);
	w.nr_present = s->st->m.cpus;
	sim_wbinvd_all(s);
	sim_changed(s);
	w.duration_ns = s->st->m.clock_ns - t0;
	return debug_copy_out(arg, &w, sizeof(w));
}

/* Lockdown forbids what changes the firmware's state (LOCKDOWN_DEBUGFS) */
static int may_change(const struct sim *s, bool writable)
{
	if (!writable)
		return -EBADF;
	return s->st->m.lockdown ? -EPERM : 0;
}

int debug_ioctl(struct sim *s, bool writable, unsigned long request, void *arg)
{
	if (!s->st->debug.registered)
		return -ENODEV;
	switch (request) {
	case SEV_DBG_GET_INFO:
		return get_info(s, arg);
	case SEV_DBG_GUEST_LIST:
		return guest_list(s, arg);
	case SEV_DBG_WBINVD:
		return writable ? wbinvd(s, arg) : -EBADF;
	case SEV_DBG_WBINVD_ALL:
		return writable ? wbinvd_all(s, arg) : -EBADF;
	case SEV_DBG_DECOMMISSION:
		return may_change(s, writable) ?: debug_decommission(s, arg);
	case SEV_DBG_DF_FLUSH:
	case SEV_DBG_SHUTDOWN:
	case SEV_DBG_INIT:
		return may_change(s, writable) ?: debug_cmd(s, request, arg);
	default:
		return -ENOTTY;
	}
}

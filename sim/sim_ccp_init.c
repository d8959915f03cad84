// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ccp driver of Linux 6.12.117: bringing SNP and SEV up and down
 * (sev-dev.c: __sev_snp_init_locked(), __sev_platform_init_locked(),
 * __sev_snp_shutdown_locked(), __sev_firmware_shutdown(), sev_pci_init()).
 */
#include <errno.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

#define SEV_TMR_SIZE	(1024u * 1024)
#define SNP_TMR_SIZE	(2 * SEV_TMR_SIZE)

static bool kernel_at_least(const struct sim *s, uint32_t major, uint32_t minor)
{
	const struct sim_machine *m = &s->st->m;

	return m->kernel_major > major || (m->kernel_major == major && m->kernel_minor >= minor);
}

/* The kernel found SNP at boot and set up the RMP */
bool ccp_host_snp(const struct sim *s)
{
	return sim_host_snp(s);
}

/* What SNP needs of the CPUs: since 7.1 at this moment, before that since boot */
static int snp_prepare(struct sim *s)
{
	uint32_t i;

	if (!kernel_at_least(s, 7, 1))
		return 0;
	if (kernel_at_least(s, 7, 2) && sim_cpus_online(s) != s->st->m.cpus)
		return -EOPNOTSUPP;
	for (i = 0; i < s->st->m.cpus; i++)
		if (s->st->m.cpu[i].online)
			s->st->m.cpu[i].snp_en = 1;
	return 0;
}

/* SEV-TIO comes up with SNP wherever firmware, kernel and IOMMU have it (6.19) */
bool ccp_would_init_tio(const struct sim *s)
{
	return kernel_at_least(s, 6, 19) && (s->st->ccp.feature_ebx & FWB_EBX_TIO);
}

/* sev_is_snp_ciphertext_hiding_supported(): by firmware and BIOS */
bool ccp_has_cth(const struct sim *s)
{
	return s->st->ccp.feature_ecx & FWB_ECX_CIPHERTEXT_HIDING;
}

/* SNP_INIT_EX with the list of what firmware and devices reserve */
static int snp_init_command(struct sim *s, uint32_t max_snp_asid, uint32_t *error)
{
	struct fwb_snp_init_ex data;
	struct fwb_range_list list;
	uint32_t page, pages;
	int ret;

	page = sim_alloc(s, 1);
	if (!page)
		return -ENOMEM;
	memset(&list, 0, sizeof(list));
	list.count = 1;
	list.range[0].base = sim_bios_range(&pages);
	list.range[0].page_count = pages;
	sim_kernel_write(s, sim_pa(page), &list, sizeof(list));

	memset(&data, 0, sizeof(data));
	data.flags = FWB_INIT_RMP | FWB_LIST_PADDR_EN;
	data.list_paddr = sim_pa(page);
	if (max_snp_asid) {
		data.flags |= FWB_CIPHERTEXT_HIDING_EN;
		data.max_snp_asid = (uint16_t)max_snp_asid;
	}
	if (ccp_would_init_tio(s))
		data.flags |= FWB_TIO_EN;
	ret = ccp_cmd(s, PSP_CMD_SNP_INIT_EX, &data, sizeof(data), error);
	sim_free(s, page, 1);
	return ret;
}

/* Up to SNP_INIT_EX; the patch remembers that the rest is missing */
static int snp_init_first(struct sim *s, uint32_t max_snp_asid, uint32_t *error)
{
	uint32_t i;
	int ret;

	/* whatever KVM thinks of it */
	for (i = 0; i < s->st->m.cpus; i++)
		if (s->st->m.cpu[i].online)
			s->st->m.cpu[i].hsave_pa = 0;

	sim_wbinvd_all(s);
	ret = snp_init_command(s, max_snp_asid, error);
	if (ret)
		sim_klog(s, "ccp: SEV-SNP: SNP_INIT_EX failed rc %d, error %#x", ret, *error);
	else
		s->st->ccp.flush_pending = !s->st->m.no_patch;
	return ret;
}

static int snp_init(struct sim *s, uint32_t max_snp_asid, uint32_t *error)
{
	struct sim_ccp *c = &s->st->ccp;
	int ret;

	if (!ccp_host_snp(s))
		return -ENODEV;
	if (c->snp_initialized)
		return 0;
	if (!s->st->m.no_patch && debug_init_blocked(s))
		return -EBUSY;
	/* what was left half way is of no use: start over */
	ret = c->flush_pending ? ccp_snp_shutdown(s, error) : 0;
	if (!ret)
		ret = snp_prepare(s);
	if (!ret)
		ret = snp_init_first(s, max_snp_asid, error);
	if (ret)
		return ret;
	sim_wbinvd_all(s);
	ret = ccp_cmd(s, PSP_CMD_SNP_DF_FLUSH, NULL, 0, error);
	if (ret) {
		/* without the patch nothing ever takes the firmware back to UNINIT */
		sim_klog(s, "ccp: SEV-SNP: SNP_DF_FLUSH failed rc %d, error %#x", ret, *error);
		return ret;
	}
	c->snp_initialized = 1;
	c->flush_pending = 0;
	c->tio = ccp_would_init_tio(s);		/* its own commands are not modelled */
	c->iommu_failed = 0;
	c->tmr_size = SNP_TMR_SIZE;
	sim_klog(s, "ccp: SEV-SNP API:%u.%u build:%u", c->api_major, c->api_minor, c->build);
	return 0;
}

static int sev_init_command(struct sim *s, uint32_t *psp_ret)
{
	struct sim_ccp *c = &s->st->ccp;
	struct fwb_init data;

	memset(&data, 0, sizeof(data));
	if (c->tmr) {
		data.flags = 1;			/* SEV-ES */
		data.tmr_address = sim_pa(c->tmr);
		data.tmr_len = c->tmr_size;
	}
	return ccp_cmd(s, PSP_CMD_INIT, &data, sizeof(data), psp_ret);
}

int ccp_sev_init(struct sim *s, uint32_t *error)
{
	struct sim_ccp *c = &s->st->ccp;
	uint32_t psp_ret = SEV_DBG_NO_FW_CALL, flush = SEV_DBG_NO_FW_CALL;
	int ret;

	if (c->sev_state == PSP_INIT)
		return 0;
	if (!s->st->m.no_patch && debug_sev_init_blocked(s))
		return -EBUSY;
	if (!c->tmr) {
		c->tmr_pages = c->tmr_size / SIM_PAGE;
		c->tmr = ccp_alloc_firmware(s, c->tmr_pages);
	}

	ret = sev_init_command(s, &psp_ret);
	if (ret && psp_ret == PSP_SECURE_DATA_INVALID)
		ret = sev_init_command(s, &psp_ret);
	if (error)
		*error = psp_ret;
	if (ret) {
		sim_klog(s, "ccp: SEV: INIT failed %#x, rc %d", psp_ret, ret);
		/* without the patch the TMR is kept, which may get the wrong size */
		if (!s->st->m.no_patch && !c->psp_dead)
			ccp_free_tmr(s);
		return ret;
	}
	c->sev_state = PSP_INIT;

	sim_wbinvd_all(s);
	ret = ccp_cmd(s, PSP_CMD_DF_FLUSH, NULL, 0, &flush);
	if (ret) {
		sim_klog(s, "ccp: SEV: DF_FLUSH failed %#x, rc %d", flush, ret);
		return ret;
	}
	sim_klog(s, "ccp: SEV API:%u.%u build:%u", c->api_major, c->api_minor, c->build);
	return 0;
}

/* _sev_platform_init_locked(); psp_init_on_probe is on */
int ccp_platform_init(struct sim *s, uint32_t max_snp_asid, uint32_t *error)
{
	int ret;

	if (!s->st->ccp.probed)
		return -ENODEV;
	if (s->st->ccp.sev_state == PSP_INIT)
		return 0;
	ret = snp_init(s, max_snp_asid, error);
	if (ret && ret != -ENODEV) {
		sim_klog(s, "ccp: SEV-SNP: failed to INIT rc %d, error %#x", ret, *error);
		return ret;
	}
	return ccp_sev_init(s, error);
}

int ccp_sev_shutdown(struct sim *s, uint32_t *error)
{
	struct sim_ccp *c = &s->st->ccp;
	int ret;

	if (c->sev_state == PSP_UNINIT)
		return 0;
	ret = ccp_cmd(s, PSP_CMD_SHUTDOWN, NULL, 0, error);
	if (ret) {
		sim_klog(s, "ccp: SEV: failed to SHUTDOWN error %#x, rc %d", *error, ret);
		return ret;
	}
	c->sev_state = PSP_UNINIT;
	return 0;
}

/* Since 7.1 the CPUs stop checking the RMP as well, where the firmware can do that */
uint32_t ccp_snp_shutdown_flags(const struct sim *s)
{
	bool x86 = kernel_at_least(s, 7, 1) && (s->st->ccp.feature_ecx & FWB_ECX_X86_SHUTDOWN);

	return FWB_IOMMU_SNP_SHUTDOWN | (x86 ? FWB_X86_SNP_SHUTDOWN : 0);
}

/* What is left to the host once SNP_SHUTDOWN_EX succeeded */
void ccp_snp_shutdown_host(struct sim *s)
{
	struct sim_ccp *c = &s->st->ccp;

	c->snp_initialized = 0;
	c->flush_pending = 0;
	c->tmr_size = SEV_TMR_SIZE;
	if (!sim_rmp_enforced(s))		/* after x86_snp_shutdown */
		return;
	c->iommu_failed = !!sim_iommu_snp_disable(s);
	if (c->iommu_failed)
		sim_klog(s, "ccp: SNP IOMMU shutdown failed");
}

int ccp_snp_shutdown(struct sim *s, uint32_t *error)
{
	struct sim_ccp *c = &s->st->ccp;
	struct fwb_snp_shutdown_ex data = { .len = sizeof(data),
					    .flags = ccp_snp_shutdown_flags(s) };
	uint32_t flush = SEV_DBG_NO_FW_CALL;
	int ret;

	if (!c->snp_initialized && !c->flush_pending)
		return 0;
	if (!s->st->m.no_patch && debug_spare_kvm(s))
		data.flags &= ~FWB_X86_SNP_SHUTDOWN;
	sim_wbinvd_all(s);
	ret = ccp_cmd(s, PSP_CMD_SNP_SHUTDOWN_EX, &data, sizeof(data), error);
	if (*error == PSP_DFFLUSH_REQUIRED) {
		ret = ccp_cmd(s, PSP_CMD_SNP_DF_FLUSH, NULL, 0, &flush);
		if (ret) {
			sim_klog(s, "ccp: SEV-SNP DF_FLUSH failed, ret = %d, error = %#x", ret,
				 flush);
			return ret;
		}
		ret = ccp_cmd(s, PSP_CMD_SNP_SHUTDOWN_EX, &data, sizeof(data), error);
	}
	if (ret) {
		sim_klog(s, "ccp: SEV-SNP firmware shutdown failed, rc %d, error %#x", ret, *error);
		if (!s->st->m.no_patch)
			debug_name_guests(s);
		return ret;
	}
	ccp_snp_shutdown_host(s);
	return c->iommu_failed ? -EIO : 0;
}

void ccp_free_tmr(struct sim *s)
{
	struct sim_ccp *c = &s->st->ccp;

	if (!c->tmr)
		return;
	sim_wbinvd_all(s);
	if (c->tmr_pages != c->tmr_size / SIM_PAGE)
		sim_kwarn(s, "ccp: TMR of %u pages freed as %u", c->tmr_pages,
			  c->tmr_size / SIM_PAGE);
	ccp_free_firmware(s, c->tmr, c->tmr_pages);
	c->tmr = 0;
}

/* Everything, in the driver's order; it looks at no result */
void ccp_firmware_shutdown(struct sim *s)
{
	struct sim_ccp *c = &s->st->ccp;
	uint32_t error = SEV_DBG_NO_FW_CALL;

	if (!c->probed)
		return;
	c->tio = 0;				/* sev_tsm_uninit() comes first */
	ccp_sev_shutdown(s, &error);
	ccp_free_tmr(s);
	error = SEV_DBG_NO_FW_CALL;
	ccp_snp_shutdown(s, &error);
}

/* snp_get_platform_data(): what the firmware can do (6.18) */
static int snp_features(struct sim *s, uint32_t *error)
{
	struct fwb_snp_feature_info info = { .len = sizeof(info) };
	struct sim_ccp *c = &s->st->ccp;
	struct fwb_features features;
	struct fwb_snp_status status;
	struct fwb_snp_addr buf;
	uint32_t page = sim_alloc(s, 1);
	int ret;

	if (!page)
		return -ENOMEM;
	buf.address = info.address = sim_pa(page);
	ret = ccp_cmd(s, PSP_CMD_SNP_PLATFORM_STATUS, &buf, sizeof(buf), error);
	sim_kernel_read(s, sim_pa(page), &status, sizeof(status));
	if (!ret && (status.flags & FWB_STATUS_FEATURE_INFO)) {
		ret = ccp_cmd(s, PSP_CMD_SNP_FEATURE_INFO, &info, sizeof(info), error);
		sim_kernel_read(s, sim_pa(page), &features, sizeof(features));
		if (!ret) {
			c->feature_ebx = features.ebx;
			c->feature_ecx = features.ecx;
		}
		/* both at once: what KVM asks for */
		if (!(status.flags & FWB_STATUS_CTH_CAP))
			c->feature_ecx &= ~FWB_ECX_CIPHERTEXT_HIDING;
	}
	sim_free(s, page, 1);
	return ret;
}

/* The driver of a freshly booted kernel finds the device */
void ccp_probe(struct sim *s)
{
	struct sim_ccp *c = &s->st->ccp;
	struct sim_inject inject[SIM_INJECTIONS];
	struct fwb_status status;
	uint32_t error = SEV_DBG_NO_FW_CALL;

	memcpy(inject, c->inject, sizeof(inject));
	memset(c, 0, sizeof(*c));
	memcpy(c->inject, inject, sizeof(inject));
	memset(&s->st->debug, 0, sizeof(s->st->debug));
	s->st->debug.next_id = 1;

	if (s->st->m.bios & SIM_BIOS_SME_OFF) {
		sim_klog(s, "ccp: SEV: memory encryption not enabled by BIOS");
		return;
	}
	c->probed = 1;
	c->tmr_size = SEV_TMR_SIZE;
	c->cmd_buf = sim_alloc(s, 1);
	c->cmd_buf_backup = sim_alloc(s, 1);

	memset(&status, 0, sizeof(status));
	if ((kernel_at_least(s, 6, 18) && snp_features(s, &error)) ||
	    ccp_cmd(s, PSP_CMD_PLATFORM_STATUS, &status, sizeof(status), &error)) {
		sim_klog(s, "ccp: SEV: failed to get status. Error: %#x", error);
		c->probed = 0;			/* no /dev/sev on this boot */
		return;
	}
	c->api_major = status.api_major;
	c->api_minor = status.api_minor;
	c->build = status.build;
	c->sev_state = status.state;
	s->st->debug.registered = !s->st->m.no_patch;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `show` has of the two platform statuses: themselves, guests, configuration and
 * features.
 */
#include "cmd/show.h"

#define SNP_STATUS	"SNP_PLATFORM_STATUS"

struct platform_view {
	struct sevadm_sev_status s;
	const char *state;
	uint64_t reserved;
	bool has_reserved;
};

static const struct out_row platform_rows[] = {
	OUT_ROW(struct platform_view, "api_major", "API major", OUT_U8, s.api_major),
	OUT_ROW(struct platform_view, "api_minor", "API minor", OUT_U8, s.api_minor),
	OUT_ROW(struct platform_view, "build", "Build", OUT_U8, s.build),
	OUT_ROW(struct platform_view, "state", "State", OUT_STRING, state),
	OUT_ROW(struct platform_view, "state_raw", NULL, OUT_U8, s.state),
	OUT_ROW(struct platform_view, "owned", "Externally owned", OUT_BOOL, s.owned),
	OUT_ROW(struct platform_view, "es", "SEV-ES", OUT_BOOL, s.es),
	OUT_ROW(struct platform_view, "guest_count", "Guests", OUT_U32, s.guest_count),
	SHOW_RESERVED(struct platform_view, "reserved", "reserved", reserved, has_reserved),
	OUT_END
};

void show_platform(struct show *s)
{
	struct platform_view view = {
		.s = s->status.sev, .state = sevadm_sev_state_name(s->status.sev.state),
		.reserved = s->status.sev.flags_reserved,
		.has_reserved = s->status.sev.flags_reserved,
	};

	if (!show_wanted(s, SHOW_PLATFORM))
		return;
	if (s->status.sev.known) {
		out_object(s->cli->out, "platform", "SEV platform", platform_rows, &view);
		return;
	}
	out_text(s->cli->out, "SEV platform");
	show_refusal(s, SHOW_PLATFORM, "PLATFORM_STATUS");
}

struct snp_view {
	struct sevadm_snp_status s;
	const char *state;
	uint64_t flags, policy;
	bool has_flags, has_policy;
};

static const struct out_row snp_rows[] = {
	OUT_ROW(struct snp_view, "api_major", "API major", OUT_U8, s.api_major),
	OUT_ROW(struct snp_view, "api_minor", "API minor", OUT_U8, s.api_minor),
	OUT_ROW(struct snp_view, "build", "Build", OUT_U32, s.build),
	OUT_ROW(struct snp_view, "state", "State", OUT_STRING, state),
	OUT_ROW(struct snp_view, "state_raw", NULL, OUT_U8, s.state),
	OUT_ROW(struct snp_view, "rmp_init", "RMP_INIT", OUT_BOOL, s.rmp_initialized),
	OUT_ROW(struct snp_view, "alias_check", "ALIAS_CHECK", OUT_BOOL, s.alias_check),
	OUT_ROW(struct snp_view, "tio", "TIO", OUT_BOOL, s.tio),
	SHOW_RESERVED(struct snp_view, "flags_reserved", "Flags, reserved", flags, has_flags),
	OUT_ROW(struct snp_view, "mask_chip_id", "MASK_CHIP_ID", OUT_BOOL, s.mask_chip_id),
	OUT_ROW(struct snp_view, "mask_chip_key", "MASK_CHIP_KEY", OUT_BOOL, s.mask_chip_key),
	OUT_ROW(struct snp_view, "vlek_en", "VLEK_EN", OUT_BOOL, s.vlek),
	OUT_ROW(struct snp_view, "feature_info", "FEATURE_INFO", OUT_BOOL, s.feature_info),
	OUT_ROW(struct snp_view, "rapl_dis", "RAPL_DIS", OUT_BOOL, s.rapl_dis),
	OUT_ROW(struct snp_view, "cth_cap", "CTH_CAP", OUT_BOOL, s.ciphertext_hiding_capable),
	OUT_ROW(struct snp_view, "cth_en", "CTH_EN", OUT_BOOL, s.ciphertext_hiding),
	OUT_ROW(struct snp_view, "policy_tio", "TIO by policy", OUT_BOOL, s.tio_policy),
	SHOW_RESERVED(struct snp_view, "policy_reserved", "Policy, reserved", policy, has_policy),
	OUT_ROW(struct snp_view, "guest_count", "Guests", OUT_U32, s.guest_count),
	OUT_END
};

void show_snp(struct show *s)
{
	const struct sevadm_snp_status *snp = &s->status.snp;
	struct snp_view view = {
		.s = *snp, .state = sevadm_snp_state_name(snp->state),
		.flags = snp->flags_reserved, .has_flags = snp->flags_reserved,
		.policy = snp->policy_reserved, .has_policy = snp->policy_reserved,
	};

	if (!show_wanted(s, SHOW_SNP))
		return;
	if (snp->known) {
		out_object(s->cli->out, "snp", "SEV-SNP platform", snp_rows, &view);
		return;
	}
	out_text(s->cli->out, "SEV-SNP platform");
	show_refusal(s, SHOW_SNP, SNP_STATUS);
}

struct count_view {
	uint32_t snp, sev;
	bool has_snp, has_sev;
};

static const struct out_row count_rows[] = {
	OUT_ROW_WHEN(struct count_view, "snp", "SNP", OUT_U32, snp, has_snp),
	OUT_ROW_WHEN(struct count_view, "sev", "SEV and SEV-ES", OUT_U32, sev, has_sev),
	OUT_END
};

void show_guests(struct show *s)
{
	struct count_view view = {
		.snp = s->status.snp.guest_count, .has_snp = s->status.snp.known,
		.sev = s->status.sev.guest_count, .has_sev = s->status.sev.known,
	};

	if (!show_wanted(s, SHOW_GUESTS))
		return;
	out_object(s->cli->out, "guest_counts", "Guests that the firmware counts", count_rows,
		   &view);
	if (!view.has_snp)
		show_refusal(s, SHOW_GUESTS, SNP_STATUS);
	if (!view.has_sev)
		show_refusal(s, SHOW_GUESTS, "PLATFORM_STATUS");
	show_note(s, SHOW_GUESTS, "which they are, and whose: sevadm guests");
}

struct config_view {
	bool mask_chip_id, mask_chip_key, lowered;
	uint64_t reported_tcb;
};

static const struct out_row config_rows[] = {
	OUT_ROW(struct config_view, "mask_chip_id", "MASK_CHIP_ID", OUT_BOOL, mask_chip_id),
	OUT_ROW(struct config_view, "mask_chip_key", "MASK_CHIP_KEY", OUT_BOOL, mask_chip_key),
	OUT_ROW(struct config_view, "reported_tcb", "Reported TCB", OUT_HEX64, reported_tcb),
	OUT_ROW(struct config_view, "differs", "Differs from the current", OUT_BOOL, lowered),
	OUT_END
};

void show_config(struct show *s)
{
	const struct sevadm_snp_status *snp = &s->status.snp;
	struct config_view view = {
		.mask_chip_id = snp->mask_chip_id, .mask_chip_key = snp->mask_chip_key,
		.reported_tcb = snp->reported_tcb.raw,
		.lowered = snp->reported_tcb.raw != snp->current_tcb.raw,
	};

	if (!show_wanted(s, SHOW_CONFIG))
		return;
	if (snp->known) {
		out_object(s->cli->out, "config", "Configuration, as SNP_CONFIG sets it",
			   config_rows, &view);
		return;
	}
	out_text(s->cli->out, "Configuration, as SNP_CONFIG sets it");
	show_refusal(s, SHOW_CONFIG, SNP_STATUS);
}

struct feature_view {
	struct sevadm_driver d;
	bool has_info, has_driver, info;
};

static const struct out_row feature_rows[] = {
	OUT_ROW_WHEN(struct feature_view, "feature_info", "Firmware knows SNP_FEATURE_INFO",
		     OUT_BOOL, info, has_info),
	OUT_ROW_WHEN(struct feature_view, "tio", "SEV-TIO is up", OUT_BOOL, d.tio, has_driver),
	OUT_ROW_WHEN(struct feature_view, "ciphertext_hiding", "Ciphertext hiding to be had",
		     OUT_BOOL, d.ciphertext_hiding, has_driver),
	OUT_ROW_WHEN(struct feature_view, "x86_shutdown", "Shutdown ends RMP checks", OUT_BOOL,
		     d.x86_shutdown, has_driver),
	OUT_END
};

void show_features(struct show *s)
{
	struct feature_view view = {
		.d = s->status.driver, .has_driver = s->status.driver.known,
		.info = s->status.snp.feature_info, .has_info = s->status.snp.known,
	};

	if (!show_wanted(s, SHOW_FEATURES))
		return;
	out_object(s->cli->out, "features", "Features", feature_rows, &view);
	if (!view.has_info)
		show_refusal(s, SHOW_FEATURES, SNP_STATUS);
	if (!view.has_driver)
		show_note(s, SHOW_FEATURES, "the driver does not tell its own part: there is no "
			  "/dev/sev-debug that answers");
	show_note(s, SHOW_FEATURES, "the kernel gives no access to SNP_FEATURE_INFO (EAX to EDX of "
		  "CPUID Fn8000_0024): only what the driver made of it is known");
}

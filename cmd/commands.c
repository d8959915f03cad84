// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"

const struct command *const commands[] = {
	&cmd_attestation_show,
	&cmd_attestation_verify,
	&cmd_cert_convert,
	&cmd_cert_export,
	&cmd_cert_show,
	&cmd_cert_verify,
	&cmd_certs_export,
	&cmd_certs_fetch,
	&cmd_certs_import,
	&cmd_certs_lint,
	&cmd_certs_show,
	&cmd_certs_url,
	&cmd_certs_verify,
	&cmd_check,
	&cmd_commit,
	&cmd_complete,
	&cmd_config_diff,
	&cmd_config_reset,
	&cmd_config_set,
	&cmd_config_show,
	&cmd_csr_sign,
	&cmd_decommission,
	&cmd_df_flush,
	&cmd_doctor,
	&cmd_explain,
	&cmd_firmware_show,
	&cmd_guest_doctor,
	&cmd_guests,
	&cmd_id_auth,
	&cmd_id_block,
	&cmd_id_digest,
	&cmd_id_show,
	&cmd_init,
	&cmd_kexec,
	&cmd_key_derive,
	&cmd_measure_explain,
	&cmd_measure_igvm,
	&cmd_measure_ovmf,
	&cmd_measure_sev,
	&cmd_measure_sev_es,
	&cmd_measure_snp,
	&cmd_measurement_build,
	&cmd_measurement_verify,
	&cmd_monitor,
	&cmd_oca_new,
	&cmd_owner_external,
	&cmd_owner_self,
	&cmd_owner_show,
	&cmd_pdh_export,
	&cmd_pdh_gen,
	&cmd_pek_csr,
	&cmd_pek_export,
	&cmd_pek_gen,
	&cmd_pek_import,
	&cmd_record_anonymise,
	&cmd_record_diff,
	&cmd_record_show,
	&cmd_recover,
	&cmd_report_get,
	&cmd_report_show,
	&cmd_report_verify,
	&cmd_reset,
	&cmd_run,
	&cmd_secret_package,
	&cmd_secret_show,
	&cmd_session_new,
	&cmd_shell,
	&cmd_show,
	&cmd_shutdown,
	&cmd_sim_act,
	&cmd_sim_create,
	&cmd_sim_set,
	&cmd_sim_show,
	&cmd_sim_step,
	&cmd_status,
	&cmd_teardown,
	&cmd_vlek_load,
	&cmd_vlek_show,
	&cmd_vlek_verify,
	&cmd_vmsa_build,
	&cmd_vmsa_show,
	&cmd_vmsa_update,
	&cmd_wbinvd,
	NULL,
};

const struct command *command_by_words(char **words, int nr, int *used)
{
	char name[64];

	for (int n = 1; n <= nr && n <= 2; n++) {
		snprintf(name, sizeof(name), "%s%s%s", words[0], n == 1 ? "" : " ",
			 n == 1 ? "" : words[1]);
		for (const struct command *const *c = commands; *c; c++)
			if (!strcmp((*c)->name, name)) {
				*used = n;
				return *c;
			}
	}
	return NULL;
}

bool command_is_live(char *const *words, size_t nr)
{
	int used;

	/* options can come first, and some of them have their value as the next word */
	for (size_t i = 0; i < nr; i++) {
		const struct command *c = command_by_words((char **)words + i, (int)(nr - i), &used);

		if (c)
			return c->flags & CMD_LIVE;
	}
	return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

struct command;

/* One file each */
extern const struct command cmd_attestation_show;
extern const struct command cmd_attestation_verify;
extern const struct command cmd_cert_convert;
extern const struct command cmd_cert_export;
extern const struct command cmd_cert_show;
extern const struct command cmd_cert_verify;
extern const struct command cmd_certs_export;
extern const struct command cmd_certs_fetch;
extern const struct command cmd_certs_import;
extern const struct command cmd_certs_lint;
extern const struct command cmd_certs_show;
extern const struct command cmd_certs_url;
extern const struct command cmd_certs_verify;
extern const struct command cmd_check;
extern const struct command cmd_commit;
extern const struct command cmd_complete;
extern const struct command cmd_config_diff;
extern const struct command cmd_config_reset;
extern const struct command cmd_config_set;
extern const struct command cmd_config_show;
extern const struct command cmd_csr_sign;
extern const struct command cmd_decommission;
extern const struct command cmd_df_flush;
extern const struct command cmd_doctor;
extern const struct command cmd_explain;
extern const struct command cmd_firmware_show;
extern const struct command cmd_guests;
extern const struct command cmd_id_auth;
extern const struct command cmd_id_block;
extern const struct command cmd_id_digest;
extern const struct command cmd_id_show;
extern const struct command cmd_init;
extern const struct command cmd_kexec;
extern const struct command cmd_measure_explain;
extern const struct command cmd_measure_ovmf;
extern const struct command cmd_measure_sev;
extern const struct command cmd_measure_sev_es;
extern const struct command cmd_measure_snp;
extern const struct command cmd_measurement_build;
extern const struct command cmd_measurement_verify;
extern const struct command cmd_monitor;
extern const struct command cmd_oca_new;
extern const struct command cmd_owner_external;
extern const struct command cmd_owner_self;
extern const struct command cmd_owner_show;
extern const struct command cmd_pdh_export;
extern const struct command cmd_pdh_gen;
extern const struct command cmd_pek_csr;
extern const struct command cmd_pek_export;
extern const struct command cmd_pek_gen;
extern const struct command cmd_pek_import;
extern const struct command cmd_record_anonymise;
extern const struct command cmd_record_diff;
extern const struct command cmd_record_show;
extern const struct command cmd_recover;
extern const struct command cmd_report_show;
extern const struct command cmd_report_verify;
extern const struct command cmd_reset;
extern const struct command cmd_run;
extern const struct command cmd_secret_package;
extern const struct command cmd_secret_show;
extern const struct command cmd_session_new;
extern const struct command cmd_shell;
extern const struct command cmd_show;
extern const struct command cmd_shutdown;
extern const struct command cmd_sim_act;
extern const struct command cmd_sim_create;
extern const struct command cmd_sim_set;
extern const struct command cmd_sim_show;
extern const struct command cmd_sim_step;
extern const struct command cmd_status;
extern const struct command cmd_teardown;
extern const struct command cmd_vlek_load;
extern const struct command cmd_vlek_show;
extern const struct command cmd_vlek_verify;
extern const struct command cmd_vmsa_build;
extern const struct command cmd_vmsa_show;
extern const struct command cmd_vmsa_update;
extern const struct command cmd_wbinvd;

#endif

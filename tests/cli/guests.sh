#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guests --status: the firmware's own word beside the driver's list; extended
# errors in every form of the result; what status tells of the platform.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# ---- they agree

machine --snp-guests=1 --launching-guests=1 --sev-guests=1 --sev-es-guests=1
host guests --status
ok 'columns of the firmware' 'code_is 0 && quiet && printed "AGE  *FW-STATE  FW-ASID  FW-POLICY  VCEK-DIS$"'
ok 'SNP: RUNNING and LAUNCH' 'printed "^  1 .* RUNNING  *1  *0x30000  *no$" &&
	printed "^  2 .* LAUNCH  *2  *0x30000  *no$"'
ok 'SEV and SEV-ES: RUNNING, and no such bit' 'printed "^  3  *SEV .* RUNNING  *100  *0x1$" &&
	printed "^  4  *SEV-ES .* RUNNING  *3  *0x5$"'
host guests
ok 'without --status nobody is asked' 'code_is 0 && ! printed FW-STATE'
host guests -v
ok 'nor in the steps' '! printed GUEST_STATUS'
host guests --status -v
ok '-v: the commands it took' 'printed "^  SNP_GUEST_STATUS  *1 .*SUCCESS" &&
	printed "^  GUEST_STATUS  *3 .*SUCCESS"'
host guests --status --json
ok 'JSON: by name and by number' 'json ".guests | map([.firmware_state, .firmware_state_raw,
	.firmware_asid, .firmware_policy, .vcek_dis]) == [[\"RUNNING\", 2, 1, \"0x30000\", false],
	[\"LAUNCH\", 1, 2, \"0x30000\", false], [\"RUNNING\", 3, 100, \"0x1\", null],
	[\"RUNNING\", 3, 3, \"0x5\", null]]"'
ok 'JSON: nothing differs, nothing extended' 'json "all(.guests[]; has(\"differs\") | not) and
	all(.steps[]; has(\"fw_ext\") | not) and (.result | has(\"fw_ext\") | not) and .warnings == []"'
host guests --status --porcelain
ok 'porcelain: at the end of the line' \
	'grep -q "^guests	1	SNP	1	.*	yes	[0-9]*	RUNNING	2	1	0x30000	no	$" "$out" &&
	grep -q "^guests	3	SEV	100	.*	RUNNING	3	100	0x1		$" "$out"'
ok 'nothing was changed' '[ "$(host guests --status; echo "$code")" = 0 ] && [ "$(act leaked)" = 0 ]'
act access=ro lockdown=confidentiality >"$work/acted"
host guests --status
ok 'a node to read from is enough, under lockdown too' 'code_is 0 && printed FW-STATE'
act access=none >"$work/acted"
host guests --status
ok 'none at all is not' 'code_is 3 && ! printed "^Guests"'

# ---- they differ: the driver saw a LAUNCH_FINISH that the firmware never did

machine
act fail=SNP_LAUNCH_FINISH:SUCCESS start=snp start=snp >"$work/acted"
host guests --status
ok 'named in the table' 'code_is 0 && printed "VCEK-DIS  DIFFERS$" &&
	printed "^  1  *SNP  *1  *running .* LAUNCH  *1  *0x30000  *no  *state$" &&
	printed "^  2  *SNP  *2  *running .* RUNNING  *2  *0x30000  *no$"'
ok 'and by one warning' '[ "$(grep -c warning "$err")" -eq 1 ] &&
	said "warning: guest 1: the firmware says LAUNCH, ASID 1, policy 0x30000; by the driver.s list it is running, ASID 1"'
host guests --status --json
ok 'in JSON' 'json ".guests[0].differs == \"state\" and (.guests[1] | has(\"differs\") | not) and
	(.warnings | length) == 1 and .result.done"'

# ---- tombstones are not asked about; a refusal leaves the others

machine --snp-guests=3
host decommission 1 --running --yes
host guests --status --json
ok 'a tombstone: nothing of the firmware' 'code_is 0 &&
	json ".guests[0].state == \"tombstone\" and (.guests[0] | has(\"firmware_state\") | not) and
	.guests[1].firmware_state == \"RUNNING\" and
	[.steps[] | select(.command == \"SNP_GUEST_STATUS\") | .guest] == [2, 3]"'
act fail=SNP_GUEST_STATUS:INVALID_GUEST:1:0x8000000100000002 >"$work/acted"
host guests --status --json
ok 'a refusal: exit 6, the list all the same, the others answered' 'code_is 6 &&
	json "(.guests | length) == 3 and (.guests[1] | has(\"firmware_state\") | not) and
	.guests[2].firmware_state == \"RUNNING\""'
ok 'its extended error in step and result, in full' 'json "
	[.steps[] | select(.fw_ext) | [.command, .guest, .fw_ext]] ==
	[[\"SNP_GUEST_STATUS\", 2, \"0x8000000100000002\"]] and
	.result.fw_ext == \"0x8000000100000002\" and .result.status == 16"'
ok 'and in the sentence' 'said "firmware refused: INVALID_GUEST (0x0010); the firmware left extended error 0x8000000100000002$"'
act timeout=SNP_GUEST_STATUS >"$work/acted"
host guests --status
ok 'no answer: nobody else is asked' 'code_is 1 && said "did not answer in time" && printed "^  3 "'
host guests --status
ok 'nor ever again' 'code_is 5 && said "gave the secure" && printed "^  3 "'

machine --snp-guests=1 --no-patch
host guests --status
ok 'without the patch: the processes, and exit 4' 'code_is 4 && printed qemu &&
	said "open /dev/sev-debug"'

# ---- extended errors of commands that act

machine
act fail=SNP_DF_FLUSH:HWERROR_PLATFORM:1:0x1234 >"$work/acted"
host df-flush
ok 'text: a column, and the sentence' 'code_is 6 && printed "EXTENDED$" && printed "0x1234$" &&
	said "HWERROR_PLATFORM (0x0013); the firmware left extended error 0x1234$"'
host df-flush
ok 'no column when there is none' 'code_is 0 && ! printed EXTENDED'
act fail=SNP_DF_FLUSH:HWERROR_PLATFORM:1:0x1234 >"$work/acted"
host df-flush --porcelain
ok 'porcelain: a column of the step, and of the result' \
	'grep -q "^steps	SNP_DF_FLUSH	.*	[0-9]*	0x1234			$" "$out" &&
	grep -qx "result.fw_ext	0x1234" "$out"'
act fail=SNP_DF_FLUSH:WBINVD_REQUIRED:3:0x77 >"$work/acted"
host teardown --yes
ok 'in the sentences of a teardown, too' 'code_is 6 &&
	said "rounds, with every CPU online; the firmware left extended error 0x77$"'

# ---- hosts with what not all have

machine --kernel=7.3.4-sim
host status --json
ok 'a shutdown that ends RMP enforcement' 'json ".driver.x86_shutdown and
	(.driver.tio or .driver.ciphertext_hiding | not)"'
machine --ciphertext-hiding --snp-guests=1
host status
ok 'ciphertext hiding' 'code_is 0 && printed "^  Ciphertext hiding to be had  *yes$" &&
	printed "^  SEV-TIO is up  *no$" && printed "^  Shutdown ends RMP checks  *yes$"'
host teardown --guests=stop --yes
ok 'it goes down as ever' 'code_is 0'
act unload >"$work/acted"
host init
ok 'INIT is kvm_amd.s alone' 'code_is 1 && said "SNP can hide ciphertext" && said "^Load kvm_amd"'
machine --tio
host status --porcelain
ok 'SEV-TIO' 'grep -qx "driver.tio	yes" "$out"'
host shutdown
ok 'while it is up nothing is shut down' 'code_is 5 && said "SEV-TIO is up" && said "unloading kvm_amd"'
run sim create --force "$sim" --tio --kernel=6.12.1-sim
ok 'an older kernel has none' 'code_is 64 && said "6.19 or later has SEV-TIO"'

done_testing

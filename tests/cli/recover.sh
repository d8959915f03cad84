#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# recover on simulated hosts: states with a cure, and those without.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

machine --snp-guests=1
keep
host recover
ok 'a sound host: nothing to do' 'code_is 0 && unchanged && printed "nothing to recover from"'

machine --snp-guests=1 --leaked-guests=2
keep
host recover --dry-run --json
ok 'leaked contexts: a plan' 'code_is 0 && unchanged && json "[.plan[].command] ==
	[\"SNP_DECOMMISSION\", \"SNP_DECOMMISSION\"]"'
host recover --json
ok 'leaked contexts: decommissioned, and the guest beside them lives' 'code_is 0 &&
	steps_are "SNP_DECOMMISSION=0 SNP_DECOMMISSION=0" &&
	[ "$("$SEVADM" --json sim show "$sim" | jq "[.guests[] | select(.running)] | length")" = 1 ]'
host check
ok 'then only the guest stands in the way' 'code_is 2 && ! printed "guest.leaked" && printed "FAIL  guest "'

machine
act unload offline=3 load >/dev/null
host recover --json
ok 'half up with its CPU offline: that is brought online for it, and put back' 'code_is 0 && json ".steps |
	(.[0].command == \"CPU_ONLINE\") and (.[-1].command == \"CPU_OFFLINE\")"'
host recover --reload
ok 'but SNP is not brought up without it' 'code_is 1 && said "CPU 3 is offline"'
machine
act unload offline=3 load online=3 >/dev/null
host recover --reload --json
down='WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0'
ok 'half up: brought down, and up again' 'code_is 0 && [ "$(act snp)" = 1 ] &&
	steps_are "SHUTDOWN=-1 $down rmmod kvm_amd modprobe kvm_amd"'
host check
ok 'and the host is ready' 'code_is 0'

machine
act iommu-fails >/dev/null
host -q teardown
host check
ok 'the IOMMU holds pages' 'code_is 2 && printed "FAIL  state.iommu"'
host recover --json
ok 'is asked again' 'code_is 0 && json ".steps | any(.command == \"SNP_SHUTDOWN_EX\" and .status == 0)"'
host check
ok 'and has given them back' 'code_is 0'

machine
act timeout=SNP_DF_FLUSH >/dev/null
host -q teardown
keep
host recover
ok 'a dead secure processor has no cure but one' 'code_is 5 && unchanged && said "Reboot cold"'

machine --snp-guests=1
host -q teardown --guests=stop --yes
host recover --reload
ok 'after a teardown: up again' 'code_is 0 && [ "$(act snp)" = 1 ] && printed "loaded anew"'
act start=snp >/dev/null
keep
host recover --reload --dry-run
ok 'a dry run refuses it as well' 'code_is 5 && said "cannot be unloaded under it"'
host recover --reload
ok 'not under a VM' 'code_is 5 && said "cannot be unloaded under it" && unchanged'

machine
act fail=SNP_INIT_EX:INVALID_CONFIG >/dev/null
host recover --reload
ok 'SNP that does not come up is a failure' 'code_is 1 && said "SNP did not come up: the driver said.*SNP_INIT_EX failed"'

machine --snp-guests=1
act timeout=SNP_DECOMMISSION >/dev/null
host teardown --guests=stop --yes
ok 'a secure processor that dies as a VM ends: said at once' 'code_is 5 && said "Reboot cold"'
host --json check
ok 'and no cure is offered for what it left' 'json ".checks[] | select(.id == \"guest.leaked\") |
	.remedy | contains(\"cold\")"'

done_testing

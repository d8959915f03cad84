#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# show: every part on a host of each generation; one part alone; what does not answer
# leaves the others as they are.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
parts='platform snp tcb identifier guests config features urls'
kds=https://kdsintf.amd.com

# ---- each generation

for generation in milan genoa turin; do
	machine --generation=$generation --sockets=2 --cpus=8 --snp-guests=2 --sev-guests=1
	host status --json
	cp "$out" "$work/status"
	host show --json
	jq --slurpfile status "$work/status" '.status = $status[0]' "$out" >"$work/both"
	cp "$work/both" "$out"
	ok "$generation: as status has it" 'code_is 0 && quiet && json ".platform.api_minor ==
		.status.sev.api_minor and .snp.build == .status.snp.build and
		.snp.rmp_init == .status.snp.rmp_initialized and .snp.state == \"INIT\" and
		([.current_tcb, .status.current_tcb] | map([.raw, .fmc, .bootloader, .tee, .snp, .microcode]) |
		.[0] == .[1]) and .guest_counts == {\"snp\": 2, \"sev\": 1}"'
	ok "$generation: nothing reserved" 'json "[.platform.reserved, .snp.flags_reserved,
		.snp.policy_reserved, .current_tcb.reserved, .reported_tcb.reserved] | unique == [\"0x0\"]"'
	ok "$generation: nothing lowered" 'json ".config == {\"mask_chip_id\": false, \"mask_chip_key\": false,
		\"reported_tcb\": .reported_tcb.raw, \"differs\": false}"'
	case $generation in
	milan) name=Milan len=128 cpu='25, 1' spl='?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219' ;;
	genoa) name=Genoa len=128 cpu='25, 17' spl='?blSPL=09&teeSPL=00&snpSPL=23&ucodeSPL=72' ;;
	turin) name=Turin len=16 cpu='26, 2' spl='?fmcSPL=01&blSPL=01&teeSPL=01&snpSPL=04&ucodeSPL=81' ;;
	esac
	ok "$generation: by family and model" 'json ".processor | [.family, .model, .generation] ==
		[$cpu, \"$name\"]"'
	ok "$generation: an id for each socket" 'json ".identifiers | map(.socket) == [0, 1] " &&
		json ".identifiers | map(.id | length) == [$len, $len]" &&
		json ".identifiers | map(.id) | unique | length == 2"'
	ok "$generation: the address of each VCEK" 'json "[.urls[] | select(.what == \"vcek\") | .url] ==
		[.identifiers[] | \"$kds/vcek/v1/$name/\" + .id + \"$spl\"]"'
	ok "$generation: and what is of the generation" 'json "[.urls[] | select(has(\"socket\") | not) | .url] ==
		[\"$kds/vcek/v1/$name/cert_chain\", \"$kds/vcek/v1/$name/crl\",
		\"$kds/vlek/v1/$name/cert_chain\", \"$kds/vlek/v1/$name/crl\"]"'
done
ok 'the CEK goes by the whole id' 'json "[.urls[] | select(.what == \"cek\") | .url | length] |
	unique == [(\"$kds/cek/id/\" | length) + 128]"'
ok 'Turin: FEATURE_INFO' 'json ".features.feature_info and .snp.feature_info"'

# ---- for people

host show
ok 'text' 'code_is 0 && printed "^SEV-SNP platform$" && printed "^  ALIAS_CHECK  *no$" &&
	printed "^  FMC  *1$" && printed "the reported TCB is the current one" &&
	printed "does not tell the committed TCB" && printed "no access to SNP_FEATURE_INFO" &&
	! printed reserved'
machine --generation=genoa
host show tcb
ok 'Genoa may be another' 'code_is 0 && printed "Bergamo or Siena" && printed "80000001 EBX"'
host show --porcelain
ok 'porcelain' 'code_is 0 && grep -q "^current_tcb.bootloader	9$" "$out" &&
	grep -q "^identifiers	0	[0-9a-f]*$" "$out"'

host config set --microcode=70 --snp=22 --yes
host show tcb
ok 'reported behind current' 'code_is 0 && printed "behind the current one: SNP 22 of 23, microcode 70 of 72;"'
host show config --json
ok 'and it differs' 'code_is 0 && json ".config == {\"mask_chip_id\": false, \"mask_chip_key\": false,
	\"reported_tcb\": \"0x4616000000000009\", \"differs\": true}"'
machine --generation=genoa

# ---- one part

for part in $parts; do
	host show $part --json
	ok "$part alone" 'code_is 0 && json "all(.notes[]; .section == \"$part\") and
		(keys - [\"schema\", \"command\", \"simulated\", \"host\", \"dry_run\", \"plan\",
		\"plan_edges\", \"steps\", \"warnings\", \"result\", \"notes\"] | length) ==
		{\"tcb\": 3, \"guests\": 1}.$part // 1"'
done
host show identifier -v
ok 'an id is asked for twice: how long, and which' 'printed "GET_ID.*INVALID_LEN" &&
	printed "GET_ID.*SUCCESS" && ! printed PLATFORM_STATUS'
host show sockets
ok 'no such part' 'usage_error && said "not .sockets."'
host show tcb snp
ok 'one part at a time' 'usage_error'

# ---- who does not answer

act fail=GET_ID:HWERROR_PLATFORM >"$work/acted"
host show --json
ok 'GET_ID refused: the others are there' 'code_is 6 && json ".identifiers == [] and .snp.state == \"INIT\" and
	(.urls | length) == 4 and .result.exit == 6 and
	([.notes[] | select(.text | test(\"GET_ID: the firmware refused: HWERROR_PLATFORM\")) | .section] ==
	[\"identifier\", \"urls\"])"'
host --fault=SNP_PLATFORM_STATUS:status=HWERROR_PLATFORM show --json
ok 'SNP_PLATFORM_STATUS refused: the others are there' 'code_is 6 && json "(.identifiers | length) == 1 and
	has(\"platform\") and (has(\"snp\") or has(\"current_tcb\") or has(\"config\") | not) and
	([.notes[] | select(.text | test(\"SNP_PLATFORM_STATUS: the firmware refused\")) | .section] ==
	[\"snp\", \"tcb\", \"guests\", \"config\", \"features\", \"urls\"])"'
act access=ro >"$work/acted"
host show
ok 'a node to read from is enough' 'code_is 0 && printed "^Chips$"'
act access=none >"$work/acted"
host show
ok 'none at all is not' 'code_is 3 && printed "not told: open /dev/sev"'
machine --no-patch
host show features --json
ok 'without the companion patch' 'code_is 0 && json ".features == {\"feature_info\": false} and
	any(.notes[]; .text | test(\"/dev/sev-debug\"))"'

# ---- nothing is changed

machine --snp-guests=1
host show --json
ok 'only commands that ask' 'code_is 0 && json "[.steps[].command] | unique ==
	[\"GET_ID\", \"PLATFORM_STATUS\", \"SNP_PLATFORM_STATUS\"]"'

# ---- SNP is down, on a driver that asks nothing then

machine --kernel=6.14.2
host -q shutdown
for part in snp tcb config; do
	host show $part
	ok "$part of 6.14 with SNP down" 'code_is 4 && one_sentence && said "the driver of Linux 6.14.2 refused: SNP is down" && said "Load kvm_amd"'
done
host show
ok 'the rest is told' 'code_is 0 && printed "not told: SNP_PLATFORM_STATUS: the driver of Linux 6.14.2 refused: SNP is down" && printed "^  API"'
host config show
ok 'config show says the same' 'code_is 4 && one_sentence && said "refused: SNP is down"'
host commit --yes
ok 'and commit' 'code_is 4 && one_sentence && said "refused: SNP is down"'
host certs url vcek
ok 'certs url does not blame who asked' 'code_is 4 && one_sentence && said "SNP is down" && said "say with --tcb"'

done_testing

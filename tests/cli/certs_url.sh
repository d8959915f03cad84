#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# certs url: addresses of this host's certificates, and of others', without a device.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
kds=https://kdsintf.amd.com
id=$(printf %0128d 7)
all='cek-ca cek ca crl vcek vlek-ca vlek-crl vlek'

# in text it is said before
silent_but_for_whose() { [ "$(grep -vc '^Simulated host' "$out")" -eq 0 ]; }

# ---- this host

for generation in milan genoa turin; do
	machine --generation=$generation --sockets=2 --cpus=8
	host show urls --json
	cp "$out" "$work/show"
	host certs url --json
	jq --slurpfile show "$work/show" '.show = $show[0].urls' "$out" >"$work/both"
	cp "$work/both" "$out"
	ok "$generation: as show has them" 'code_is 0 && quiet && json ".urls | map(.what) | join(\" \") == \"$all\"" &&
		json "[.urls[] | select(.what | IN(\"cek\", \"ca\", \"crl\", \"vcek\", \"vlek-ca\", \"vlek-crl\")) | .url] -
		[.show[].url] == []"'
	ok "$generation: of the first socket" 'json "[.urls[] | select(has(\"socket\"))] | map([.what, .socket]) ==
		[[\"cek\", 0], [\"vcek\", 0]]" && json "(.urls[1].url | sub(\".*/\"; \"\")) as \$id |
		.show[] | select(.what == \"cek\" and .socket == 0) | .url | endswith(\$id)"'
	host certs url --socket=1 cek --json
	jq --slurpfile show "$work/show" '.show = $show[0].urls' "$out" >"$work/both"
	cp "$work/both" "$out"
	ok "$generation: of the second" 'json ".urls[0] as \$u | \$u.socket == 1 and (.show[] |
		select(.what == \"cek\" and .socket == 1) | .url == \$u.url)"'
done
host certs url vcek vlek
ok 'text: addresses, and whose they are' 'code_is 0 && quiet && [ "$(grep -c "^https://" "$out")" -eq 2 ] &&
	[ "$(sed 1d "$out" | grep -vc "^https://")" -eq 0 ] && printed "^Simulated host"'
ok 'a VLEK has another port, and no chip' 'grep -q "^https://kdsintf.amd.com:444/vlek/v1/Turin/cert?fmcSPL=01&blSPL=01&teeSPL=01&snpSPL=04&ucodeSPL=81$" "$out"'
ok "Turin's id is short" 'grep -qE "^$kds/vcek/v1/Turin/[0-9a-f]{16}[?]fmcSPL=01&" "$out"'
host certs url cek
ok 'but for the CEK, which has all of it' 'grep -qE "^$kds/cek/id/[0-9a-f]{128}$" "$out"'
host certs url --porcelain crl
ok 'porcelain' 'code_is 0 && grep -q "^urls	crl		$kds/vcek/v1/Turin/crl$" "$out"'
host certs url --json crl
ok 'what needs nothing of the firmware asks it nothing' 'code_is 0 && json ".steps == []"'
host certs url --json vcek
ok 'what does asks, and changes nothing' 'code_is 0 && json "[.steps[].command] | unique ==
	[\"GET_ID\", \"PLATFORM_STATUS\", \"SNP_PLATFORM_STATUS\"]"'
host certs url --socket=2 cek
ok 'no such socket' 'code_is 4 && one_sentence && said "no socket 2"'
host certs url --hwid="$id" cek
ok 'of another chip' 'code_is 0 && printed "/cek/id/$id$"'
host --record="$work/recording" certs url vcek
tail -n 1 "$out" >"$work/first"
run --device="replay:$work/recording" certs url vcek
ok 'a replay has the ids of the host that was recorded' 'code_is 0 && [ "$(tail -n 1 "$out")" = "$(cat "$work/first")" ]'
act fail=GET_ID:HWERROR_PLATFORM >"$work/acted"
host certs url ca
ok 'GET_ID is refused, which does not matter to what is of the product' 'code_is 0'
host certs url cek
ok 'but to what is of the chip' 'code_is 6 && silent_but_for_whose && said HWERROR_PLATFORM'
host --fault=SNP_PLATFORM_STATUS:status=HWERROR_PLATFORM certs url vcek
ok 'so is SNP_PLATFORM_STATUS' 'code_is 6 && said HWERROR_PLATFORM'
act access=none >"$work/acted"
host certs url vcek
ok 'no access' 'code_is 3'
host certs url ca
ok 'none is needed for what is of the product' 'code_is 0'

# ---- another processor: no device

for name in milan genoa bergamo siena turin; do
	run certs url --generation=$name ca
	case $name in milan) as=Milan ;; turin) as=Turin ;; *) as=Genoa ;; esac
	ok "$name" 'code_is 0 && quiet && [ "$(cat "$out")" = "$kds/vcek/v1/$as/cert_chain" ]'
done
for name in naples rome milan genoa; do
	run certs url --generation=$name cek-ca
	ok "$name: the chain of its CEK" 'code_is 0 && [ "$(cat "$out")" = "https://download.amd.com/developer/eula/sev/ask_ark_$name.cert" ]'
done
run certs url --generation=MILAN --hwid="$id" --tcb=microcode=219,snp=24,tee=0,bootloader=4 vcek
ok 'a TCB in any order' 'code_is 0 && [ "$(cat "$out")" = "$kds/vcek/v1/Milan/$id?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219" ]'
run certs url --generation=milan --hwid="$id" --tcb=0xdb18000000000004 vcek
ok 'or a number' 'code_is 0 && [ "$(cat "$out")" = "$kds/vcek/v1/Milan/$id?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219" ]'
run certs url --generation=turin --hwid=0011223344556677 --tcb=fmc=1,bootloader=2,tee=3,snp=4,microcode=5 vcek
ok 'Turin' 'code_is 0 && [ "$(cat "$out")" = "$kds/vcek/v1/Turin/0011223344556677?fmcSPL=01&blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=05" ]'
run certs url --generation=milan
ok 'all that can be told' 'code_is 0 && [ "$(wc -l <"$out")" -eq 5 ]'
run certs url --generation=milan --json
ok 'as JSON' 'code_is 0 && json "(has(\"simulated\") | not) and (.urls | map(has(\"socket\")) | any | not)"'
run certs url --hwid="$id" cek
ok 'a CEK needs no name' 'code_is 0 && [ "$(cat "$out")" = "$kds/cek/id/$id" ]'
run certs url --generation=rome vcek
ok 'Rome has no VCEK' 'code_is 4 && silent && one_sentence && said "vcek: rome has none"'
run certs url --generation=milan --hwid="$(printf %0128d 0)" vcek --tcb=0x1
ok 'an id of zeros' 'code_is 4 && silent && one_sentence && said "all zeros"'

# ---- mistakes

# by argp or by us: one complaint
one_sentence_of_usage() { [ "$(grep -c '^sevadm[a-z -]*: ' "$err")" -eq 1 ]; }
while read -r words; do
	sentence=${words#*: }
	words=${words%%: *}
	# shellcheck disable=SC2086 # words
	run certs url $words
	ok "$words" 'code_is 64 && silent && one_sentence_of_usage && said "$sentence"'
done <<EOF
--generation=milan vcek: needs --hwid
--generation=milan --hwid=$id vcek: needs --tcb
--generation=milan vlek: needs --tcb
--generation=athlon: takes naples, rome
--generation=milan --hwid=00: takes 128
--generation=milan --hwid=0011223344556677: takes 128
--generation=milan --hwid=xyz: hexadecimal digits
--hwid=0011223344556677 cek: takes 128
--tcb=0x1 vcek: goes with --generation
--generation=rome --tcb=0x1: rome knows no TCB
--generation=milan --tcb=: --tcb takes bootloader=N
--generation=milan --tcb=bootloader=1,tee=2,snp=3: --tcb takes bootloader=N
--generation=milan --tcb=bootloader=1,tee=2,snp=3,microcode=256: --tcb takes bootloader=N
--generation=milan --tcb=bootloader=1,tee=2,snp=3,microcode=4,bootloader=1: --tcb takes bootloader=N
--generation=milan --tcb=bootloader=1,tee=2,snp=3,microcode=4,fmc=1: --tcb takes bootloader=N
--generation=turin --tcb=bootloader=1,tee=2,snp=3,microcode=4: --tcb takes fmc=N
--generation=milan --tcb=0x10000: --tcb takes bootloader=N
--generation=milan --tcb=0x11111111111111111: --tcb takes bootloader=N
--generation=milan --socket=0: --socket is one of this host
--socket=8 cek: up to 7
--socket=x cek: up to 7
ark: takes cek, cek-ca
EOF

done_testing

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A simulated chip and what AMD would have of it: chains of certificates from a root down to
# keys that the firmware made, each link a signature that holds, or not for a real reason; a
# VLEK that it takes.
#   tests/pki/make_chip	stands for AMD, with keys that everybody knows
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

make=$(dirname "$SEVADM")/tests/pki/make_chip
[ -x "$make" ] || {
	skip 'chip' 'there is no make_chip: no unit tests'
	done_testing
}

# amd DIRECTORY [ID] - what AMD has of this chip, or of another
amd() {
	host show --json
	mkdir "$1" &&
		"$make" "$1" "$(jq -r '.processor.generation | ascii_downcase' "$out")" \
			"${2:-$(jq -r '.identifiers[0].id' "$out")}" "$(jq -r .current_tcb.raw "$out")"
}
links_are() { jq -e --arg all "$1" '[.links[] | "\(.link)=\(.verdict)"] | join(" ") == $all' "$out" >jq.log; }
verify() { run cert verify --json --root="$d/ark.cert" "$@" "$d/ask.cert"; }
all='ARK=PASS ARK -> ARK=PASS ARK -> ASK=PASS ASK -> CEK=PASS CEK -> PEK=PASS OCA -> OCA=PASS OCA -> PEK=PASS PEK -> PDH=PASS others=PASS'

cd "$work" || exit 99
run oca new oca.cert oca.pem
for model in milan genoa turin; do
	d=$work/$model
	machine --generation=$model
	amd "$d" || exit 99
	host cert export --cek="$d/cek.cert" chain
	ok "$model: the CEK that AMD signed is this chip's" 'code_is 0'
	verify chain
	ok "$model: a chain from the root to the PDH" 'code_is 0 && links_are "$all"'
	openssl x509 -in "$d/vcek.der" -inform DER -noout -pubkey >pub 2>openssl.log
	ok "$model: a VCEK" 'cmp pub "$d/vcek.pem"'
	host cert export --full --ca="$d/ask.cert" --ca="$d/ark.cert" --cek="$d/cek.cert" full
	ok "$model: the whole of it in a file" 'code_is 0 && run cert verify --json --root="$d/ark.cert" full && code_is 0 && links_are "$all"'
done

# every link fails where a byte of what it is about is another one
for at in 32:PDH 2116:PEK 4200:OCA 6284:CEK; do
	cp chain bad
	with_flipped bad "${at%:*}" >flipped && mv flipped bad
	verify bad
	ok "a bit of the ${at#*:}" 'code_is 2 && jq -e "[.links[] | select(.verdict == \"FAIL\") | .link] | length > 0" "$out" >jq.log'
done
cp "$d/ask.cert" kept
with_flipped "$d/ask.cert" 1000 >flipped && mv flipped "$d/ask.cert"
verify chain
ok 'a bit of the ASK' 'code_is 2'
cp kept "$d/ask.cert"

# other keys are signed as well; another chip's CEK signs none of them
host owner external oca.cert oca.pem --yes
host cert export --cek="$d/cek.cert" owned
verify owned
ok 'an owner: the same root' 'code_is 0 && links_are "$all"'
amd "$work/another" 0102030405060708 || exit 99
host cert export --cek="$work/another/cek.cert" no
ok "another chip's CEK" 'code_is 2 && said "CEK of another chip" && [ ! -e no ]'

# a VLEK
host vlek load --yes "$d/vlek.bin"
ok 'a VLEK for this chip' 'code_is 0'
host status --json
ok 'the firmware has it' 'json ".snp.vlek == true"'
host vlek load --yes "$work/another/vlek.bin"
ok 'one for another chip' 'code_is 6 && said "SNP_VLEK_LOAD: firmware refused: BAD_MEASUREMENT (0x000b)"'

host reset --yes
host cert export --init --cek="$d/cek.cert" reset
verify reset
ok 'reset: the same root' 'code_is 0 && links_are "$all" && ! cmp -s reset owned'

# what signs the report of a guest: the VCEK, and the VLEK as soon as there is one
trusted() { # REPORT CERTIFICATE... - of that model; the root by its DER
	run report verify --root="$d/amd/ark.der" "$@" "$d/amd/ark.der"
}
report() { # FILE OPTION...
	run --device="sim-guest:1:$sim" report get --random "$@"
}
machine --generation=turin --snp-guests=1
mkdir "$d/amd" && "$(dirname "$make")/make_pki" all "$d/amd" product=turin >pki.log || exit 99
report by-vcek
trusted by-vcek "$d/amd/ask.der" "$d/vcek.der"
ok "a guest's report, by this chip's VCEK" 'code_is 0'
trusted by-vcek "$d/amd/asvk.der" "$d/vlek.der"
ok 'the VLEK did not sign it' 'code_is 2'
host vlek load --yes "$d/vlek.bin"
report by-vlek
trusted by-vlek "$d/amd/asvk.der" "$d/vlek.der"
ok 'the next, by the VLEK' 'code_is 0'
trusted by-vlek "$d/amd/ask.der" "$d/vcek.der"
ok 'the VCEK did not sign that' 'code_is 2'
report --key=vcek again
trusted again "$d/amd/ask.der" "$d/vcek.der"
ok 'unless the guest asks for it' 'code_is 0'

done_testing

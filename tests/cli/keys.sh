#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pek, pdh, owner, reset, cert export: a platform's keys, before and after; signatures that
# hold or fail for real reasons; what is refused before the firmware is asked, and by it;
# recorded and replayed.
#   tests/unit/make_certs	makes certificates that are none of this platform's
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

make=$(dirname "$SEVADM")/tests/unit/make_certs
[ -x "$make" ] || {
	skip 'keys' 'there is no make_certs: no unit tests'
	done_testing
}
mkdir "$work/p" "$work/here"
"$make" "$work/p" || exit 99
cd "$work/here" || exit 99
p=../p
run oca new oca.cert oca.pem
run oca new other.cert other.pem

# new_keys WHICH NOT - of before and after, these differ, and those do not
new_keys() {
	jq -e --arg new "$1" --arg same "$2" '. as $r |
		all($new | split(" ")[]; . as $k | $r.before[$k + "_sha256"] != $r.after[$k + "_sha256"] and $r.after[$k + "_sha256"]) and
		all($same | split(" ")[]; . as $k | $r.before[$k + "_sha256"] == $r.after[$k + "_sha256"])' "$out" >jq.log
}
holds() { jq -e '[.links[].verdict] | unique == ["PASS"]' "$out" >jq.log; }

# ---- what is there

machine --sev-guests=0
host owner show
ok 'owner show' 'code_is 0 && quiet && printed "Owner  *self" && printed "OCA -> PEK  *PASS" && printed "PEK, SHA-256  *[0-9a-f]\{64\}$"'
host owner show --json
ok 'JSON' 'code_is 0 && holds && json ".keys | .owner == \"self\" and .sev_state_name == \"INIT\" and .sev_guests == 0" &&
	json ".links | map(.link) == [\"CEK -> PEK\", \"OCA -> OCA\", \"OCA -> PEK\", \"PEK -> PDH\"]"'
cp "$out" shown
keep

host cert export chain
ok 'cert export' 'code_is 0 && quiet && [ "$(wc -c <chain)" -eq 8336 ] && [ "$(stat -c %a chain)" = 600 ]'
run cert show --json chain
ok 'as sevctl has it' 'json ".certificates | map(.usage_name) == [\"PDH\", \"PEK\", \"OCA\", \"CEK\"]" &&
	[ "$(jq -r ".certificates[1].key_sha256" "$out")" = "$(jq -r .keys.pek_sha256 shown)" ]'
mkdir each
host cert export each
ok 'as sev-tool has it' 'code_is 0 && [ "$(echo each/*)" = "each/cek.cert each/oca.cert each/pdh.cert each/pek.cert" ] &&
	cat each/pdh.cert each/pek.cert each/oca.cert each/cek.cert | cmp - chain'
cp oca.cert each
host cert export each
ok "never over an owner's certificate" 'code_is 1 && one_sentence && said "is another certificate" &&
	cmp each/oca.cert oca.cert'
tail -c 4168 chain | head -c 2084 >each/oca.cert
host cert export each
ok "over the platform's own it is" 'code_is 0'
for key in pdh pek; do
	host $key export --encoding=base64 one
	ok "$key export" 'code_is 0 && base64 -d one | cmp - each/$key.cert'
done
host cert export --only=pek,oca,cek --encoding=hex three
ok 'some of them' 'code_is 0 && [ "$(wc -l <three)" -eq 196 ] && run cert convert three back && tail -c 6252 chain | cmp - back'
host cert export --dry-run new
ok 'dry run' 'code_is 0 && printed "would be written" && [ ! -e new ]'
ok 'none of it changed anything' 'unchanged'

# ---- with what AMD signed

host cert export --full new
ok '--full without --ca' 'usage_error'
host cert export --ca=$p/ask.cert new
ok '--ca without --full' 'usage_error'
host cert export --cek=$p/cek.cert new
ok 'the CEK of another chip' 'code_is 2 && one_sentence && said "CEK of another chip" && [ ! -e new ]'
host cert export --cek=$p/pek.cert new
ok 'no CEK' 'code_is 2 && one_sentence && said "CEK is wanted" && [ ! -e new ]'
host cert export --cek=each/cek.cert new
ok 'its own CEK' 'code_is 0 && cmp new chain'
rm new
host cert export --full --ca=$p/ask.cert new
ok 'no ARK' 'code_is 2 && one_sentence && said "no ARK" && [ ! -e new ]'
host cert export --full --ca=$p/ask.cert --ca=$p/pek.cert new
ok 'no CA' 'code_is 2 && one_sentence && said "one ASK and one ARK" && [ ! -e new ]'
host cert export --full --ca=$p/ask.cert --ca=$p/ark.cert new
ok 'a CA that did not sign this chip' 'code_is 2 && one_sentence && said "ASK -> CEK: " && [ ! -e new ]'

# ---- new keys

host pdh gen --json --yes
ok 'pdh gen' 'code_is 0 && new_keys pdh "pek oca cek" && steps_are "PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0 PDH_CERT_EXPORT=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0 PDH_GEN=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0 PDH_CERT_EXPORT=0"'
host pek gen --json --yes
ok 'pek gen' 'code_is 0 && new_keys "pdh pek" cek && json ".after.owner == \"self\""'
host owner show --json
ok 'they are signed' 'code_is 0 && holds'
keep
for words in 'pek gen' 'pdh gen' 'owner self' reset 'owner external oca.cert oca.pem'; do
	# shellcheck disable=SC2086 # words
	host $words
	ok "$words: nobody to ask" 'code_is 64 && said "nobody to ask" && unchanged'
	# shellcheck disable=SC2086
	host $words --dry-run --json
	ok "$words: dry run" 'code_is 0 && unchanged && json ".dry_run and (.plan | length >= 1) and (has(\"after\") | not)"'
done

# ---- an owner, step by step

host pek csr --dry-run new
ok 'pek csr, dry run' 'code_is 0 && [ ! -e new ] && unchanged'
host pek csr --encoding=hex csr
ok 'pek csr' 'code_is 0 && unchanged && [ "$(wc -c <csr)" -gt 4168 ]'
run cert show --json csr
ok 'nobody signed it' 'json ".certificates[0] | .usage_name == \"PEK\" and (.signature1_algorithm == 0 and .signature2_algorithm == 0)"'
run csr sign csr oca.cert oca.pem signed
ok 'csr sign' 'code_is 0'
host pek import --dry-run signed oca.cert
ok 'pek import, dry run' 'code_is 0 && unchanged'
host pek import signed oca.cert --json --yes
ok 'pek import' 'code_is 0 && json ".before.owner == \"self\" and .after.owner == \"external\"" && new_keys oca "pek cek" &&
	[ "$(jq -r .after.oca_sha256 "$out")" = "$("$SEVADM" cert show --json oca.cert | jq -r ".certificates[0].key_sha256")" ]'
host owner show --json
ok 'it holds' 'code_is 0 && holds && json ".keys.owner == \"external\""'
host cert export chain
run cert verify --json chain
ok 'and elsewhere' '[ "$(jq -r "[.links[] | select(.verdict == \"PASS\") | .link] | join(\", \")" "$out")" = "CEK -> PEK, OCA -> OCA, OCA -> PEK, PEK -> PDH, others" ]'
host pek import signed oca.cert --yes
ok 'an owner is there' 'code_is 2 && said "has an owner already" && ! printed PEK_CERT_IMPORT'

# ---- back, and at once

host owner self --json --yes
ok 'owner self' 'code_is 0 && new_keys "pdh pek oca" cek && json ".before.owner == \"external\" and .after.owner == \"self\""'
keep
host pek import signed oca.cert --yes
ok 'another PEK than there is now' 'code_is 2 && said "not the one that the platform has" && unchanged && ! printed PEK_CERT_IMPORT'
host owner external oca.cert other.pem --dry-run
ok 'the key of another OCA, before anybody is asked' 'code_is 2 && one_sentence && said "wrong key" && unchanged && ! printed PEK_CSR'
host owner external oca.cert oca.pem --json --dry-run
ok 'owner external, dry run' 'code_is 0 && unchanged && json "[.plan[].command] == [\"PEK_CSR\", \"PEK_CERT_IMPORT\"]"'
host owner external oca.cert oca.pem --json --yes
ok 'owner external' 'code_is 0 && new_keys oca "pek cek" && json ".after.owner == \"external\" and
	([.steps[].command] | index(\"PEK_CSR\") < index(\"PEK_CERT_IMPORT\"))"'
host owner external oca.cert oca.pem --yes
ok 'owner external again' 'code_is 2 && said "has an owner already"'
host owner self --yes
keep
# refused CODE SENTENCE WORDS...
refused() {
	want=$1
	sentence=$2
	shift 2
	host "$@" --yes
	ok "refused: $*" 'code_is "$want" && said "$sentence" && unchanged'
}
refused 2 'not that of this OCA' owner external oca.cert other.pem
refused 2 'not that of this OCA' owner external other.cert oca.pem
refused 2 'usage PEK, and OCA is wanted' owner external csr oca.pem
refused 2 'no private key' owner external oca.cert oca.cert
refused 1 'read none' owner external none oca.pem
refused 2 'did not sign' pek import signed other.cert
refused 2 'no signature on the PEK' pek import csr oca.cert
refused 2 'usage OCA, and PEK is wanted' pek import oca.cert oca.cert
printf '\001' | dd of=signed bs=1 seek=1100 conv=notrunc 2>dd.log
refused 2 'did not sign' pek import signed oca.cert

# ---- what the firmware and the driver refuse

for words in 'pek gen' 'pdh gen' 'owner self'; do
	command=$(echo "$words" | sed 's/owner self/PEK_GEN/; s/ /_/' | tr a-z A-Z)
	# shellcheck disable=SC2086 # words
	host $words --yes --fault="$command:status=INVALID_PLATFORM_STATE"
	ok "$words: refused" 'code_is 6 && said "$command: firmware refused: INVALID_PLATFORM_STATE (0x0001)" && unchanged'
done
host pek csr new --fault=PEK_CSR:status=INVALID_LEN
ok 'pek csr: refused, no file' 'code_is 6 && said "INVALID_LEN" && [ ! -e new ]'
host cert export new --fault=PDH_CERT_EXPORT:status=HWERROR_PLATFORM
ok 'cert export: refused, no file' 'code_is 6 && said "PDH_CERT_EXPORT: firmware refused" && [ ! -e new ]'
host cert export new --fault=PDH_CERT_EXPORT:errno=EPERM
ok 'cert export: read only' 'code_is 3 && said "say\|Say --init" && [ ! -e new ]'
host owner external oca.cert oca.pem --yes --fault=PEK_CERT_IMPORT:status=BAD_SIGNATURE
ok 'owner external: the last step is refused' 'code_is 6 && said "BAD_SIGNATURE" && unchanged'
host owner external oca.cert oca.pem --yes --fault=PEK_CSR:errno=EIO
ok 'owner external: the first step fails' 'code_is 1 && said "PEK_CSR" && unchanged && ! printed PEK_CERT_IMPORT'
host reset --yes --fault=PLATFORM_RESET:errno=EBUSY
ok 'reset: busy by then' 'code_is 5 && said EBUSY && unchanged'
host pek gen --yes --fault=PDH_CERT_EXPORT:status=HWERROR_PLATFORM
ok 'what cannot be shown is a warning' 'code_is 0 && said "the keys are not shown: PDH_CERT_EXPORT"'
host cert export no/such/file
ok 'no place for it' 'code_is 1 && said "write no/such/file: No such file"'

# ---- guests

machine --sev-guests=2 --snp-guests=1
keep
for words in reset 'pek gen' 'owner self' 'owner external oca.cert oca.pem'; do
	# shellcheck disable=SC2086 # words
	host $words --yes
	ok "$words: with guests of SEV" 'code_is 5 && said "SEV has guests (2" && unchanged'
done
host cert export --only=pdh one
ok 'the chain, with guests' 'code_is 0 && unchanged'
host pdh gen --yes
ok 'a PDH, with guests' 'code_is 0'

# ---- reset, and SEV that is down

machine
host reset --json --yes
ok 'reset' 'code_is 0 && json ".before.sev_state_name == \"INIT\" and .before.pek_sha256 and .after.sev_state_name == \"UNINIT\"
	and (.after | has(\"pek_sha256\") or has(\"owner\") | not) and .after.snp_state_name == \"INIT\""'
cp "$out" was
keep
for words in 'pek gen --yes' 'pdh gen --yes' 'pek csr new' 'cert export new' 'owner external oca.cert oca.pem --yes'; do
	# shellcheck disable=SC2086 # words
	host $words
	ok "$words: SEV is down" 'code_is 4 && said "SEV is down (UNINIT)" && said "sevadm init" && unchanged && [ ! -e new ]'
done
host owner show
ok 'owner show: SEV is down' 'code_is 0 && printed "tells neither owner nor keys" && ! printed Owner'
host reset --yes
ok 'reset where SEV is down' 'code_is 0'
host init
host owner show --json
ok 'new keys, and no owner' 'holds && [ "$(jq -r .keys.pek_sha256 "$out")" != "$(jq -r .before.pek_sha256 was)" ] &&
	[ "$(jq -r .keys.cek_sha256 "$out")" = "$(jq -r .before.cek_sha256 was)" ] && json ".keys.owner == \"self\""'

host reset --yes
host pek csr --init new
ok '--init: the driver does it, and SNP goes' 'code_is 0 && said "brings it up for PEK_CSR, and SEV and SNP down" && [ -s new ]'
rm new
keep
for words in 'pek gen --yes --init' 'pek csr --init new' 'cert export --init new' 'owner show --init'; do
	# shellcheck disable=SC2086 # words
	host $words
	ok "$words: SNP is down on a host of SNP" 'code_is 4 && said "SNP is down on a host of SNP" && unchanged && [ ! -e new ]'
done
machine --snp-guests=1
host reset --yes
keep
host pek csr --init new
ok '--init: not from under SNP guests' 'code_is 5 && said "which has 1 guest: not issued" && unchanged && [ ! -e new ]'

# ---- recorded, and replayed without a host

machine
for words in 'owner external oca.cert oca.pem --yes' 'owner show' 'pdh gen --yes' 'owner self --yes' 'reset --yes'; do
	rm -f rec
	# shellcheck disable=SC2086 # words
	host --record=rec --json $words
	jq -S 'del(.simulated, .steps[].duration_ns)' "$out" >recorded
	# shellcheck disable=SC2086
	case $words in
	'owner external'*)
		# a signature has a random number in it: what is given to the firmware is another one
		run --device=replay:rec --json $words
		ok "replay: $words comes to its signature" '! code_is 0 && said "PEK_CERT_IMPORT"'
		;;
	*)
		run --device=replay:rec --json $words
		jq -S 'del(.simulated, .replay, .steps[].duration_ns)' "$out" >replayed
		ok "replay: $words" 'code_is 0 && cmp recorded replayed'
		;;
	esac
done
host init
host --record=rec2 pek csr new
run record show --verbose rec2
ok 'record show' 'code_is 0 && printed PEK_CSR'
host --record=rec3 --json owner show
cp "$out" recorded
run record anonymise rec3 --output=rec4
ok 'anonymise' 'code_is 0 && ! grep -q "$(od -An -v -tx1 -j 20 -N 32 new | tr -d " \n")" rec4 && grep -q "$(od -An -v -tx1 -j 20 -N 32 new | tr -d " \n")" rec3'

# ---- in the log

host --log=log pek import none oca.cert --yes
ok 'what was not begun has an end in the log' 'code_is 1 && jq -se "last.result.done == false" log >jq.log'
host --log=log reset --yes
ok 'what was done, too' 'code_is 0 && jq -se "last.result.done" log >jq.log'

# ---- on a terminal

# answer ANSWER WORDS... - with that typed at the other end
answer() {
	last="$* (on a terminal)"
	code=0
	printf '%s\n' "$1" >typed
	shift
	timeout 30 script -qec "'$SEVADM' --device=sim:$sim $*" typescript <typed >"$out" 2>"$err" || code=$?
}
if command -v script >/dev/null; then
	machine --sev-guests=1
	keep
	answer y reset
	ok 'nobody is asked for what would be refused' 'code_is 5 && ! printed "Go on" && unchanged'
	machine
	keep
	answer n reset
	ok 'no' 'code_is 1 && printed "Before" && printed "lost, and SEV goes down. Go on" && printed "not confirmed" && unchanged'
	answer y reset
	ok 'yes' 'code_is 0 && printed "After"'
else
	skip 'a terminal' 'there is no script(1)'
fi

# ---- command lines

for words in 'pek gen x' 'pek csr' 'pek csr a b' 'pek import a' 'pek import a b c' 'pek export' 'pdh export' 'pdh gen x' \
	'owner show x' 'owner self x' 'owner external a' 'owner external a b --init' 'reset x' 'reset --init' 'cert export' \
	'cert export a b' 'pek export --only=pdh a' 'cert export --encoding=pem a' 'cert export --full --ca=a --ca=b --ca=c d'; do
	# shellcheck disable=SC2086 # words
	run --yes $words
	ok "$words" 'usage_error'
done

done_testing

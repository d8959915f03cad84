#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report get, key derive and guest doctor inside a simulated SNP guest: what goes into a
# report, where it and keys go, and who refuses what.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 99

# inside WORDS... - the program in the guest
inside() { run --device="sim-guest:1:$sim" "$@"; }
# hex FILE FROM COUNT - bytes of it
hex() { tail -c +"$(($2 + 1))" "$1" | head -c "$3" | od -An -v -tx1 | tr -d ' \n'; }
# of OFFSET COUNT - bytes of the report
of() { hex r "$1" "$2"; }
cat_all() { for file in "$@"; do hex "$file" 0 32; echo; done; }
size_is() { [ "$(stat -c %s "$1")" -eq "$2" ]; }
secret() { [ "$(stat -c %a "$1")" = 600 ]; }
none() { [ ! -e "$1" ]; }
is() { [ "$(jq -r --arg id "$1" '.checks[] | select(.id == $id) | .verdict' "$out")" = "$2" ]; }
reason() { jq -r --arg id "$1" '.checks[] | select(.id == $id) | .reason' "$out" | grep -q -e "$2"; }

data=$(printf '%064d%064d' 1 2)
machine --snp-guests=1 --sev-guests=1

# ---- what goes into it

inside --json report get --data="$data" r
ok 'a report on given data' 'code_is 0 && size_is r 1184 && secret r && [ "$(of 80 64)" = "$data" ] &&
	json ".report | .via == \"device\" and .vmpl == 0 and .signing_key == \"VCEK\" and
		.report_data == \"$data\" and .file == \"r\" and .size == 1184 and .encoding == \"binary\"" &&
	json "[.steps[] | [.command, .status, .reason]] == [[\"SNP_GUEST_REQUEST\", 0, \"MSG_REPORT_REQ\"]]"'
head -c 64 "$SEVADM" >64
inside report get --data-file=64 r
ok 'data of a file' 'code_is 0 && [ "$(of 80 64)" = "$(hex 64 0 64)" ]'
for n in 512 384 256; do
	inside report get --data-hash=64:sha$n r
	ok "SHA-$n of a file, and zeros" 'code_is 0 &&
		[ "$(of 80 64)" = "$(printf "%s%0128d" "$(sha${n}sum 64 | cut -d" " -f1)" 0 | head -c 128)" ]'
done
inside report get --data-hash=64 r
ok 'SHA-512 if not said' 'code_is 0 && [ "$(of 80 64)" = "$(sha512sum 64 | cut -d" " -f1)" ]'
cp 64 a:b
inside report get --data-hash=a:b r
ok 'a colon of the file itself' 'code_is 0 && [ "$(of 80 64)" = "$(sha512sum 64 | cut -d" " -f1)" ]'
inside report get --random --data-out=nonce r
ok 'random data, which are told' 'code_is 0 && size_is nonce 64 && secret nonce &&
	[ "$(of 80 64)" = "$(hex nonce 0 64)" ] && printed "$(hex nonce 0 64)"'
cp nonce before
inside report get --random --data-out=nonce r
ok 'other ones each time' 'code_is 0 && ! cmp -s nonce before'
inside report get --data="$data" --vmpl=2 r
ok 'of another level' 'code_is 0 && [ "$(of 48 4)" = 02000000 ]'

# ---- where it goes

"$SEVADM" --device="sim-guest:1:$sim" report get --data="$data" >r 2>"$err" </dev/null
ok 'to standard output, and nothing else' 'size_is r 1184 && [ "$(of 80 64)" = "$data" ] && quiet'
"$SEVADM" --device="sim-guest:1:$sim" report get --data="$data" - >r 2>"$err" </dev/null
ok 'the same by its name' 'size_is r 1184'
for form in hex base64; do
	inside report get --data="$data" --encoding=$form r.$form
	ok "as $form" 'code_is 0 && ! size_is r.'$form' 1184'
done
xxd -r -p r.hex r
ok 'hexadecimal is that' 'size_is r 1184 && [ "$(of 80 64)" = "$data" ]'
base64 -d r.base64 >r
ok 'base64, too' 'size_is r 1184 && [ "$(of 80 64)" = "$data" ]'
inside --json report get --data="$data"
ok 'standard output is not two things' 'code_is 64 && said "two forms of the result"'
rm -f new
inside report get --data="$data" none/new
ok 'where there is no directory' 'code_is 1 && said "none/new: No such file"'
echo before >r
inside report get --data="$data" --data-out=none/d r
ok 'all files, or none' 'code_is 1 && [ "$(cat r)" = before ]'

# ---- certificates

inside report get --data="$data" --extended r
ok 'no certificates of the host' 'code_is 0 && said "warning: the host gave no certificates"'
mkdir chip
"$(dirname "$SEVADM")/tests/pki/make_pki" all chip || exit 99
run certs import chip/cert_chain chip/vcek.der table
ok 'a table of them' 'code_is 0'
act guest-certs=table >acted
inside --json report get --data="$data" --certs=t --certs-dir=certs r
ok 'the table of the host, and what is in it' 'code_is 0 && cmp -s t table && secret t &&
	cmp -s certs/vcek.der chip/vcek.der && cmp -s certs/ark.der chip/ark.der &&
	json ".report.certs_size == $(stat -c %s table) and (.files | length) == 3"'
run certs verify --root=chip/ark.der certs
ok 'which certs verify reads' 'code_is 0'
head -c 20000 /dev/zero >more
{ printf '%016d' 0; printf '\60\0\0\0\40\116\0\0'; head -c 24 /dev/zero; cat more; } >large
act guest-certs=large >acted
inside report get --data="$data" --extended r2
ok 'one that is too large' 'code_is 1 && one_sentence && said "20480 bytes, and the driver takes 16384" && none r2'
inside report get --data="$data" r2
ok 'and the guest still has its key' 'code_is 0'
{ printf '%016d' 0; printf '\60\0\0\0\0\377\377\0'; head -c 24 /dev/zero; } >odd
act guest-certs=odd >acted
inside report get --data="$data" --certs-dir=odd.d r3
ok 'one that makes no sense' 'code_is 2 && said "not within the table" && none r3 && none odd.d'
act guest-certs=none >acted

# ---- keys

inside key derive --fields=measurement,guest_policy --root=vcek k1
ok 'a key' 'code_is 0 && size_is k1 32 && secret k1 && printed "measurement" && ! printed "$(hex k1 0 32)"'
inside --json key derive --fields=guest_policy,measurement --root=vcek k2
ok 'the same again' 'code_is 0 && cmp -s k1 k2 && json ".key | .root == \"vcek\" and .vmpl == 0 and
	.fields == \"guest_policy,measurement\" and .msg_version == 1 and .file == \"k2\""'
n=0
for words in '--root=vmrk' '--fields=measurement' '--vmpl=1 --fields=measurement' '--guest-svn=0' \
	'--tcb-version=0' '--fields=image_id' '--fields=family_id'; do
	n=$((n + 1))
	# shellcheck disable=SC2086 # words
	inside key derive $words other.$n
	ok "another key: $words" 'code_is 0 && size_is other.$n 32'
done
inside key derive --root=vcek plain
ok 'of nothing of the guest: that is told' 'code_is 0 && said "warning: nothing of the guest goes into it"'
ok 'all of them differ' '[ "$(cat_all other.* k1 | sort -u | wc -l)" -eq $((n + 1)) ]'
"$SEVADM" --device="sim-guest:1:$sim" key derive --encoding=hex --fields=measurement,guest_policy --root=vcek \
	>k 2>"$err" </dev/null
ok 'to a pipe, in hexadecimal' '[ "$(tr -d "\n" <k)" = "$(hex k1 0 32)" ] && quiet'
inside key derive --root=vmrk k1
ok 'a key is written over nothing' 'code_is 1 && one_sentence && said "k1 is there already" && cmp -s k1 k2'
inside key derive --fields=launch_mit_vector k3
ok 'the mitigation vector, of zeros' 'code_is 0'
inside key derive --launch-mit-vector=1 k4
ok 'a vector that would not go in' 'code_is 4 && one_sentence && said "would not go into the key" && none k4'

# ---- a terminal

tty() { script -qec "$SEVADM --device=sim-guest:1:$sim $*" /dev/null </dev/null >"$out" 2>&1; code=$?; }
if command -v script >/dev/null; then
	tty report get --data="$data"
	ok 'no binary on a terminal' 'code_is 64 && printed "binary is not shown there"'
	tty report get --data="$data" --encoding=hex
	ok 'hexadecimal if asked' 'code_is 0 && printed "^0[35]000000"'
	tty key derive
	ok 'no key on a terminal' 'code_is 64 && printed "keys are not shown there unasked"'
	tty key derive --encoding=hex
	ok 'nor in hexadecimal' 'code_is 64 && printed "keys are not shown there unasked"'
	tty key derive --encoding=hex --tty
	ok 'but if asked' 'code_is 0 && printed "^[0-9a-f]\{64\}"'
else
	skip 'a terminal' 'there is no script(1)'
fi

# ---- recorded and replayed

inside --record=rec report get --random r
ok 'recorded' 'code_is 0'
cp r before
run --device=replay:rec report get --random r
ok 'and replayed, the random data with it' 'code_is 0 && cmp -s r before'
inside --record=rec.key key derive k5
ok 'a key is no part of a recording' 'code_is 0 && ! grep -q "$(hex k5 0 32)" rec.key'
run --device=replay:rec.key key derive k6
ok 'so that it cannot be replayed' '! code_is 0 && none k6'
inside --record=rec.s --record-secrets key derive k7
run --device=replay:rec.s key derive k8
ok 'unless it was wanted' 'code_is 0 && cmp -s k7 k8'

# ---- who refuses

# refused NAME CODE FAULT SAID
refused() {
	inside --fault="SNP_GUEST_REQUEST$3" report get --data="$data" --timeout=1 no
	ok "$1" "code_is $2 && one_sentence && said '$4' && none no"
}
refused 'a host that stays busy' 5 '#x*:vmm=BUSY' 'the host is busy (BUSY, 0x2), and stayed so'
inside --json --fault='SNP_GUEST_REQUEST#x3:vmm=BUSY' report get --data="$data" r
ok 'one that is not busy for long is asked again' 'code_is 0 &&
	json "[.steps[].errno_name] == [\"EAGAIN\", \"EAGAIN\", \"EAGAIN\", null] and
		(.steps[0].reason | test(\"host answered BUSY\"))"'
refused 'a host that refuses' 6 ':vmm=GENERIC' 'the host refused: GENERIC (0xffffffff)'
refused 'in a way that nobody knows' 6 ':vmm=77' 'the host refused: ? (0x4d)'
refused 'a counter at its end' 6 ':status=AEAD_OFLOW' 'firmware refused: AEAD_OFLOW (0x001d)'
refused 'a message that the firmware does not take' 6 ':status=INVALID_PARAM' 'INVALID_PARAM (0x0016)'
refused 'an answer that is none' 1 ':errno=EBADMSG' 'does not authenticate'
refused 'no answer' 1 ':errno=ETIMEDOUT' 'there was no answer'
refused 'a key that was given up' 1 ':errno=ENOTTY' 'has no key for the guest.s messages any more'
refused 'nothing that was sent' 1 ':errno=EIO' 'the driver did not send it'
inside --json --fault='SNP_GUEST_REQUEST:status=AEAD_OFLOW' key derive no
ok 'and the status is in the result' 'code_is 6 && json ".result.status_name == \"AEAD_OFLOW\""'
inside --json --fault='SNP_GUEST_REQUEST:errno=EBADMSG' report get --data="$data" no
ok 'what has no known answer is not asked again' 'code_is 1 && json "(.steps | length) == 1"'

# ---- the doctor

inside --json guest doctor
ok 'a guest in order' 'code_is 0 && is machine PASS && is sev-snp PASS && is report PASS &&
	is certificates WARN && reason sev-status "SEV, SEV-ES, SEV-SNP" && reason report "signed by a VCEK"'
inside guest doctor
ok 'as a tree' 'code_is 0 && printed "^registers$" && printed "^  PASS sev-status " && printed "^In order: "'
act guest-certs=table >acted
inside --json guest doctor
ok 'the certificates of its host' 'code_is 0 && is certificates PASS && reason certificates "3 certificates"'
inside --json --fault='SNP_GUEST_REQUEST:status=AEAD_OFLOW' guest doctor
ok 'no report' 'code_is 2 && is report FAIL && is certificates SKIP && reason report AEAD_OFLOW &&
	json ".result.done"'
inside doctor
ok 'doctor points at it' 'code_is 0 && printed "sevadm guest doctor"'
host --json guest doctor
ok 'a host is no guest' 'code_is 2 && is machine FAIL && is report SKIP'
run --json --device="sim-guest:2:$sim" guest doctor
ok 'a guest of SEV cannot ask' 'code_is 2 && is machine PASS && is sev-snp FAIL && is report SKIP'
host report get --data="$data" no
ok 'nor can a host' 'code_is 4 && one_sentence && said "open /dev/sev-guest" && none no'
host key derive no
ok 'nor for a key' 'code_is 4 && one_sentence && said "open /dev/sev-guest" && none no'

# ---- a level, and a key that the driver gave up

act guest-vmpl=1:1 >acted
inside --json report get --data="$data" r
ok 'a kernel below an SVSM asks for its own level' 'code_is 0 && json ".report.vmpl == 1"'
inside report get --data="$data" --vmpl=0 no
ok 'the firmware refuses one above' 'code_is 6 && one_sentence && said "MSG_REPORT_REQ: firmware refused: INVALID_PARAM" && none no'
inside report get --data="$data" --key=vlek no
ok 'and a key that is not there' 'code_is 6 && one_sentence && said "INVALID_KEY" && none no'
inside report get --data="$data" r
ok 'which costs nothing' 'code_is 0'
act guest-error=77 >acted
inside report get --data="$data" no
ok 'the host refuses' 'code_is 6 && one_sentence && none no'
inside report get --data="$data" no
ok 'and the key is gone' 'code_is 1 && one_sentence && said "ENOTTY" && said "That is final" && none no'
inside --json guest doctor
ok 'which the doctor finds' 'code_is 2 && is message-key WARN && is report FAIL'

# ---- by configfs-tsm

machine --snp-guests=1
inside --json report get --data="$data" --via=tsm r
ok 'configfs-tsm' 'code_is 0 && [ "$(of 80 64)" = "$data" ] && size_is r 1184 &&
	json ".report | .via == \"tsm\" and .vmpl == 0 and .signing_key == \"VCEK\""'
inside --json report get --data="$data" --via=tsm --vmpl=3 r
ok 'of another level' 'code_is 0 && json ".report.vmpl == 3" && [ "$(of 48 4)" = 03000000 ]'
"$(dirname "$SEVADM")/tests/pki/make_pki" all . product=milan 2>pki.log && {
	run certs import vcek.der ask.der ark.der table
	act guest-certs=table >acted
	inside report get --data="$data" --via=tsm --extended --certs=from-tsm r
	ok 'with the host'\''s certificates' 'code_is 0 && cmp table from-tsm'
	inside report get --data="$data" --extended --certs=from-device r
	ok 'as the device has them' 'code_is 0 && cmp table from-device'
}
act guest-error=77 >acted
inside report get --data="$data" --via=tsm no
ok 'the host refuses it as well' '! code_is 0 && one_sentence && none no'
inside report get --data="$data" --via=tsm no
ok 'and there, too, the key is gone' '! code_is 0 && one_sentence && none no'

# ---- usage

# wrong SAID WORDS...
wrong() {
	text=$1
	shift
	inside "$@"
	ok "usage: $*" 'usage_error && said "$text"'
}
wrong 'say what goes into the report' report get r
wrong 'say what goes into the report' report get --random --data="$data" r
wrong 'one file at a time' report get --random r r
wrong '\-\-via takes device or tsm' report get --random --via=x r
wrong '\-\-key takes auto, vcek or vlek' report get --random --key=x r
wrong '\-\-vmpl takes' report get --random --vmpl=4 r
wrong '\-\-encoding takes' report get --random --encoding=pem r
wrong '\-\-timeout takes' report get --random --timeout=x r
wrong '\-\-root takes' key derive --root=x k
wrong '\-\-fields takes' key derive --fields=measurement,x k
wrong 'guest_svn wants its value' key derive --fields=measurement,guest_svn k
wrong 'tcb_version wants its value' key derive --fields=tcb_version --guest-svn=0 k
wrong '\-\-guest-svn takes' key derive --guest-svn=4294967296 k
wrong '\-\-tcb-version takes' key derive --tcb-version=x k
wrong '\-\-msg-version takes' key derive --msg-version=3 k
wrong 'came with version 2' key derive --msg-version=1 --launch-mit-vector=1 k
wrong 'one file at a time' key derive a b
for words in "--data=${data}00" '--data=00' '--data=' '--data=zz' '--data-file=r' '--data-file=/dev/null'; do
	inside report get "$words" no
	ok "64 bytes and no other: ${words%%=*}" 'code_is 64 && one_sentence && none no'
done
inside report get --data-file=nowhere no
ok 'a file that is not there' 'code_is 1 && one_sentence && said "read nowhere"'
inside report get --data="$data" --via=tsm --key=vcek no
ok 'configfs-tsm chooses no key' 'code_is 64 && one_sentence && said "lets nobody choose"'
done_testing

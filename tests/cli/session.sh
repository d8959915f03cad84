#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# session, measurement, secret, attestation: what the owner of a SEV guest does, offline, from a
# platform's certificates to secrets for a guest.  What is not right is refused, one by one.
#   tests/unit/make_certs	makes a platform's certificates and a report, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2086,SC2154 # sourced; conditions for ok; words
set -u
. "$(dirname "$0")/lib/tap.sh"

make=$(dirname "$SEVADM")/tests/unit/make_certs
[ -x "$make" ] || {
	skip 'the owner of a guest' 'there is no make_certs: no unit tests'
	done_testing
}
mkdir "$work/p" "$work/here" "$work/away"
"$make" "$work/p" || exit 99
cd "$work/here" || exit 99
p=../p
others="$p/pek.cert $p/oca.cert $p/cek.cert $p/ask.cert"
chain="$p/pdh.cert $others"
touch before

# nothing_new [DIRECTORY] - nothing is there, and nothing half made is
nothing_new() { [ -z "$(find "${1:-.}" -newer before ! -name . ! -name bad)" ]; }
# damage FILE OFFSET - another byte there, in a file "bad"
damage() {
	cp "$1" bad
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # the byte
	printf "\\$(printf %o $((byte ^ 1)))" | dd of=bad bs=1 seek="$2" conv=notrunc 2>../dd.log
}
# hidden FILE - what is in it is not in what was printed, in hexadecimal or base64
hidden() {
	hex=$(od -An -v -tx1 "$1" | tr -d ' \n')
	! grep -qi "$hex" "$out" "$err" && ! grep -qF "$(base64 "$1" | cut -c1-20)" "$out" "$err"
}

# ---- session new

run session new --policy=1 --root=$p/ark.cert --dry-run $chain
ok 'a dry run' 'code_is 0 && printed "^Nothing was changed" && printed "vm_tik.bin" && nothing_new'
(umask 0 && "$SEVADM" session new --policy=api=1.51,nodbg,es --root=$p/ark.cert $chain >"$out" 2>"$err")
code=$?
ok 'session new' 'code_is 0 && quiet && printed "own" && printed "0x33010005"'
ok 'files as sevctl has them' '[ "$(base64 -d vm_session.b64 | wc -c)" -eq 128 ] && [ "$(base64 -d vm_godh.b64 | wc -c)" -eq 2084 ] &&
	[ "$(wc -c <vm_tik.bin)" -eq 16 ] && [ "$(wc -c <vm_tek.bin)" -eq 16 ] && [ "$(wc -l <vm_godh.b64)" -eq 1 ]'
ok 'nobody else reads them' '[ "$(stat -c %a vm_* | sort -u)" = 600 ]'
ok 'the keys are not told' 'hidden vm_tik.bin && hidden vm_tek.bin'
run cert show --json vm_godh.b64
ok 'the certificate' 'json ".certificates[0] | .usage_name == \"PDH\" and .curve_name == \"P-384\" and
	.algorithm_name == \"ECDH_SHA256\" and .signature1_usage_name == \"NONE\" and .signature2_usage_name == \"NONE\""'
sum=$(cat vm_* | sha256sum)
run session new --policy=1 --root=$p/ark.cert $chain
ok 'never over one that is there' 'code_is 1 && silent && one_sentence && said "vm_tik.bin is there already" &&
	[ "$(cat vm_* | sha256sum)" = "$sum" ]'
rm vm_tik.bin vm_tek.bin vm_godh.b64
touch -r vm_session.b64 before
run session new --policy=1 --root=$p/ark.cert $chain
ok 'one of them alone is there' 'code_is 1 && silent && one_sentence && said "vm_session.b64 is there" && [ "$(echo vm_*)" = vm_session.b64 ]'
rm vm_session.b64
touch before
run session new --policy=1 --root=$p/ark.cert --directory=../away --name=mail --json $chain
ok 'elsewhere, JSON' 'code_is 0 && quiet && json ".chain == {trusted: true, root: \"own\"} and
	.session == {policy: \"0x1\", policy_text: \"api>=0.0,nodbg\", curve: \"P-384\"} and
	(.files | map(.file)) == [\"../away/mail_tik.bin\", \"../away/mail_tek.bin\", \"../away/mail_godh.b64\", \"../away/mail_session.b64\"]" &&
	nothing_new && hidden ../away/mail_tik.bin'
run session new --policy=1 --root=$p/ark.cert --directory=../none $chain
ok 'a directory that is not there' 'code_is 1 && silent && one_sentence && said "write ../none/vm_tik.bin: No such file"'
run session new --policy=0x37010001 --root=$p/ark.cert --format=sev-tool $chain
ok 'files as sev-tool has them' 'code_is 0 && [ "$(wc -c <launch_blob.bin)" -eq 128 ] && [ "$(wc -c <godh.cert)" -eq 2084 ] &&
	[ "$(wc -c <tmp_tk.bin)" -eq 32 ] && [ "$(stat -c %a tmp_tk.bin)" = 600 ] && hidden tmp_tk.bin && printed "0x37010001"'
# the policy is authenticated with the TIK, all 32 bits of it
mac=$(printf '\001\0\001\067' | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(tail -c 16 tmp_tk.bin | od -An -tx1 | tr -d ' \n')" |
	sed 's/.*= //')
ok 'all of the policy is in it' '[ "$(tail -c 32 launch_blob.bin | od -An -v -tx1 | tr -d " \n")" = "$mac" ]'
rm launch_blob.bin godh.cert tmp_tk.bin

run session new --policy=0 --root=$p/ark.cert --dry-run $chain
ok 'a policy that lets the host read' 'code_is 0 && said "warning: without nodbg"'
run session new --policy=0x41 --root=$p/ark.cert --dry-run $chain
ok 'a policy with bits that are reserved' 'code_is 0 && said "warning: bits of the policy that are reserved: 0x40"'
for policy in '' nodbg, x 1x -1 4294967296 0x100000000 api=1 api=1.256 NODBG; do
	run session new "--policy=$policy" --root=$p/ark.cert $chain
	ok "no policy: '$policy'" 'usage_error && said "policy" && nothing_new'
done
run session new --policy=1 --root=$p/ark.cert
ok 'no certificates' 'usage_error'
run session new $chain
ok 'without a policy' 'usage_error && said "policy"'
run session new --policy=1 --name=a/b $chain
ok 'a name with a slash' 'usage_error'
run session new --policy=1 --name= $chain
ok 'no name' 'usage_error'
run session new --policy=1 --format=qemu $chain
ok 'an unknown format' 'usage_error'
run session new --policy=1 --format=sev-tool --name=x $chain
ok 'names that the format has not' 'usage_error'
run session new --policy=1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17
ok 'more files than it takes' 'usage_error'

# ---- whose platform is it?

run session new --policy=1 $chain $p/ark.cert
ok 'an unknown root' 'code_is 2 && silent && one_sentence && said "not trusted: ARK: unknown root" && nothing_new'
run session new --policy=1 --unverified $chain $p/ark.cert
ok 'it is not forgiven' 'code_is 2 && silent && said "unknown root" && nothing_new'
run session new --policy=1 $chain
ok 'no root' 'code_is 2 && silent && one_sentence && said "nobody vouches for the platform: ARK: missing link" && nothing_new'
run session new --policy=1 $p/pdh.cert
ok 'a PDH alone' 'code_is 2 && silent && said "missing link" && said "unverified" && nothing_new'
run session new --policy=1 --unverified --json --dry-run $p/pdh.cert
ok 'what is missing is forgiven' 'code_is 0 && said "warning: the platform was not verified" &&
	json "(.chain.trusted | not) and (.chain.missing | startswith(\"ARK: missing link\"))"'
run session new --policy=1 --root=$p/ark.cert $others
ok 'no PDH' 'code_is 2 && silent && one_sentence && said "no PDH" && nothing_new'
damage $p/pdh.cert 40
run session new --policy=1 --unverified bad $p/pek.cert
ok 'a PDH that the PEK did not sign' 'code_is 2 && silent && one_sentence && said "PEK -> PDH: wrong signature" && nothing_new'
run session new --policy=1 --unverified bad
ok 'a PDH whose key is none' 'code_is 2 && silent && one_sentence && said "wrong key" && nothing_new'
run session new --policy=1 --unverified $p/pdh.cert bad
ok 'two of them' 'code_is 2 && silent && said "two PDH that differ" && nothing_new'
run session new --policy=1 --root=$p/pek.cert $chain
ok 'no root in its file' 'code_is 2 && silent && one_sentence && said "wrong usage" && nothing_new'
head -c 700 $p/pdh.cert >bad
run session new --policy=1 --unverified bad
ok 'a short one' 'code_is 2 && silent && one_sentence && said "truncated" && nothing_new'
run session new --policy=1 --unverified none
ok 'no such file' 'code_is 1 && silent && one_sentence && said "read none: .*ENOENT" && nothing_new'

# ---- measurement

run session new --policy=1 --root=$p/ark.cert $chain
printf firmware >fw
printf kernel >kernel
printf initrd >initrd
head -c 4096 /dev/zero | tr '\0' '\1' >vmsa0
head -c 4096 /dev/zero | tr '\0' '\2' >vmsa1
printf '\146\062\015\267\061\130\243\132\045\135\005\027\130\351\136\324' >tik
nonce=4fbe0bedbad6c86ae8f68971d103e554
empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
# hex TEXT - of base64
hex() { printf %s "$1" | base64 -d | od -An -v -tx1 | tr -d ' \n'; }

run measurement build --api=0.18.15 --policy=0 --tik=tik --digest=$empty --nonce=$nonce
built=$(cat "$out")
ok 'what is known to be right' 'code_is 0 && quiet && [ "$(hex "$built")" = \
	"6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea$nonce" ]'
run measurement build --api=0.16.15 --policy=0 --tik=tik --digest=$empty --measurement="$built"
ok 'an old firmware' 'code_is 0 && [ "$(hex "$(cat "$out")")" = \
	"ddf87f3086c5b34f8f03be2038a86928d4297344072479eeebcfef115f7a4759$nonce" ]'
run measurement build --json --api=1.55.25 --policy=api=1.55,nodbg,es --tik=tik --nonce=$nonce --firmware=fw \
	--kernel=kernel --initrd=initrd '--cmdline=console=ttyS0 ' --num-cpus=3 --vmsa=vmsa0 --vmsa-others=vmsa1
ok 'a digest of images' 'json ".measurement | .digest == \"fa703d6e81c74fb71fec9d957457195b5d6cf90209a2ba4863e47e760ce1fd1e\" and
	.api == \"1.55.25\" and .policy == \"0x37010005\" and .nonce == \"$nonce\" and has(\"matches\") == false"'
run measurement build --json --api=1.55.25 --policy=1 --tik=tik --nonce=$nonce --firmware=fw --kernel=kernel
ok 'with a kernel alone' 'json ".measurement.digest == \"bcbe246a52535876af978caf22a6099eb917a60927632e1618627abc2c0193ae\""'

echo "$built" >blob.b64
echo "$built" | base64 -d >blob.bin
od -An -v -tx1 blob.bin >blob.hex
guest="--api=0.18.15 --policy=0 --tik=tik --digest=$empty"
for blob in "$built" blob.b64 blob.bin blob.hex; do
	run measurement verify $guest "$blob"
	ok "verify $blob" 'code_is 0 && quiet && printed "^this guest was measured"'
done
"$SEVADM" measurement verify $guest - <blob.bin >"$out" 2>"$err"
code=$?
ok 'from standard input' 'code_is 0 && quiet'
base64 <tik >tik.b64
run measurement verify --api=0.18.15 --policy=0 --tik=tik.b64 --digest=$empty blob.bin
ok 'a key in base64' 'code_is 0'
for words in "--api=0.18.16 --policy=0 --tik=tik --digest=$empty" "--api=0.19.15 --policy=0 --tik=tik --digest=$empty" \
	"--api=1.18.15 --policy=0 --tik=tik --digest=$empty" "--api=0.18.15 --policy=0x80000000 --tik=tik --digest=$empty" \
	"--api=0.18.15 --policy=0 --tik=vm_tik.bin --digest=$empty" "--api=0.18.15 --policy=0 --tik=tik --firmware=fw"; do
	run measurement verify $words blob.bin
	ok "another: $words" 'code_is 2 && quiet && printed "^not measured: "'
done
run measurement verify --json --api=0.18.16 --policy=0 --tik=tik --digest=$empty blob.bin
ok 'it does not tell what would be right' 'code_is 2 && json ".measurement.matches == false and .result.exit == 2 and
	(.measurement | has(\"measurement\") | not)" && hidden tik'
damage blob.bin 40
run measurement verify $guest bad
ok 'another nonce' 'code_is 2'
for size in 0 47 49; do
	head -c $size ../p/pdh.cert >bad
	run measurement verify $guest bad
	ok "no measurement: $size bytes" 'code_is 2 && silent && one_sentence && said "not a measurement: that has 48 bytes, and here are $size"'
done
run measurement verify $guest $p/pdh.cert
ok 'no measurement: something else' 'code_is 2 && silent && one_sentence && said "not a measurement"'
head -c 5000 /dev/zero >bad
run measurement verify $guest bad
ok 'no measurement: too large' 'code_is 2 && silent && one_sentence && said "more than 4000"'
run measurement verify $guest none
ok 'no such measurement' 'code_is 2 && silent && one_sentence && said "neither a file nor a measurement"'
run measurement verify --api=0.18.15 --policy=0 --tik=fw --digest=$empty blob.bin
ok 'no key' 'code_is 2 && silent && one_sentence && said "fw: this is not a key: that has 16 bytes, and here are 6 (base64)"'
run measurement verify --api=0.18.15 --policy=0 --tik=tik --digest=fw blob.bin
ok 'no digest' 'code_is 2 && silent && one_sentence && said "not a launch digest"'
run measurement build --api=0.18.15 --policy=0 --tik=tik --digest=$empty --nonce=00
ok 'no nonce' 'code_is 2 && silent && one_sentence && said "neither a file nor a nonce"'
run measurement build --api=1.55.25 --policy=es --tik=tik --nonce=$nonce --firmware=fw --num-cpus=1 --vmsa=fw
ok 'no VMSA' 'code_is 2 && silent && one_sentence && said "a VMSA has 4096 bytes, and here are 8"'
run measurement build --api=1.55.25 --policy=1 --tik=tik --nonce=$nonce --firmware=before
ok 'no firmware' 'code_is 2 && silent && one_sentence && said "nothing in it"'
for words in '' "--policy=0 --tik=tik --digest=$empty" "--api=0.18.15 --tik=tik --digest=$empty" \
	"--api=0.18.15 --policy=0 --digest=$empty" '--api=0.18.15 --policy=0 --tik=tik' \
	"--api=0.18 --policy=0 --tik=tik --digest=$empty" "--api=0.18.256 --policy=0 --tik=tik --digest=$empty" \
	"--api=0.18.15.1 --policy=0 --tik=tik --digest=$empty" "--api=x --policy=0 --tik=tik --digest=$empty" \
	"--api=0..1 --policy=0 --tik=tik --digest=$empty" "--api=100000000000000.1.1 --policy=0 --tik=tik --digest=$empty" \
	"$guest --firmware=fw" "$guest --kernel=kernel" "$guest --cmdline=x" "$guest --vmsa=vmsa0" \
	'--api=1.55.25 --policy=1 --tik=tik --firmware=fw --initrd=initrd' \
	'--api=1.55.25 --policy=es --tik=tik --firmware=fw' \
	'--api=1.55.25 --policy=1 --tik=tik --firmware=fw --num-cpus=1 --vmsa=vmsa0' \
	'--api=1.55.25 --policy=es --tik=tik --firmware=fw --num-cpus=1' \
	'--api=1.55.25 --policy=es --tik=tik --firmware=fw --num-cpus=2 --vmsa=vmsa0' \
	'--api=1.55.25 --policy=es --tik=tik --firmware=fw --num-cpus=1 --vmsa=vmsa0 --vmsa-others=vmsa1' \
	'--api=1.55.25 --policy=es --tik=tik --firmware=fw --num-cpus=0 --vmsa=vmsa0'; do
	run measurement verify $words blob.bin
	ok "verify $words" 'usage_error'
	run measurement build $words --nonce=$nonce
	ok "build $words" 'usage_error'
done
run measurement build $guest
ok 'build without a nonce' 'usage_error'
run measurement build $guest --nonce=$nonce --measurement=blob.bin
ok 'build with two' 'usage_error'
run measurement build $guest --nonce=$nonce x
ok 'build with an argument' 'usage_error'
run measurement verify $guest blob.bin blob.hex
ok 'verify two' 'usage_error'

# ---- secrets

disk=736869e5-84f0-4973-92ec-06879ce3da0b
keys='--tik=tik --tek=vm_tek.bin --measurement=blob.bin'
printf 'open, sesame' >password
printf other >other
run secret package $keys --secret=$disk:password --dry-run header payload
ok 'package, dry run' 'code_is 0 && printed "would be written" && [ ! -e header ] && [ ! -e payload ]'
run secret package $keys --secret=$disk:password --secret=00000000-0000-0000-0000-000000000001:other header payload
ok 'package' 'code_is 0 && quiet && [ "$(wc -c <header)" -eq 52 ] && [ "$(wc -c <payload)" -eq 80 ] &&
	[ "$(stat -c %a header payload | sort -u)" = 600 ] && ! grep -q sesame payload'
openssl enc -d -aes-128-ctr -K "$(od -An -tx1 vm_tek.bin | tr -d ' \n')" \
	-iv "$(od -An -tx1 -j 4 -N 16 header | tr -d ' \n')" -in payload -out plain
ok 'the table, decrypted by openssl' '[ "$(od -An -v -tx1 plain | tr -d " \n")" = "42f5741edd71664d963eef4287ff173b4d000000e5696873f084734992ec06879ce3da0b200000006f70656e2c20736573616d650000000000000000000000000000000119000000$(printf other | od -An -tx1 | tr -d " ")000000" ]'
run secret show $keys header payload
ok 'show' 'code_is 0 && quiet && printed "$disk  *12" && printed "^  0*-.*01  *5" && ! printed sesame'
for form in hex base64; do
	run secret package $keys --secret=$disk:password --encoding=$form header.$form payload.$form
	ok "package as $form" 'code_is 0 && quiet'
	run secret show --json $keys header.$form payload.$form
	ok "show $form" 'code_is 0 && json ".secrets == [{guid: \"$disk\", size: 12}]"'
done
run secret package $keys --raw=password raw.h raw.p
ok 'without a table' 'code_is 0 && [ "$(wc -c <raw.p)" -eq 16 ]'
run secret show $keys raw.h raw.p
ok 'show that' 'code_is 0 && printed "no table of secrets"'
for words in "--tik=vm_tik.bin --tek=vm_tek.bin --measurement=blob.bin" "--tik=tik --tek=vm_tek.bin --measurement=$(base64 -w0 vmsa0 | head -c 64)"; do
	run secret show $words header payload
	ok "for another: $words" 'code_is 2 && silent && one_sentence && said "another guest or session"'
done
damage payload 79
run secret show $keys header bad
ok 'a payload that is damaged' 'code_is 2 && silent && one_sentence && said "damaged"'
damage header 4
run secret show $keys bad payload
ok 'a header that is damaged' 'code_is 2 && silent && one_sentence && said "damaged"'
head -c 79 payload >bad
run secret show $keys header bad
ok 'a payload that is short' 'code_is 2 && silent && one_sentence && said "no payload has 79 bytes"'
head -c 51 header >bad
run secret show $keys bad payload
ok 'a header that is short' 'code_is 2 && silent && one_sentence && said "header: that has 52 bytes, and here are 51"'
rm -f x y
head -c 16384 /dev/zero >large
run secret package $keys --secret=$disk:large x y
ok 'more than a packet takes' 'code_is 2 && silent && one_sentence && said "no more than 16384 bytes" && [ ! -e x ] && [ ! -e y ]'
run secret package $keys --raw=large x y
ok 'as much as it takes' 'code_is 0'
rm x y
echo >>large
run secret package $keys --raw=large x y
ok 'more than a secret has' 'code_is 2 && silent && one_sentence && said "large: a secret has no more" && [ ! -e x ]'
run secret package $keys --secret=$disk:before x y
ok 'nothing' 'code_is 2 && silent && one_sentence && said "no secret in it" && [ ! -e x ]'
run secret package $keys --raw=before x y
ok 'nothing, without a table' 'code_is 2 && silent && one_sentence && said "no secret in it" && [ ! -e x ]'
run secret package $keys --secret=$disk:none x y
ok 'no such secret' 'code_is 1 && silent && one_sentence && said ENOENT && [ ! -e x ]'
run secret package $keys --raw=password x none/y
ok 'half of it cannot be written' 'code_is 1 && silent && one_sentence && said "write none/y" && [ ! -e x ]'
for words in '' "--secret=$disk" "--secret=$disk: x y" "--secret=x:password x y" "--secret=$disk:password x" \
	"--secret=$disk:password x x" "--secret=$disk:password x y z" "--secret=$disk:password --raw=password x y" 'x y' \
	"--secret=$disk:password --encoding=PEM x y"; do
	run secret package $keys $words
	ok "package $words" 'usage_error && [ ! -e x ]'
done
for words in '--tek=vm_tek.bin --measurement=blob.bin' '--tik=tik --measurement=blob.bin' '--tik=tik --tek=vm_tek.bin'; do
	run secret package $words --raw=password x y
	ok "package $words" 'usage_error'
	run secret show $words header payload
	ok "show $words" 'usage_error'
done

# ---- attestation

run attestation show $p/report.bin
ok 'show a report' 'code_is 0 && quiet && printed "^Report" && printed "0304050607.*1112$" && printed "nodbg,es" && printed "PEK"'
report="attestation verify --root=$p/ark.cert"
run $report --json $p/report.bin $others
ok 'verify it' 'code_is 0 && quiet && json ".chain == {trusted: true, root: \"own\"} and .report.policy == \"0x5\"" && printed "genuine"'
base64 $p/report.bin >report.b64
run $report --nonce=030405060708090a0b0c0d0e0f101112 --policy=nodbg,es \
	--digest=131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132 report.b64 $chain
ok 'and what it has to say' 'code_is 0 && quiet'
run $report --nonce=130405060708090a0b0c0d0e0f101112 $p/report.bin $others
ok 'another nonce in a report' 'code_is 2 && silent && one_sentence && said "wrong nonce"'
run $report --digest=$empty $p/report.bin $others
ok 'another digest in a report' 'code_is 2 && silent && one_sentence && said "wrong digest"'
run $report --policy=nodbg $p/report.bin $others
ok 'another policy in a report' 'code_is 2 && silent && one_sentence && said "wrong policy: 0x5, and 0x1"'
for at in 0 16 48 64 136; do
	damage $p/report.bin $at
	run $report bad $others
	ok "byte $at is another" 'code_is 2 && silent && one_sentence && said "wrong signature"'
done
damage $p/report.bin 52
run $report bad $others
ok 'another key signed it' 'code_is 2 && silent && one_sentence && said "wrong usage: 0x1003"'
damage $p/report.bin 57
run $report bad $others
ok 'with another algorithm' 'code_is 2 && silent && one_sentence && said "wrong algorithm"'
damage $p/report.bin 60
run $report bad $others
ok 'what is reserved, and not signed' 'code_is 0 && printed "Reserved  *1$"'
run attestation verify $p/report.bin $p/pek.cert
ok 'a PEK that nobody vouches for' 'code_is 2 && silent && one_sentence && said "nobody vouches"'
run attestation verify --unverified $p/report.bin $p/pek.cert
ok 'and that is forgiven' 'code_is 0 && said "warning: the platform was not verified" && printed "whosever it is"'
run attestation verify --unverified $p/report.bin $p/oca.cert
ok 'no PEK' 'code_is 2 && silent && one_sentence && said "no PEK"'
run $report $p/report.bin $p/pek.cert $p/oca.cert $p/cek.cert
ok 'no ASK' 'code_is 2 && silent && one_sentence && said "no ASK"'
for words in show "verify --unverified"; do
	for size in 207 209; do
		cat $p/report.bin before fw | head -c $size >bad
		run attestation $words bad $([ "$words" = show ] || echo $p/pek.cert)
		ok "$words: $size bytes" 'code_is 2 && silent && one_sentence && said "that has 208 bytes, and here are $size"'
	done
	run attestation $words none $([ "$words" = show ] || echo $p/pek.cert)
	ok "$words: no such report" 'code_is 1 && silent && one_sentence && said ENOENT'
	run attestation $words
	ok "$words: nothing" 'usage_error'
done
run attestation show $p/report.bin $p/report.bin
ok 'show two' 'usage_error'
run attestation verify $p/report.bin
ok 'verify without certificates' 'usage_error'

done_testing

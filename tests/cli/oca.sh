#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# oca new, csr sign, cert convert: an owner's certificate authority and files in other forms,
# offline.  What goes wrong leaves nothing behind.
#   tests/unit/make_certs	makes a platform's certificates, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

make=$(dirname "$SEVADM")/tests/unit/make_certs
[ -x "$make" ] || {
	skip 'an owner' 'there is no make_certs: no unit tests'
	done_testing
}
mkdir "$work/p" "$work/here"
"$make" "$work/p" || exit 99
cd "$work/here" || exit 99
p=../p
all="$p/pdh.cert $p/pek.cert $p/oca.cert $p/cek.cert $p/ask.cert $p/ark.cert"

# a PEK as PEK_CSR gives it: without its signatures
{ head -c 1044 $p/pek.cert; head -c 1040 /dev/zero; } >csr

# nothing_new FILE... - these are not there, and nothing half made is
nothing_new() {
	for file; do
		[ ! -e "$file" ] || return 1
	done
	[ -z "$(find . -name '*.??????' ! -name '*.signed' -newer csr)" ]
}

# ---- oca new

run oca new --dry-run oca.cert oca.pem
ok 'dry run' 'code_is 0 && printed "^Nothing was changed" && nothing_new oca.cert oca.pem'
(umask 0 && "$SEVADM" oca new oca.cert oca.pem >"$out" 2>"$err")
code=$?
ok 'oca new' 'code_is 0 && quiet && printed "private key" && [ "$(wc -c <oca.cert)" -eq 2084 ]'
ok 'nobody else reads the key' '[ "$(stat -c %a oca.pem)" = 600 ]'
ok 'openssl reads it' '[ "$(openssl pkey -in oca.pem -noout -text 2>/dev/null | head -1)" = "Private-Key: (384 bit)" ]'
run cert show --json oca.cert
ok 'its certificate' 'json ".certificates[0] | .usage_name == \"OCA\" and .curve_name == \"P-384\" and
	.algorithm_name == \"ECDSA_SHA256\" and .signature1_usage_name == \"OCA\" and .signature2_usage_name == \"NONE\""'
sum=$(cat oca.cert oca.pem | sha256sum)
for words in 'oca.cert new.pem' 'new.cert oca.pem' 'oca.cert oca.pem'; do
	# shellcheck disable=SC2086 # words
	run oca new $words
	ok "never over one that is there: $words" 'code_is 1 && one_sentence && said "is there already" &&
		nothing_new new.cert new.pem && [ "$(cat oca.cert oca.pem | sha256sum)" = "$sum" ]'
done
run oca new no/such/cert new.pem
ok 'a directory that is not there' 'code_is 1 && one_sentence && said "write no/such/cert: No such file" && nothing_new new.pem'
run oca new --json --curve=P-256 small.cert small.pem
ok 'P-256, JSON' 'code_is 0 && json "(.files | map([.file, .holds, .encoding])) ==
	[[\"small.cert\", \"OCA\", \"binary\"], [\"small.pem\", \"private key\", \"PEM\"]] and .dry_run == null"'
run oca new --key-form=der der.cert key.der
ok 'DER, as sevctl has it' 'code_is 0 && printed "DER" && [ "$(stat -c %a key.der)" = 600 ] &&
	openssl asn1parse -inform DER -in key.der | sed -n 2p | grep -q "INTEGER  *:01" &&
	run csr sign csr der.cert key.der der.signed && code_is 0'
rm -f der.signed
for words in '' one 'a b c' 'a a' '--curve=P-521 a b' '--curve=384 a b' '--key-form=p12 a b'; do
	# shellcheck disable=SC2086 # words
	run oca new $words
	ok "oca new $words" 'usage_error && nothing_new a b'
done

# ---- csr sign

run csr sign csr oca.cert oca.pem --dry-run pek.signed
ok 'csr sign, dry run' 'code_is 0 && printed "would be written" && nothing_new pek.signed'
with_flipped csr 48 >off.csr
run csr sign off.csr oca.cert oca.pem pek.signed
ok 'a key that is no point' 'code_is 2 && one_sentence && said "damaged: the PEK.s key is no point of P-384" && nothing_new pek.signed'
run csr sign csr oca.cert oca.pem pek.signed
ok 'csr sign' 'code_is 0 && quiet && [ "$(head -c 1044 pek.signed | sha256sum)" = "$(head -c 1044 csr | sha256sum)" ]'
run cert verify --json pek.signed oca.cert
ok 'the OCA signed the PEK' 'json "[.links[] | select(.link == (\"OCA -> PEK\", \"OCA -> OCA\")) | .verdict] ==
	[\"PASS\", \"PASS\"]"'
openssl ec -in oca.pem -out sec1.pem 2>openssl.log && openssl ec -in oca.pem -outform DER -out sec1.der 2>openssl.log &&
	openssl pkcs8 -topk8 -nocrypt -in oca.pem -outform DER -out p8.der || exit 99
for key in sec1.pem sec1.der p8.der; do
	run csr sign csr oca.cert $key --encoding=base64 again
	ok "a key as openssl has it: $key" 'code_is 0 && [ "$(base64 -d again | wc -c)" -eq 2084 ]'
done
rm again

openssl pkcs8 -topk8 -in oca.pem -passout pass:secret -out encrypted.pem || exit 99
openssl genrsa -out rsa.pem 2048 2>openssl.log || exit 99
head -c 5000 /dev/zero >large
cp $p/oca.cert damaged
printf '\377' | dd of=damaged bs=1 seek=1060 conv=notrunc 2>dd.log
head -c 2083 csr >short
# refused CODE SENTENCE CSR OCA KEY
refused() {
	want=$1
	sentence=$2
	run csr sign "$3" "$4" "$5" new
	ok "refused: $3 $4 $5" 'code_is "$want" && one_sentence && said "$sentence" && silent && nothing_new new'
}
refused 2 'signed by an OCA already' pek.signed oca.cert oca.pem
refused 2 'signed by an OCA already' $p/pek.cert oca.cert oca.pem
refused 2 'usage OCA, and PEK is wanted' oca.cert oca.cert oca.pem
refused 2 'usage PEK, and OCA is wanted' csr csr oca.pem
refused 2 'usage ASK, and OCA is wanted' csr $p/ask.cert oca.pem
refused 2 'not that of this OCA' csr $p/oca.cert oca.pem
refused 2 'not that of this OCA' csr oca.cert small.pem
refused 2 'not signed by itself' csr damaged oca.pem
refused 2 'no private key is there' csr oca.cert csr
refused 2 'is encrypted' csr oca.cert encrypted.pem
refused 2 'not on P-384 or P-256' csr oca.cert rsa.pem
refused 2 'more than 4000 bytes' csr oca.cert large
refused 2 'truncated' short oca.cert oca.pem
refused 2 'truncated' csr short oca.pem
refused 1 'read none: No such file' csr oca.cert none
refused 1 'read none: No such file' none oca.cert oca.pem
for words in '' csr 'csr oca.cert oca.pem' 'csr oca.cert oca.pem a b' '--only=pek csr oca.cert oca.pem a' \
	'--encoding=octal csr oca.cert oca.pem a'; do
	# shellcheck disable=SC2086 # words
	run csr sign $words
	ok "csr sign $words" 'usage_error && nothing_new a'
done

# ---- cert convert

# shellcheck disable=SC2086 # names
cat $all >chain
# shellcheck disable=SC2086 # any order
run cert convert $p/ark.cert $p/cek.cert $p/pdh.cert $p/ask.cert $p/oca.cert $p/pek.cert joined
ok 'a file each into one, in their order' 'code_is 0 && quiet && cmp chain joined'
for form in hex base64 binary; do
	run cert convert --encoding=$form chain text
	ok "to $form" 'code_is 0 && { cmp -s text chain || [ $form != binary ]; }'
	run cert convert text back
	ok "and back" 'code_is 0 && cmp back chain'
done
run cert convert --encoding=hex $p/pdh.cert text
ok 'hex is what od has' '[ "$(tr -d "\n" <text)" = "$(od -An -v -tx1 $p/pdh.cert | tr -d " \n")" ]'
run cert convert --encoding=base64 $p/pdh.cert text
ok 'base64 is one line' '[ "$(cat text)" = "$(base64 -w0 $p/pdh.cert)" ]'
mkdir each
run cert convert --json chain each
ok 'a directory takes a file for each' 'code_is 0 && json ".files | map(.file) == [\"each/pdh.cert\", \"each/pek.cert\",
	\"each/oca.cert\", \"each/cek.cert\", \"each/ask.cert\", \"each/ark.cert\"]" && cmp each/pek.cert $p/pek.cert &&
	cmp each/ark.cert $p/ark.cert && [ "$(ls each | wc -l)" -eq 6 ]'
run cert convert --only=pek,OCA,cek chain three
ok 'some of a chain' 'code_is 0 && [ "$(cat $p/pek.cert $p/oca.cert $p/cek.cert | sha256sum)" = "$(sha256sum <three)" ]'
run cert convert --only=pek chain chain chain one
ok 'the same more than once is once' 'code_is 0 && cmp one $p/pek.cert'
run cert convert chain pek.signed new
ok 'two that differ' 'code_is 2 && one_sentence && said "two PEK that differ" && nothing_new new'
run cert convert --only=ask three new
ok 'one that is not there' 'code_is 2 && one_sentence && said "there is no ASK" && nothing_new new'
printf '\1\0\0\0\0\0\0\0\0\20' | cat - /dev/zero | head -c 2084 >odd
run cert convert odd new
ok 'none of a chain' 'code_is 2 && one_sentence && said "0x1000" && nothing_new new'
rm -r each/pek.cert && mkdir each/pek.cert
before=$(find each -type f | sort | xargs cat | sha256sum)
run cert convert --encoding=hex chain each
ok 'all or nothing' 'code_is 1 && one_sentence && said "write each/pek.cert: Is a directory" &&
	[ "$(find each -type f | sort | xargs cat | sha256sum)" = "$before" ]'
run cert convert --dry-run --encoding=hex chain new
ok 'convert, dry run' 'code_is 0 && printed "hex" && nothing_new new'
run cert convert chain /dev/full
ok 'no regular file' 'code_is 1 && one_sentence && said "write /dev/full"'
for words in '' chain '--only=vcek chain new' '--only= chain new' '--encoding=PEM chain new'; do
	# shellcheck disable=SC2086 # words
	run cert convert $words
	ok "cert convert $words" 'usage_error && nothing_new new'
done
ok 'nothing half made is left' 'nothing_new new'

done_testing

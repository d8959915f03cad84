#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# id: id blocks of SNP guests and who vouches for them: bytes as the documents have them,
# signatures that openssl verifies, digests of keys; and what is wrong with any.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
cd "$work" || exit 99
digest=$(openssl rand -hex 48)
family=00112233445566778899aabbccddeeff
image=ffeeddccbbaa99887766554433221100

# hex FILE [OFFSET LENGTH] - a number on one line
hex() { od -An -v -tx1 -j "${2:-0}" ${3:+-N "$3"} "$1" | tr -d ' \n'; }
# damage FILE OFFSET - another byte there, in a file "bad"
damage() {
	cp "$1" bad
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # the byte
	printf "\\$(printf %o $((byte ^ 1)))" | dd of=bad bs=1 seek="$2" conv=notrunc 2>dd.log
}
# big FILE OFFSET - an integer of 72 bytes there, the most significant byte first
big() {
	od -An -v -tx1 -w1 -j "$2" -N 72 "$1" | tac | tr -d ' \n' | sed 's/^\(00\)*//'
}
# signed_by KEY FILE OFFSET DATA - by openssl: numbers are made an ASN.1 sequence
signed_by() {
	printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "$(big "$2" "$3")" "$(big "$2" $(($3 + 72)))" >asn.cnf
	openssl asn1parse -genconf asn.cnf -noout -out sig.der >asn.log 2>&1 &&
		openssl dgst -sha384 -verify "$1" -signature sig.der "$4" >asn.log 2>&1
}

# ---- id block

run id block --digest="$digest" --family-id=$family --image-id=$image --guest-svn=0x20304 --policy=0xb0000 block
ok 'id block' 'code_is 0 && printed "^  Guest SVN *131844$" && said "warning: with bit 19" &&
	[ "$(hex block)" = "$digest$family${image}01000000040302000000""0b0000000000" ] && [ "$(stat -c %a block)" = 600 ]'
run id block --digest="$digest" --json plain
ok 'what is there by itself' 'code_is 0 && quiet && json ".id_block | .policy == \"0x30000\" and .version == 1 and
	.guest_svn == 0 and .family_id == \"00000000000000000000000000000000\" and .launch_digest == \"$digest\"" &&
	json ".files == [{file: \"plain\", holds: \"id block\", encoding: \"binary\", size: 96}]"'
run id block --digest="$(head -c 48 block | base64 -w0)" --encoding=base64 text
ok 'digest and result in base64' 'code_is 0 && base64 -d text | cmp - plain && [ "$(wc -l <text)" = 1 ]'
run id block --digest="$digest" --policy=0x10000 odd
ok 'a policy that nobody launches' 'code_is 0 && said "warning: without bit 17"'
run id block --digest="$digest" --dry-run none
ok 'a dry run' 'code_is 0 && printed "Nothing was changed" && [ ! -e none ]'
run id block --digest="$digest" none/block
ok 'a directory that is not there' 'code_is 1 && silent && one_sentence && said "write none/block: No such file"'

# ---- id auth

run id auth block auth --new-id-key=id.pem --json
line=$(jq -r .qemu.object "$out")
ok 'id auth, with a new key' 'code_is 0 && quiet && json ".id_auth | .id_algorithm == 1 and .id_curve == 2 and
	.author_key_enabled == false and .reserved == false and .signatures == \"good\" and (has(\"author_algorithm\") | not)" &&
	json "[.files[].file] == [\"id.pem\", \"auth\"]" &&
	[ "$(stat -c %a id.pem auth | sort -u)" = 600 ] && [ "$(wc -c <auth)" = 4096 ]'
ok 'the line for QEMU' '[ "$line" = "-object sev-snp-guest,id=sev0,policy=0xb0000,id-block=$(base64 -w0 block),id-auth=$(base64 -w0 auth)" ]'
openssl pkey -in id.pem -pubout -out id.pub
ok 'openssl verifies it' 'signed_by id.pub auth 64 block && ! signed_by id.pub auth 64 plain'
ok 'no author' '[ "$(tail -c +1669 auth | tr -d "\\0" | wc -c)" = 0 ] && [ "$(hex auth 0 8)" = 0100000000000000 ]'
sum=$(sha256sum <id.pem)
run id auth block other --new-id-key=id.pem
ok 'a key is not written over' 'code_is 1 && silent && one_sentence && said "id.pem is there already" &&
	[ "$(sha256sum <id.pem)" = "$sum" ] && [ ! -e other ]'
openssl ecparam -name secp384r1 -genkey -noout -out author.pem
run id auth block both --id-key=id.pem --author-key=author.pem --json
line=$(jq -r .qemu.object "$out")
openssl pkey -in author.pem -pubout -out author.pub
dd if=both of=idkey bs=4 skip=$((0x240 / 4)) count=257 2>dd.log
ok 'with an author' 'code_is 0 && json "(.files | length) == 1 and .id_auth.author_key_enabled" &&
	signed_by id.pub both 64 block && signed_by author.pub both $((0x680)) idkey && ! signed_by id.pub both $((0x680)) idkey'
ok 'QEMU is told of an author' 'case $line in *,author-key-enabled=on,*) ;; *) false ;; esac'
run id auth block two --new-id-key=i.pem --new-author-key=a.pem
ok 'two new keys' 'code_is 0 && printed "^Keep the private keys" && printed "^-object sev-snp-guest,id=sev0,policy=0xb0000,author-key-enabled=on,id-block=" &&
	[ "$(stat -c %a i.pem a.pem | sort -u)" = 600 ] && ! cmp i.pem a.pem >cmp.log'
run id auth block none --new-id-key=none.pem --dry-run
ok 'a dry run makes no key' 'code_is 0 && [ ! -e none ] && [ ! -e none.pem ]'
run id auth text text.auth --id-key=id.pem --encoding=base64
ok 'a block in base64' 'code_is 0 && base64 -d text.auth >text.bin && signed_by id.pub text.bin 64 plain'
run id auth block none/auth --new-id-key=none.pem
ok 'no key without the rest' 'code_is 1 && silent && said "write none/auth" && [ ! -e none.pem ]'
openssl ecparam -name prime256v1 -genkey -noout -out small.pem
run id auth block none --id-key=small.pem
ok 'a key on another curve' 'code_is 2 && silent && one_sentence && said "id key is on P-256" && [ ! -e none ]'
run id auth block none --id-key=id.pem --author-key=small.pem
ok 'an author on another curve' 'code_is 2 && silent && one_sentence && said "author key is on P-256" && [ ! -e none ]'
run id auth block none --id-key=id.pub
ok 'no private key' 'code_is 2 && silent && one_sentence && said "id.pub: no private key is there"'
openssl pkey -in id.pem -aes128 -passout pass:x -out closed.pem
run id auth block none --id-key=closed.pem
ok 'a key that is encrypted' 'code_is 2 && silent && one_sentence && said "closed.pem: the private key is encrypted"'
damage block 80
run id auth bad none --id-key=id.pem
ok 'a block of another version' 'code_is 2 && silent && one_sentence && said "bad: the id block has version 0" && [ ! -e none ]'
run id auth auth none --id-key=id.pem
ok 'no block' 'code_is 2 && silent && one_sentence && said "id authentication where the id block"'
head -c 95 block >short
run id auth short none --id-key=id.pem
ok 'short of a byte' 'code_is 2 && silent && one_sentence && said "short: neither .*: it has 95" && [ ! -e none ]'
run id auth absent none --id-key=id.pem
ok 'no file' 'code_is 1 && silent && one_sentence && said "read absent: .*ENOENT"'

# ---- id show

run id show block both --digest="$digest" --json
ok 'id show' 'code_is 0 && quiet && json ".id_auth.signatures == \"good\" and .id_block.guest_svn == 131844"'
run id show auth block
ok 'in any order, without an author' 'code_is 0 && quiet && printed "^  Signatures *good$" && printed "^  Author key *no$"'
run id show both
ok 'the authentication alone' 'code_is 0 && quiet && ! printed Signatures'
run id show text
ok 'the block alone' 'code_is 0 && quiet && printed "^  Launch digest *$digest$"'
run id show plain both
ok 'another block' 'code_is 2 && quiet && printed "the id key did not sign this id block" && printed "^  Signatures *wrong$"'
damage both $((0x680))
run id show block bad --json
ok 'another author' 'code_is 2 && json ".result.message == \"wrong signature: the author key did not sign the id key\""'
damage both $((0x244))
run id show block bad
ok 'no point' 'code_is 2 && printed "the id key is no point of P-384"'
damage both 0
run id show block bad
ok 'another algorithm' 'code_is 2 && printed "the algorithm is 0"'
damage both $((0x880))
run id show block bad
ok 'another curve' 'code_is 2 && printed "the author key: the curve is 3"'
damage auth 4095
run id show block bad
ok 'a reserved byte' 'code_is 0 && printed "Reserved bytes set *yes$"'
run id show block both --digest="$(openssl rand -hex 48)"
ok 'for another guest' 'code_is 2 && printed "for another launch digest"'
run id show both --digest="$digest"
ok 'nothing to compare' 'code_is 2 && silent && one_sentence'
run id show block block
ok 'twice the same' 'code_is 2 && silent && one_sentence && said "a second id block"'
for file in short both.short; do
	head -c 4095 both >both.short
	run id show $file
	ok "neither of them: $file" 'code_is 2 && silent && one_sentence && said "neither an id block"'
done
head -c 17000 /dev/zero >large
run id show large
ok 'far too large' 'code_is 1 && silent && one_sentence && said EFBIG'

# ---- id digest

want=$(dd if=both bs=4 skip=$((0x240 / 4)) count=257 2>dd.log | openssl dgst -sha384 -r | cut -d' ' -f1)
openssl pkey -in id.pem -outform DER -out id.der
openssl pkey -pubin -in id.pub -outform DER -out id.pub.der
for key in id.pem id.pub id.der id.pub.der idkey; do
	run id digest $key --json
	ok "id digest: $key" 'code_is 0 && quiet && json ".key.digest == \"$want\""'
done
run id show both --json
ok 'the same in the authentication' 'json ".id_auth.id_key_digest == \"$want\""'
run id digest author.pub
ok 'another key' 'code_is 0 && printed "^Key digest  *" && ! printed "$want"'
for pair in 'small.pem P-256' 'closed.pem encrypted' 'block no.key.is.there' 'absent ENOENT'; do
	run id digest "${pair% *}"
	ok "id digest: ${pair% *}" 'silent && one_sentence && said "${pair#* }" && ! code_is 0'
done
while read -r words; do
	# shellcheck disable=SC2086 # words
	run $words
	ok "sevadm $words" 'usage_error && [ ! -e none ]'
done <<'END'
id
id block none
id block --digest=00 none
id block --digest=zz none
id block none none2 --digest=00
id block --family-id=00 none
id block --image-id=0011 none
id block --guest-svn=0x100000000 none
id block --policy=x none
id block --encoding=pem none
id auth block none
id auth block --id-key=id.pem
id auth block none x --id-key=id.pem
id auth block none --id-key=id.pem --new-id-key=none.pem
id auth block none --id-key=id.pem --author-key=author.pem --new-author-key=none.pem
id auth block none --new-id-key=none
id auth block none --new-id-key=none.pem --new-author-key=none.pem
id auth block none --new-id-key=
id show
id show 1 2 3
id show block --digest=1
id digest
id digest 1 2
END

done_testing

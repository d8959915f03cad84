#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report verify: reports of SNP guests with the certificates of a CA of the tests' own, and all
# that can be wrong with them.  What the library finds in them is tested by
# tests/unit/lib_report_verify.c.
#   tests/pki/make_pki, make_report	make them, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

pki=$(dirname "$SEVADM")/tests/pki/make_pki
make=$(dirname "$SEVADM")/tests/pki/make_report
[ -x "$pki" ] && [ -x "$make" ] || {
	skip 'reports of SNP guests' 'there is neither make_pki nor make_report'
	done_testing
}
# So that nothing depends on the date: within the validity of all that is made
when=2026-11-28T12:00:00Z
for product in milan genoa turin; do
	mkdir "$work/$product"
	"$pki" all "$work/$product" product=$product || exit 99
done
cd "$work" || exit 99

# report WORDS... - another one
report() { "$make" "$@" >report || exit 99; }
# verify WORDS... - it, as of then, with the root of Milan; behind the options the certificates
verify() {
	run report verify --time=$when --root=milan/ark.der "$@"
}
# trusted TEXT - the last is, and that is said
trusted() { code_is 0 && quiet && ! printed FAIL && printed "^trusted, by your own root"; }
# refused NAME TOPIC SENTENCE CERTIFICATES... - it is not, for that reason
refused() {
	name=$1 topic=$2 sentence=$3
	shift 3
	case $topic in
	signature) begin='the signature does not hold' ;;
	certificate) begin='the certificates do not hold' ;;
	revocation) begin='a certificate is revoked, or may be' ;;
	policy) begin='the report is not acceptable' ;;
	esac
	verify "$@"
	ok "$name" "code_is 2 && quiet && printed '^not trusted: $begin: $sentence'"
	verify --json "$@"
	ok "$name: JSON" "code_is 2 && quiet && json '(.verdict.trusted | not) and .verdict.refused_by == \"$topic\" and
		.result.exit == 2 and (.verdict.check as \$c | [.checks[] | select(.verdict == \"FAIL\")][0] |
		.check == \$c and .topic == \"$topic\")'"
}

# ---- what holds

for product in milan genoa turin; do
	for version in 2 3 5; do
		for key in vcek vlek; do
			report version=$version product=$product signing=$key
			run report verify --time=$when --root=$product/ark.der report $product
			ok "$product, version $version, $key" 'trusted && printed "^  signature .*PASS .*the V[CL]EK signed this report"'
		done
	done
done
report signing=vlek
verify --json report milan
ok 'JSON' 'code_is 0 && json ".verdict.trusted and .verdict.root == \"own\" and (.verdict | has(\"refused_by\") | not) and
	.time == \"$when\" and .report.version == 3 and .reported_tcb.snp == 8 and .vlek.csp == \"Cloud of the tests\" and
	(has(\"vcek\") | not) and ([.certificates[].kind] == [\"ARK\", \"ASVK\", \"VLEK\", \"CRL\"]) and
	all(.checks[]; .verdict != \"FAIL\" and (.accepted | not)) and
	([.checks[] | select(.check == \"signature\")] | length == 1 and .[0].topic == \"signature\" and .[0].verdict == \"PASS\")"'
verify --porcelain report milan
ok 'porcelain' 'code_is 0 && printed "^verdict.trusted	yes$\|^verdict.trusted	true$\|^verdict.trusted	1$"'
report
verify report milan/vcek.der milan/ask.der
ok 'files; the root stands in' trusted
verify report milan/vcek.der milan/cert_chain
ok 'a chain in PEM' trusted
od -An -v -tx1 report >report.hex
verify report.hex milan
ok 'a report in hexadecimal' trusted
base64 report >report.b64
"$SEVADM" report verify --time=$when --root=milan/ark.der - milan <report.b64 >"$out" 2>"$err"
code=$?
ok 'in base64, from standard input' trusted
run certs import milan/vcek.der milan/ask.der milan/ark.der table
verify report table
ok 'the table of the host' trusted
run certs import milan/vlek.der milan/asvk.der milan/ark.der milan/crl table
report signing=vlek hwid=masked
verify --crl=require report table
ok 'and one with a VLEK and a list' 'trusted && printed "^  CRL  *revocation  *PASS" && printed "a VLEK is of no chip, and the report names none"'
"$pki" vcek hwid-as=octets >octets.der
report
verify report octets.der milan/cert_chain
ok 'an id as OCTET STRING' trusted
mkdir pile
for product in milan genoa turin; do
	for file in ark ask asvk vcek vlek; do cp $product/$file.der pile/$product-$file.der; done
done
"$pki" vcek snp=9 >pile/other-tcb.der
"$pki" vcek hwid=00 >pile/other-chip.der
for product in milan genoa turin; do
	report product=$product
	run report verify --time=$when --root=$product/ark.der report pile
	ok "out of a pile: $product" trusted
done
report set=0x208:01 policy=0x8000000000030000
verify report milan
ok 'bits that are not known are no reason' 'trusted && printed "^  reserved  *policy  *SKIP .*0x8000000000000000.* and 1 areas"'
report reported=0x7307000000000003
"$pki" vcek snp=7 >old.der
verify report old.der milan/cert_chain
ok 'a lower TCB is reported' trusted

# ---- the signature

for flip in 0x00 0x50 0x9f 0x1e0 0x29f 0x2a0 0x2e8 0x317; do
	report flip=$flip
	verify report milan
	ok "a bit at $flip" 'code_is 2 && printed "signature  *signature  *FAIL     wrong signature: this VCEK did not"'
done
report flip=0x50
refused 'a bit' signature 'signature: wrong signature: this VCEK did not sign' report milan
report signer=vlek
refused 'another key' signature 'signature: wrong signature' report milan
report algo=2
refused 'an algorithm that is not known' signature 'algorithm: algorithm 2 is not known' report milan
report signing=4
refused 'a key that is not known' signature 'signing key: signing key 4 is not known' report milan
report signing=none
refused 'no key' signature 'signing key: nobody signed this report: its signing key is none' report milan
report mask-key=1
refused 'a masked key' signature 'signing key: nobody signed this report: the host masks' report milan

# ---- certificates

report
run report verify --time=$when report milan
ok 'none of AMD' 'code_is 2 && printed "^not trusted: the certificates do not hold: ARK: unknown root"'
refused 'none of the kind' certificate 'ASK -> VCEK: missing link: there is no VCEK' report milan/cert_chain
refused 'no ASK' certificate 'ARK -> ASK: missing link: there is no ASK' report milan/vcek.der
report signing=vlek
refused 'a VCEK for a VLEK' certificate 'ASVK -> VLEK: missing link: there is no VLEK' report milan/cert_chain milan/vcek.der
report
"$pki" vcek until=2026-11-28T11:59:59Z >bad.der
refused 'an expired one' certificate 'ASK -> VCEK: expired' report bad.der milan/cert_chain
"$pki" vcek signer=genoa-ask >bad.der
refused 'one that another signed' certificate 'ASK -> VCEK: wrong signature' report bad.der milan/cert_chain
"$pki" vcek salt=32 >bad.der
refused 'one that was signed otherwise' certificate 'ASK -> VCEK: wrong algorithm' report bad.der milan/cert_chain
"$pki" vcek key=p256 >bad.der
refused 'another curve' certificate 'ASK -> VCEK: wrong key' report bad.der milan/cert_chain
"$pki" vcek cn=SEV-OTHER >bad.der
refused 'another name' certificate 'ASK -> VCEK: wrong name' report bad.der milan/cert_chain
"$pki" vcek ucode=0x74 >bad.der
refused 'another TCB' certificate 'VCEK TCB: wrong TCB: .*microcode 116 instead of 115' report bad.der milan/cert_chain
"$pki" vcek hwid="$(printf '%0128d' 7)" >bad.der
refused 'another chip' certificate 'VCEK HWID: wrong chip: the id in the VCEK is another from byte 0' report bad.der milan/cert_chain
report product=genoa
refused 'another product' certificate 'processor: wrong product: the report is of Genoa, and the VCEK is of Milan' \
	report milan/vcek.der milan/cert_chain
report hwid=masked
refused 'a masked id' certificate 'VCEK HWID: the report names no chip' report milan

# ---- lists of revoked certificates

report
refused 'no list, though one is wanted' revocation 'CRL: missing link' --crl=require report milan/vcek.der milan/cert_chain
verify --crl=milan/crl report milan/vcek.der milan/cert_chain
ok 'in a file of its own' 'trusted && printed "^  CRL .*PASS"'
"$pki" crl revoked=0x10001 >bad.crl
refused 'a revoked ASK' revocation 'ARK -> ASK: revoked: the ARK took the ASK' --crl=bad.crl report milan/vcek.der milan/cert_chain
"$pki" crl until=2026-01-01 >bad.crl
refused 'an old list' revocation 'CRL: expired' --crl=bad.crl report milan/vcek.der milan/cert_chain
"$pki" crl signer=genoa-ark >bad.crl
refused 'a list that another signed' revocation 'CRL: wrong signature' --crl=bad.crl report milan/vcek.der milan/cert_chain
refused 'a list of another product' revocation 'CRL: missing link' --crl=genoa/crl report milan/vcek.der milan/cert_chain

# ---- what it says of itself

report vmpl=0xffffffff
refused 'the host asked' policy 'requester: the host asked for this report' report milan
report vmpl=4
refused 'a VMPL that is none' policy 'requester: there is no VMPL 4' report milan
report version=6
refused 'a version that is not known' policy 'version: version 6 is not known' report milan
report version=1
refused 'a version of old' policy 'version: version 1 is not known' report milan
report policy=0
refused 'a policy that is none' policy 'guest policy: bit 17 is not set' report milan
report committed=0x7309000000000003
refused 'a TCB above the current one' policy 'TCB order: the committed TCB 0x7309000000000003 is above' report milan

# ---- what can be accepted, and is said then

# accepts NAME WORD CHECK WORDS... - by that word, and not by the others
accepts() {
	word=$1 check=$2
	shift 2
	report "$@"
	verify "--accept=$word" report milan
	ok "accepted: $word" "code_is 0 && quiet && printed '^  $check .*ACCEPTED' && ! printed FAIL &&
		printed '^trusted, by your own root.*; accepted: $check\$'"
	verify --json "--accept=$word" report milan
	ok "accepted: $word: JSON" "code_is 0 && json '.verdict.trusted and
		([.checks[] | select(.accepted) | .check] == [\"$check\"])'"
	others=$(echo host-report,masked-chip-id,masked-key,unknown-version,unknown-algorithm,unknown-key,unknown-processor |
		tr , '\n' | grep -v "^$word\$" | tr '\n' , | sed 's/,$//')
	verify "--accept=$others" report milan
	ok "not accepted by others: $word" 'code_is 2 && printed "^not trusted"'
}
accepts host-report requester vmpl=0xffffffff
accepts masked-chip-id 'VCEK HWID' hwid=masked
accepts unknown-version version version=6
accepts unknown-algorithm algorithm algo=2
accepts unknown-key 'signing key' signing=4
accepts unknown-processor processor family=0x1a model=0x55
accepts unknown-processor processor family=0 model=0
report mask-key=1
verify --accept=masked-key report milan
ok 'accepted: masked-key' 'code_is 0 && printed "^accepted, and nothing proves it: nobody signed this report$" &&
	! printed trusted && ! printed "^Root"'
verify --json --accept=masked-key report milan
ok 'accepted: masked-key: JSON' 'code_is 0 && json "(.verdict | has(\"root\") or .trusted | not) and
	([.checks[] | select(.check == \"signature\")] | length == 0)"'
report hwid=masked vmpl=0xffffffff
verify --accept=host-report --accept=masked-chip-id report milan
ok 'two words' 'code_is 0 && printed "; accepted: VCEK HWID, requester$"'
report version=2 hwid=masked product=turin
run report verify --time=$when --root=turin/ark.der --accept=masked-chip-id --generation=milan --json report turin
ok 'the certificate tells how a TCB is laid out' 'code_is 0 && json ".reported_tcb.fmc == 1 and .report.generation == \"Turin\" and
	.report.generation_told_by == \"certificate\""'

# ---- files

# cannot NAME CODE SENTENCE WORDS...
cannot() {
	name=$1 wanted=$2 sentence=$3
	shift 3
	verify "$@"
	ok "$name" "code_is $wanted && silent && one_sentence && said '$sentence'"
}
report
cannot 'no report' 1 'read none: .*ENOENT' none milan
cannot 'no certificates' 1 'read none: .*ENOENT' report none
cannot 'no root' 1 'read none: .*ENOENT' --root=none report milan
cannot 'no list' 1 'read none: .*ENOENT' --crl=none report milan
head -c 100 report >bad
cannot 'no report in it' 2 'bad: this is no attestation report' bad milan
cannot 'the wrong way round' 2 'milan/vcek.der: this is no attestation report' milan/vcek.der report
cannot 'no certificate in it' 2 'bad: there is neither an X.509 certificate nor' report bad
cannot 'a root that is none' 1 'milan/ask.der: this is no root' --root=milan/ask.der report milan
run certs import milan/vcek.der milan/ask.der milan/ark.der table
# the first certificate behind the table of four entries is not one any more
printf '\377' | dd of=table bs=1 seek=96 conv=notrunc 2>/dev/null
cannot 'a table with something else' 2 "table: the table.s ARK: there is neither" report table
printf '\300\264\006\244\250\003\111\122\227\103\077\266\001\114\320\256\377\377\377\377\377\377\377\377' >table
head -c 24 /dev/zero >>table
cannot 'a table that points outside' 2 'table: there is neither' report table

# ---- the command line

for words in '' 'report' '--accept=x report milan' '--accept= report milan' '--accept=host-report, report milan' \
	'--time=now report milan' '--generation=rome report milan' '--crl report milan' '--dry-run report milan' \
	"report $(seq -s ' ' 33)"; do
	# shellcheck disable=SC2086 # words
	run report verify $words
	ok "usage: '$words'" usage_error
done

done_testing

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# certs verify: chains of chips by a CA of the tests' own, and what can be wrong with them.
#   tests/pki/make_pki	makes them, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

pki=$(dirname "$SEVADM")/tests/pki/make_pki
[ -x "$pki" ] || {
	skip 'certificates of chips' 'there is no make_pki'
	done_testing
}
# So that nothing depends on the date: within the validity of all that is made
when=2026-11-28T12:00:00Z
for product in milan genoa turin; do
	mkdir "$work/$product"
	"$pki" all "$work/$product" product=$product || exit 99
done
cd "$work" || exit 99

# verify WORDS... - with the root of Milan
verify() {
	run certs verify --time=$when --root=milan/ark.der "$@"
}
# of FILE... - a directory "some" with copies of these of Milan
some() {
	rm -rf some
	mkdir some
	for one in "$@"; do cp "milan/$one" some/; done
}
# make KIND WORDS... - another one in the directory "some" instead of Milan's
make() {
	"$pki" "$@" >"some/$1.der" || exit 99
}
# fails NAME CAUSE SENTENCE - the last chain does not hold, for that reason
fails() {
	ok "$1" "code_is 2 && quiet && printed '^not trusted: .*$3' &&
		printed '  FAIL  .*$3'"
	verify --json some
	ok "$1: the cause" "code_is 2 && json '.result.exit == 2 and
		([.links[] | select(.verdict == \"FAIL\") | .cause] | index(\"$2\") != null)'"
}

# ---- what holds

for product in milan genoa turin; do
	run certs verify --time=$when --root=$product/ark.der $product
	ok "$product: VCEK and VLEK" 'code_is 0 && quiet && ! printed FAIL &&
		printed "^trusted, by your own root" && printed "ASK -> VCEK  *PASS" &&
		printed "ASVK -> VLEK  *PASS" && printed "CRL  *PASS     0 revoked"'
done
ok 'what Turin says of itself' 'printed "^  FMC  *1$" && printed "^  HWID  *[0-9a-f]\{16\}$" &&
	printed "^  Product  *Turin$" && printed "^  Provider  *Cloud of the tests"'
verify --json milan
ok 'JSON' 'code_is 0 && json ".root.name == \"own\" and .time == \"$when\" and
	(.certificates | map(.kind) | unique) == [\"ARK\",\"ASK\",\"ASVK\",\"CRL\",\"VCEK\",\"VLEK\"] and
	.vcek.tcb == \"0x7308000000000003\" and .vcek.bootloader == 3 and .vcek.microcode == 115 and
	(.vcek.hwid | length) == 128 and .vlek.csp == \"Cloud of the tests\" and
	(.vlek | has(\"hwid\") | not) and
	(.links[] | select(.link == \"ASK -> VCEK\") | .verdict == \"PASS\" and .depth == 2)"'
some ark.der ask.der vcek.der
verify some
ok 'VCEK alone' 'code_is 0 && ! printed VLEK && printed "CRL  *SKIP"'
some ark.der asvk.der vlek.der
verify some
ok 'VLEK alone' 'code_is 0 && ! printed VCEK'
mkdir odd
cp milan/vcek.der odd/readme.txt
cp milan/cert_chain odd/x
verify odd
ok 'any names, PEM and DER' 'code_is 0 && quiet'
verify milan/cert_chain milan/vcek.der
ok 'files' 'code_is 0 && quiet'
verify milan/ask.der milan/vcek.der
ok 'the root stands in' 'code_is 0'
cat milan/ask.der milan/vcek.der milan/ark.der >odd/joined
verify odd/joined
ok 'DER in a row' 'code_is 0'
for form in 'od -An -v -tx1' base64; do
	$form milan/vcek.der >text
	verify milan/cert_chain text
	ok "from $form" 'code_is 0'
done
{ echo 'a comment'; cat milan/cert_chain; echo 'and one more'; } >text
"$SEVADM" certs verify --time=$when --root=milan/ark.der - milan/vcek.der <text >out 2>err
ok 'standard input, text around PEM' '[ $? -eq 0 ]'
run certs import milan/ark.der milan/ask.der milan/vcek.der table
verify table
ok 'the table of the host' 'code_is 0 && quiet && printed "ASK -> VCEK  *PASS"'
run certs import table milan/crl table2
verify --crl=require table2
ok 'a table out of a table' 'code_is 0 && quiet && printed "CRL  *PASS"'
head -c 24 /dev/zero >table
verify table
ok 'a table with nothing in it' 'code_is 2 && silent && one_sentence && said "table: there is neither"'
verify --ca milan/cert_chain
ok 'a CA alone, wanted' 'code_is 0 && ! printed VCEK'
verify milan/cert_chain
ok 'a CA alone' 'code_is 2 && printed "^not trusted: ASK -> VCEK: missing link: there is no VCEK"'
echo 'no certificate' >odd/notes
cp "$top_srcdir/tests/pki/keys/vcek.pem" odd/key.pem
verify odd
ok 'what else is in a directory' 'code_is 0 && said "odd/notes: nothing of a chain" && said odd/key.pem'
some vcek.der ark.der
make ask from=2026-01-01 until=2049-12-31T23:59:59Z
verify some
ok 'the last UTCTime' 'code_is 0 && printed 2049-12-31T23:59:59Z'
make ask until=2050-01-01
verify some
ok 'the first GeneralizedTime' 'code_is 0 && printed 2050-01-01T00:00:00Z'

# ---- the root

run certs verify --time=$when milan
ok 'none of AMD' 'code_is 2 && printed "^not trusted: ARK: unknown root: the ARK is none of AMD"'
verify genoa
ok 'another than that of --root' 'code_is 2 && printed "^not trusted: ARK: unknown root: the ARK is not that of --root"'
some ark.der ask.der vcek.der
make ark key=genoa-ark signer=genoa-ark
verify some
fails 'an ARK of the same name' unknown-root 'unknown root'
for file in milan/ask.der milan/cert_chain milan/crl; do
	run certs verify --root=$file milan
	ok "no root: $file" 'code_is 1 && silent && one_sentence && said "this is no root"'
done

# ---- one fault each

# faulty NAME CAUSE SENTENCE KIND WORDS... - Milan's chain with that instead
faulty() {
	name=$1 cause=$2 sentence=$3
	shift 3
	some ark.der ask.der vcek.der
	case $1 in
	vlek) some ark.der asvk.der vlek.der ;;
	asvk) some ark.der asvk.der vlek.der ;;
	esac
	make "$@"
	verify some
	fails "$name" "$cause" "$sentence"
}
faulty 'an expired VCEK' expired 'expired: the VCEK was valid until 2026-11-28T11:59:59Z' \
	vcek until=2026-11-28T11:59:59Z
faulty 'an expired ASK' expired 'expired: the ASK was valid until 2025' ask until=2025-01-01
faulty 'an expired ARK' expired 'expired: the ARK was valid until 2025' ark until=2025-01-01
faulty 'a VCEK of tomorrow' not-yet-valid 'not yet valid: the VCEK is valid from 2026-11-29' \
	vcek from=2026-11-29
faulty 'a VCEK of another name' name 'wrong name: the VCEK is called SEV-OTHER, not SEV-VCEK' vcek cn=SEV-OTHER
faulty 'an ASK of another name' name 'wrong name: the ASK is called Somebody, not SEV-PRODUCT' ask cn=Somebody
faulty 'another issuer' name 'wrong issuer: the VCEK is by Other-Milan' vcek issuer=Other-Milan
faulty 'an RSA key' wrong-key 'wrong key: the VCEK has one of RSA and 2048 bits' vcek key=rsa2048
faulty 'another curve' wrong-key 'wrong key: the curve of the VCEK is P-256' vcek key=p256
faulty 'a short key' wrong-key 'wrong key: the ASK has one of RSA and 2048 bits' ask key=rsa2048
faulty 'a key of EC' wrong-key 'wrong key: the ASK has one of EC' ask key=vcek
faulty 'PSS with SHA-256' algorithm 'wrong algorithm: the VCEK was signed by RSASSA-PSS, SHA256' vcek hash=SHA256
faulty 'another salt' algorithm 'wrong algorithm: .*salt of 32 bytes' vcek salt=32
faulty 'no PSS' algorithm 'wrong algorithm: the ASK was signed by sha384WithRSAEncryption' ask padding=pkcs1
faulty 'another signer' signature 'wrong signature: the key of the ASK did not sign this VCEK' vcek signer=genoa-ask
faulty 'signed by ECDSA' signature 'wrong signature' ask signer=vcek
faulty 'no authority' wrong-usage 'wrong usage: the ASK does not say that it may sign' ask ca=no
faulty 'an ASK for Genoa' product 'wrong product: the ASK is of Genoa, and the ARK is of Milan' \
	ask cn=SEV-Genoa
faulty 'a VCEK for Genoa' product 'wrong product: the VCEK says of itself that it is of Genoa-B1' vcek name=Genoa-B1
faulty 'an ARK of another product' product 'wrong product: the ASK is of Milan, and the ARK is of Genoa' \
	ark cn=ARK-Genoa issuer=ARK-Genoa
for flip in 550 720 -1; do
	faulty "a bit, $flip" signature 'wrong signature' vcek flip=$flip
done
faulty 'a bit of the ASK' signature 'wrong signature' ask flip=-9
faulty 'a bit of the ARK' signature 'wrong signature' ark flip=-9
for part in 1:structVersion 2:productName 3.1:blSPL 3.2:teeSPL 3.3:snpSPL 3.8:ucodeSPL 4:hwID; do
	faulty "without ${part#*:}" extension "wrong extension: of the VCEK: ${part#*:} is missing" \
		vcek omit="${part%:*}"
done
for part in 1:structVersion 2:productName 3.3:snpSPL 3.5:spl5 4:hwID; do
	faulty "twice ${part#*:}" extension "wrong extension: of the VCEK: ${part#*:} is there twice" \
		vcek repeat="${part%:*}"
done
faulty 'a patch level too high' extension 'snpSPL makes no sense' vcek snp=256
faulty 'a short id' extension 'hwID makes no sense' vcek hwid=0102
faulty 'an id of Turin' extension 'hwID has 8 bytes, not the 64 of Milan' vcek hwid=0102030405060708
faulty 'a patch level of Turin' extension 'fmcSPL is there, which only Turin has' vcek fmc=1
faulty 'a VLEK without a provider' extension 'wrong extension: of the VLEK: cspID is missing' vlek csp=
faulty 'a VLEK of a chip' extension 'hwID is there, though a VLEK is of no chip' vlek hwid=0102030405060708
faulty 'a VLEK by the ASK' name 'wrong issuer: the VLEK is by SEV-Milan' vlek issuer=SEV-Milan signer=milan-ask
faulty 'an ASVK for Turin' product 'wrong product: the ASVK is of Turin' asvk cn=SEV-VLEK-Turin
some ark.der ask.der vcek.der
cp genoa/vcek.der some/vcek.der
verify some
fails 'the chip of another product' product 'wrong product: the VCEK is of Genoa, and the ASK is of Milan'
some ark.der ask.der vcek.der
"$pki" vcek snp=9 >some/other.der
verify some
fails 'two VCEKs' twice 'there are two VCEKs that differ'
cp some/vcek.der some/other.der
verify some
ok 'the same twice' 'code_is 0'
some ark.der ask.der vcek.der
"$pki" ask cn=Somebody issuer=Nobody >some/x.der
verify some
fails 'one without a place' wrong-usage 'wrong usage: the certificate of Somebody has no place'
for missing in ask ark; do
	some ark.der ask.der vcek.der
	rm some/$missing.der
	run certs verify --time=$when some
	ok "without $missing" "code_is 2 && printed 'SKIP     missing link: there is no $(echo $missing | tr a-z A-Z)'"
done

# ---- what is in the certificate of the chip

faulty_tcb='bootloader=3,snp=8,microcode=115'
some ark.der ask.der vcek.der
verify --tcb=$faulty_tcb some
ok 'the TCB' 'code_is 0 && printed "VCEK TCB  *PASS"'
verify --tcb=0x7308000000000003 some
ok 'as a number' 'code_is 0 && printed "VCEK TCB  *PASS"'
verify --tcb=bootloader=4,snp=8,microcode=115 some
ok 'another TCB' 'code_is 2 && printed "^not trusted: VCEK TCB: wrong TCB: .*: boot loader 3 instead of 4$"'
verify --tcb=fmc=1,$faulty_tcb some
ok 'one of Turin' 'code_is 2 && printed "^not trusted: VCEK TCB: wrong TCB: one with an FMC"'
run certs verify --time=$when --root=turin/ark.der --tcb=fmc=1,$faulty_tcb turin
ok 'of Turin' 'code_is 0 && printed "VCEK TCB  *PASS" && printed "VLEK TCB  *PASS"'
make vcek ucode=0xd3
verify --tcb=bootloader=3,snp=8,microcode=211 some
ok 'a patch level of two bytes' 'code_is 0'
hwid=$(printf '%0126d' 0)ff
make vcek hwid="$hwid"
verify --hwid="$hwid" some
ok 'the chip' 'code_is 0 && printed "VCEK HWID  *PASS"'
verify --hwid="$(printf '%0128d' 0)" some
ok 'another chip' 'code_is 2 && printed "^not trusted: VCEK HWID: wrong chip: .* from byte 63 on"'
make vcek hwid="$hwid" hwid-as=octets
verify --hwid="$hwid" some
ok 'as an OCTET STRING' 'code_is 0 && printed "VCEK HWID  *PASS"'
"$pki" vcek product=turin hwid=0102030405060708 hwid-as=octets >turin/vcek.der
run certs verify --time=$when --root=turin/ark.der --hwid=0102030405060708 turin
ok 'a chip of Turin' 'code_is 0 && printed "VCEK HWID  *PASS"'
run certs verify --time=$when --root=turin/ark.der --hwid="0102030405060708$(printf '%0112d' 0)" turin
ok 'as the firmware gives it' 'code_is 0 && printed "VCEK HWID  *PASS"'
some ark.der asvk.der vlek.der
verify --hwid="$hwid" some
ok 'no chip' 'code_is 2 && printed "^not trusted: VCEK HWID: missing link: there is no VCEK"'

# ---- this host

for generation in milan turin; do
	machine --generation=$generation
	id=$("$SEVADM" --device="sim:$sim" show identifier --json | jq -r '.identifiers[0].id')
	tcb=$("$SEVADM" --device="sim:$sim" show tcb --json | jq -r '.reported_tcb |
		"bl=\(.bootloader) tee=\(.tee) snp=\(.snp) ucode=\(.microcode)" + if .fmc then " fmc=\(.fmc)" else "" end')
	# shellcheck disable=SC2086 # words
	"$pki" vcek product=$generation hwid="$id" $tcb >$generation/vcek.der
	run certs verify --device="sim:$sim" --host --time=$when --root=$generation/ark.der \
		$generation/cert_chain $generation/vcek.der
	ok "the chip and the TCB of this host, $generation" 'code_is 0 && printed "VCEK TCB  *PASS" && printed "VCEK HWID  *PASS"'
	# shellcheck disable=SC2086 # words
	"$pki" vcek product=$generation hwid="$id" $tcb snp=77 >$generation/vcek.der
	run certs verify --device="sim:$sim" --host --time=$when --root=$generation/ark.der \
		$generation/cert_chain $generation/vcek.der
	ok 'another TCB than reported' 'code_is 2 && printed "^not trusted: VCEK TCB: wrong TCB: .*SNP 77 instead"'
done
run certs verify --device="sim:$work/none" --host milan
ok 'no host' 'code_is 4 && one_sentence'

# ---- lists of revoked certificates

some ark.der ask.der vcek.der
verify --crl=require some
ok 'none, though one is wanted' 'code_is 2 && printed "^not trusted: CRL: missing link: there is no list"'
verify --crl=milan/crl some
ok 'in a file of its own' 'code_is 0 && printed "CRL  *PASS"'
verify --crl=milan/ask.der some
ok 'which is another thing' 'code_is 2 && printed "^not trusted: CRL: missing link"'
# crl NAME CAUSE SENTENCE WORDS...
crl() {
	name=$1 cause=$2 sentence=$3
	shift 3
	make crl "$@"
	verify some
	fails "$name" "$cause" "$sentence"
}
crl 'a revoked ASK' revoked 'revoked: the ARK took the ASK with the serial number 010001 back' revoked=7,0x10001
make crl revoked=7,0x10101
verify some
ok 'another that is revoked' 'code_is 0 && printed "CRL  *PASS     2 revoked"'
crl 'an expired list' expired 'expired: the CRL was to be replaced at 2026-01-01' until=2026-01-01
crl 'one of tomorrow' not-yet-valid 'not yet valid: the CRL was made at 2026-11-29' from=2026-11-29
crl 'one that another signed' signature 'wrong signature: the key of the ARK did not sign this CRL' signer=genoa-ark
crl 'of another product' name 'wrong issuer: the CRL is by ARK-Genoa' issuer=ARK-Genoa
crl 'SHA-256' algorithm 'wrong algorithm: the CRL was signed by' hash=SHA256
crl 'a bit' signature 'wrong signature' flip=-1
make crl until=
verify some
ok 'without an end' 'code_is 0 && printed "at no date that it tells"'
some ark.der asvk.der vlek.der
crl 'a revoked ASVK' revoked 'revoked: the ARK took the ASVK' revoked=0x10101

# ---- no certificates

# none NAME SENTENCE FILE
none() {
	verify "$3"
	ok "$1" "code_is 2 && silent && one_sentence && said '$2'"
}
echo 'no certificate' >text
none 'something else' 'text: there is neither an X.509 certificate nor' text
: >empty
none 'nothing' 'empty: there is nothing in it' empty
head -c 700 milan/vcek.der >bad
none 'the beginning of DER' 'bad: truncated: what is at byte 0 has 700 of' bad
{ cat milan/vcek.der; echo x; } >bad
none 'more behind it' 'bad: trailing bytes: the 2 bytes from byte' bad
head -n 7 milan/cert_chain >bad
none 'the beginning of PEM' 'bad: truncated: the PEM at byte 0 has no end' bad
sed '3s/./!/' milan/cert_chain >bad
none 'PEM that is none' 'bad: the PEM at byte 0 is no base64' bad
none 'a key' 'key.pem: there is neither .* in the PEM' odd/key.pem
printf '\060\202\000\004abcd' >bad
none 'DER of another thing' 'bad: what is at byte 0 is neither' bad
mkdir empty.d
none 'an empty directory' 'empty.d: there is no file in it' empty.d
for _ in $(seq 65); do cat milan/vcek.der; done >bad
none 'too many' 'bad: there are more than 64' bad
mkdir bad.d
head -c 700 milan/vcek.der >bad.d/x
none 'a broken one in a directory' 'bad.d/x: truncated' bad.d
verify none
ok 'no file' 'code_is 1 && silent && one_sentence && said "read none: .*ENOENT"'
head -c 1100000 /dev/zero >big
verify big
ok 'a big file' 'code_is 1 && silent && one_sentence && said EFBIG'
some ark.der ask.der vcek.der
"$pki" ask cn="$(printf 'SEV\033[2J-Milan')" >some/ask.der
verify some
ok 'a name that would write on the terminal' 'code_is 2 && printed "SEV.x1b" && ! printed "$(printf "\033")"'

# ---- the command line

for words in '' '--time=now x' '--time=2026-13-01 x' '--time=2026-11-28T12:00:00 x' '--hwid=12 x' \
	"--hwid=$(printf '%0128dz' 0) x" "--hwid=zz$(printf '%014d' 0) x" '--tcb=x x' '--tcb=snp=256 x' '--tcb=snp= x' \
	'--tcb=firmware=1 x' '--tcb= x' '--host --tcb=0 x' '--crl x' '--dry-run x' "$(seq -s ' ' 33)"; do
	# shellcheck disable=SC2086 # words
	run certs verify $words
	ok "usage: '$words'" usage_error
done
some ark.der ask.der
make vcek from=2026-11-28T12:00:00Z
verify --time=2026-11-28T13:00:00+01:00 some
ok 'a time zone' 'code_is 0'
verify --time=2026-11-28T12:59:59+01:00 some
ok 'a second before' 'code_is 2 && printed "not yet valid"'

done_testing

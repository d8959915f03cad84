#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report verify with rules: each option and each member of a policy file, kept and broken; and
# policy files that are none.  How each value is compared is tested by
# tests/unit/lib_report_policy.c.
#   tests/pki/make_pki, make_report	make reports and certificates, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

pki=$(dirname "$SEVADM")/tests/pki/make_pki
make=$(dirname "$SEVADM")/tests/pki/make_report
if [ ! -x "$pki" ] || [ ! -x "$make" ]; then
	skip 'rules for reports' 'there is neither make_pki nor make_report'
	done_testing
fi
python=/usr/bin/python3
"$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null || python=
when=2026-11-28T12:00:00Z
mkdir "$work/milan"
"$pki" all "$work/milan" product=milan || exit 99
"$pki" vcek fmc=2 product=turin >"$work/turin.der" || exit 99
for kind in ark ask; do "$pki" $kind product=turin >"$work/turin-$kind.der" || exit 99; done
cd "$work" || exit 99

report() { "$make" "$@" >report || exit 99; }
verify() {
	run report verify --time=$when --root=milan/ark.der "$@" report milan
}
# hex DIGIT BYTES
hex() { printf "%0$(($2 * 2))d" 0 | tr 0 "$1"; }
# rule RULE VERDICT WANTED FOUND FROM - one of those that the last listed, with --json
rule() {
	jq -e --arg r "$1" --arg v "$2" --arg w "$3" --arg f "$4" --arg o "$5" \
		'[.rules[] | select(.rule == $r and .from == $o)] | length == 1 and
		 .[0] == {rule: $r, verdict: $v, wanted: $w, found: $f, from: $o}' "$out" >/dev/null
}

# policy MEMBER VALUE [MEMBER VALUE...] - a file with that, each VALUE as JSON
policy() {
	jq -n '{schema: 1}' >policy.json
	while [ $# -gt 1 ]; do
		jq --arg m "$1" --argjson v "$2" 'setpath($m | split("."); $v)' policy.json >next && mv next policy.json
		shift 2
	done
}

# kept HOW RULE WANTED FOUND FROM OPTIONS..., broken ...: with these options the rule holds, or does not
kept() {
	how=$1 r=$2 w=$3 f=$4 from=$5
	shift 5
	verify --json "$@"
	ok "$r: $how: kept" 'code_is 0 && quiet && json ".verdict.trusted" && rule "$r" PASS "$w" "$f" "$from"'
}
broken() {
	how=$1 r=$2 w=$3 f=$4 from=$5
	shift 5
	verify --json "$@"
	ok "$r: $how: broken" 'code_is 2 && quiet && json "(.verdict.trusted | not) and .verdict.refused_by == \"policy\" and
		.verdict.check == \"$r\" and .result.exit == 2 and all(.checks[]; .verdict != \"FAIL\")" &&
		rule "$r" FAIL "$w" "$f" "$from"'
	verify "$@"
	sentence=$(printf 'not trusted: the policy is not met: %s: wanted is %s, and found was %s' "$r" "$w" "$f" |
		sed 's/[].*^$[]/\\&/g')
	ok "$r: $how: the sentence" 'code_is 2 && quiet && printed "^$sentence$" && printed "^  $r  *FAIL "'
}

# both RULE FOUND OPTION GOOD WANTED BAD WANTED JSON-GOOD JSON-BAD - of the report that is there, as an
# option and in a file; OPTION has the value behind it
both() {
	covered="$covered $1"
	kept option "$1" "$5" "$2" options "$3$4"
	broken option "$1" "$7" "$2" options "$3$6"
	policy "$1" "$8"
	kept file "$1" "$5" "$2" policy.json --policy=policy.json
	valid yes policy.json
	policy "$1" "$9"
	broken file "$1" "$7" "$2" policy.json --policy=policy.json
	valid yes policy.json
}

# valid yes|no FILE - as the schema has it
valid() {
	[ "$python" ] || return 0
	is=$("$python" - "$top_srcdir/docs/schema/policy.json" "$2" <<-'EOT'
		import json, sys
		from jsonschema import Draft202012Validator
		schema = json.load(open(sys.argv[1]))
		Draft202012Validator.check_schema(schema)
		print("yes" if Draft202012Validator(schema).is_valid(json.load(open(sys.argv[2]))) else "no")
		EOT
	)
	should=$1
	ok "schema: $2: $1" '[ "$is" = "$should" ]'
}
covered=

# ---- numbers

report
for kind in current reported committed launch; do
	for part in bootloader:3 tee:0 snp:8 microcode:115; do
		level=${part#*:} part=${part%:*}
		both "min_tcb.$kind.$part" "$level" "--min-tcb=$kind:$part=" "$level" "at least $level" \
			$((level + 1)) "at least $((level + 1))" "$level" $((level + 1))
	done
	broken 'no FMC on Milan' min_tcb.$kind.fmc 'at least 0' 'none: this processor has no FMC' options --min-tcb=$kind:fmc=0
done
mv milan aside
mkdir milan
cp turin.der turin-ask.der milan
cp turin-ark.der milan/ark.der
report product=turin fmc=2
for kind in current reported committed launch; do
	both min_tcb.$kind.fmc 2 --min-tcb=$kind:fmc= 2 'at least 2' 3 'at least 3' 2 3
done
rm -r milan
mv aside milan
report version=3 svn=7 fw=1.55.24 policy=0x30133
for which in current committed; do
	both min_version.${which}_firmware 1.55.24 --min-version=$which-firmware= 1.55.24 'at least 1.55.24' \
		1.55.25 'at least 1.55.25' '"1.55.24"' '"1.55.25"'
done
both min_version.guest_abi 1.51 --min-version=guest-abi= 1.51 'at least 1.51' 1.52 'at least 1.52' '"1.51"' '"1.52"'
both min_version.report 3 --min-version=report= 3 'at least 3' 5 'at least 5' 3 5
both min_version.guest_svn 7 --min-version=guest-svn= 7 'at least 7' 8 'at least 8' 7 8
report vmpl=1
both vmpl 1 --vmpl= 1 1 2 2 1 2
both max_vmpl 1 --max-vmpl= 1 'at most 1' 0 'at most 0' 1 0

# ---- bits

for bit in smt:0x30000 single_socket:0x120000 cxl:0x220000 aes256_xts:0x420000 rapl_dis:0x820000 \
	ciphertext_hiding:0x1020000 page_swap_disable:0x2020000 debug:0xa0000 migrate_ma:0x60000; do
	raw=${bit#*:} bit=${bit%:*}
	report policy="$raw"
	both "guest_policy.$bit" set "--guest-policy=$(echo "$bit" | tr _ -)=" required required forbidden forbidden \
		'"required"' '"forbidden"'
	kept allowed "guest_policy.$bit" allowed set options "--guest-policy=$bit=allowed"
done
report policy=0x20000 platform=0
for bit in smt:1 tsme:2 ecc:4 rapl_dis:8 ciphertext_hiding:0x10 alias_check:0x20 tio:0x80; do
	raw=${bit#*:} bit=${bit%:*}
	report platform="$raw"
	both "platform_info.$bit" set "--platform-info=$(echo "$bit" | tr _ -)=" required required forbidden forbidden \
		'"required"' '"forbidden"'
	kept allowed "platform_info.$bit" allowed set options "--platform-info=$bit=allowed"
done
report committed-fw=1.55.23
both provisional_firmware '1.55.24 runs, and 1.55.23 is committed' --provisional= allowed allowed forbidden forbidden \
	'"allowed"' '"forbidden"'

# ---- bytes

report measurement="$(hex a 48)" host-data="$(hex b 32)" data="$(hex c 64)" family-id="$(hex d 16)" \
	image-id="$(hex e 16)" id-key="$(hex 1 48)" author-key="$(hex 2 48)" author=1
while read -r name size digit opt; do
	good=$(hex "$digit" "$size") bad=$(hex 9 "$size") third=$(hex 8 "$size")
	both "$name" "$good" "--$opt=" "$good" "$good" "$bad" "$bad" "\"$good\"" "[\"$bad\"]"
	kept 'one of two' "$name" "one of 2: $bad,$good" "$good" options "--$opt=$bad,$good"
	kept 'twice' "$name" "one of 2: $bad,$good" "$good" options "--$opt=$bad" "--$opt=$good"
	broken 'none of two' "$name" "one of 2: $bad,$third" "$good" options "--$opt=$bad,$third"
	policy "$name" "[\"$bad\", \"$good\"]"
	kept 'one of two in a file' "$name" "one of 2: $bad,$good" "$good" policy.json --policy=policy.json
done <<'EOT'
measurement 48 a measurement
host_data 32 b host-data
report_data 64 c report-data
family_id 16 d family-id
image_id 16 e image-id
id_key_digest 48 1 id-key
author_key_digest 48 2 author-key
EOT
chip=$("$SEVADM" --json report show report | jq -r .report.chip_id | tr -d '\n')
both chip_id "$chip" --chip-id= "$chip" "$chip" "$(hex 9 64)" "$(hex 9 64)" "\"$chip\"" "\"$(hex 9 64)\""
kept option author_key required set options --author-key=required
report
broken option author_key required 'not set' options --author-key=required
policy author_key '"required"'
broken file author_key required 'not set' policy.json --policy=policy.json
policy author_key '"allowed"'
kept file author_key allowed 'not set' policy.json --policy=policy.json
covered="$covered author_key"
both signing_key vcek --signing-key= vcek vcek vlek vlek '"vcek"' '"vlek"'
report signing=vlek hwid=masked
both signing_key vlek --signing-key= vlek vlek vcek vcek '"vlek"' '"vcek"'
broken 'masked' chip_id "$chip" 'none: it is masked' options --chip-id="$chip"

# a nonce in a file, or a digest of what is in one
head -c 64 /dev/zero | tr '\0' n >nonce
echo something >thing
report data="$(od -An -v -tx1 nonce | tr -d ' \n')"
nonce=$(od -An -v -tx1 nonce | tr -d ' \n')
kept 'in a file' report_data "$nonce" "$nonce" options --data-file=nonce
kept 'in a file, or else' report_data "one of 2: $(hex 1 64),$nonce" "$nonce" options --report-data="$(hex 1 64)" --data-file=nonce
broken 'a digest' report_data "$(sha512sum <thing | cut -c 1-128)" "$nonce" options --data-hash=thing
for size in 512 384 256; do
	digest=$(sha${size}sum <thing | cut -d ' ' -f 1)$(hex 0 $((64 - size / 8)))
	digest=$(echo "$digest" | cut -c 1-128)
	report data="$digest"
	kept "SHA-$size" report_data "$digest" "$digest" options --data-hash=thing:sha$size
done
broken 'in a file' report_data "$nonce" "$digest" options --data-file=nonce
for opt in --data-file=none --data-hash=none; do
	verify $opt
	ok "$opt" 'code_is 1 && silent && one_sentence && said "read none: .*ENOENT"'
done
verify --data-file=thing
ok 'a nonce that is too short' 'code_is 64 && silent && one_sentence && said "a report carries 64 bytes of data, and these are 10"'
verify --data-file=nonce --data-hash=thing
ok 'usage: two nonces' usage_error

# every rule that the schema of policies has was kept and broken
jq -r 'def leaves($p): to_entries[] | ($p + [.key]) as $q | .value as $v |
		if $v.properties then ($v.properties | leaves($q))
		elif $v["$ref"] == "#/$defs/tcb" then ("fmc", "bootloader", "tee", "snp", "microcode") | $q + [.]
		else $q end;
	[.properties | leaves([])] | .[] | join(".") | select(. != "schema" and . != "comment")' \
	"$top_srcdir/docs/schema/policy.json" | sort >wanted
echo "$covered" | tr ' ' '\n' | grep . | sort -u >covered
ok 'the schema has the rules that there are, and all were tried' 'diff wanted covered && [ "$(wc -l <wanted)" -gt 50 ]'

# ---- who wants it

report
verify --json
ok 'nobody says anything' 'code_is 0 && json "[.rules[] | .from] == [\"default\", \"default\", \"default\"]"'
verify
ok 'nobody says anything: text' 'code_is 0 && printed "^Rules$" &&
	printed "^  guest_policy.debug  *PASS  *forbidden  *not set  *default$"'
verify --porcelain --vmpl=0
ok 'porcelain' 'code_is 0 && printed "^rules	vmpl	PASS	0	0	options$"'
report policy=0xa0000
verify
ok 'a guest that can be debugged is refused' 'code_is 2 && printed "^not trusted: the policy is not met: guest_policy.debug: "'
verify --guest-policy=debug=allowed
ok 'unless that is allowed' 'code_is 0 && printed "^trusted"'
policy guest_policy.debug '"allowed"'
verify --policy=policy.json
ok 'by a file' 'code_is 0 && printed "^trusted"'
verify --policy=policy.json --guest-policy=debug=forbidden --json
ok 'the stricter of two holds: the option' 'code_is 2 && rule guest_policy.debug PASS allowed set policy.json &&
	rule guest_policy.debug FAIL forbidden set options'
report
policy min_tcb.reported.snp 9
verify --policy=policy.json --min-tcb=reported:snp=8 --json
ok 'the stricter of two holds: the file' 'code_is 2 && rule min_tcb.reported.snp PASS "at least 8" 8 options &&
	rule min_tcb.reported.snp FAIL "at least 9" 8 policy.json'
verify --min-tcb=reported:snp=9,bootloader=9,tee=0 --vmpl=3
ok 'how many are broken' 'code_is 2 && printed ", and 2 more$"'
report flip=0x50
verify --vmpl=3
ok 'a wrong signature goes before it' 'code_is 2 && printed "^not trusted: the signature does not hold" && printed "^  vmpl  *FAIL"'
report
cp "$top_srcdir/docs/examples/policy.json" example.json
verify --policy=example.json --json
ok 'the example is one' 'code_is 2 && json "[.rules[] | select(.verdict == \"FAIL\") | .rule] == [\"min_version.guest_svn\"]"'
valid yes example.json
report svn=2
"$SEVADM" report verify --time=$when --root=milan/ark.der --policy=- report milan <example.json >"$out" 2>"$err"
code=$?
ok 'and from standard input' 'code_is 0 && quiet && printed "^trusted"'

# ---- wrong policy files

# wrong JSON SENTENCE [VALID] - VALID: what the schema says of it, "no" unless told; "none": no JSON
wrong() {
	printf '%s' "$1" >bad.json
	verify --policy=bad.json
	ok "file: $1" "code_is 1 && silent && one_sentence && said ': bad.json: $2'"
	[ "${3:-no}" = none ] || valid "${3:-no}" bad.json
}
wrong '' 'it is no JSON: it ends too early' none
wrong '{"schema": 1' 'it is no JSON: it ends too early' none
wrong "{'schema': 1}" 'it is no JSON: line 1: names stand in double quotes' none
wrong '{
"schema": 1,
}' 'it is no JSON: line 3: ' none
wrong '{"schema": 1} x' 'it is no JSON: line 1: ' none
wrong '[]' 'a policy is an object'
wrong '{}' 'schema: it is missing'
wrong '{"schema": 2}' 'schema: it is not 1'
wrong '{"schema": 1, "vmpl": 0, "vmpl": 3}' 'a member is there twice' yes
wrong '{"schema": 1, "Debug": "forbidden"}' 'Debug: there is no such member in a policy'
wrong '{"schema": 1, "guest_policy": {"dbg": "forbidden"}}' 'guest_policy.dbg: there is no such member'
wrong '{"schema": 1, "guest_policy.debug": "forbidden"}' 'guest_policy.debug: there is no such member'
wrong '{"schema": 1, "min_tcb": {"reported": {"spl": 1}}}' 'min_tcb.reported.spl: there is no such member'
wrong '{"schema": 1, "min_tcb": {"latest": {}}}' 'min_tcb.latest: there is no such member'
wrong '{"schema": 1, "min_tcb": 3}' 'min_tcb: it takes an object'
wrong '{"schema": 1, "min_tcb": {"reported": {"snp": "8"}}}' 'min_tcb.reported.snp: it takes a whole number'
wrong '{"schema": 1, "min_tcb": {"reported": {"snp": 256}}}' "min_tcb.reported.snp: .256. is no number from 0 to 255"
wrong '{"schema": 1, "vmpl": null}' 'vmpl: it takes a whole number'
wrong '{"schema": 1, "max_vmpl": 4}' 'max_vmpl: .4. is no number from 0 to 3'
wrong '{"schema": 1, "min_version": {"current_firmware": 1.55}}' 'min_version.current_firmware: it takes a string'
wrong '{"schema": 1, "min_version": {"current_firmware": "1"}}' 'min_version.current_firmware: .1. is no version'
wrong '{"schema": 1, "guest_policy": {"debug": false}}' 'guest_policy.debug: it takes a string'
wrong '{"schema": 1, "guest_policy": {"debug": "no"}}' 'guest_policy.debug: .no. is neither required, allowed nor'
wrong '{"schema": 1, "provisional_firmware": "required"}' 'provisional_firmware: .required. is neither'
wrong '{"schema": 1, "signing_key": "VCEK"}' 'signing_key: .VCEK. is neither vcek nor vlek'
wrong '{"schema": 1, "author_key": "forbidden"}' 'author_key: .forbidden. is neither'
wrong '{"schema": 1, "measurement": []}' 'measurement: its list is empty'
wrong '{"schema": 1, "measurement": "00"}' 'measurement: .00. has 2 hexadecimal digits, and it takes 96'
wrong '{"schema": 1, "measurement": ["xyz"]}' 'measurement: .xyz. is not hexadecimal'
wrong '{"schema": 1, "measurement": 5}' 'measurement: it takes a string of hexadecimal digits'
wrong '{"schema": 1, "chip_id": "0011"}' 'chip_id: .0011. has 4 hexadecimal digits, and it takes 128 or 16'
wrong '{"schema": 1, "comment": 1}' 'comment: it takes a string'
printf '{"schema": 1}\0' >bad.json
verify --policy=bad.json
ok 'file: a NUL byte' "code_is 1 && silent && one_sentence && said 'bad.json: it is no JSON: line 1: a NUL byte'"
verify --policy=none.json
ok 'file: none' "code_is 1 && silent && one_sentence && said 'read none.json: .*ENOENT'"
verify --policy=bad.json --json
ok 'file: JSON' 'code_is 1 && json ".result.exit == 1 and (has(\"rules\") | not)"'

# a file that has the name by which options go is a file all the same
report measurement="$(printf '%096d' 5)"
printf '{"schema": 1, "measurement": ["%096d"]}' 6 >options
verify --policy=options --measurement="$(printf '%096d' 5)" --json
ok 'file: options' 'code_is 2 && json "[.rules[] | select(.rule == \"measurement\") | .verdict] | sort == [\"FAIL\", \"PASS\"]"'
rm options

# ---- the command line

for opt in min-tcb= min-tcb=snp=8 min-tcb=reported min-tcb=reported: min-tcb=reported:snp min-tcb=reported:snp= \
	min-tcb=reported:snp=256 min-tcb=reported:spl=1 min-tcb=best:snp=1 min-tcb=:snp=1 'min-tcb=reported:snp=1,' \
	min-version=2 min-version=report=x min-version=kernel=1 min-version=current-firmware=1 guest-policy=debug \
	guest-policy=debug=no guest-policy=dbg=allowed guest-policy==allowed platform-info=debug=allowed \
	provisional=required provisional vmpl=4 vmpl=-1 max-vmpl=x measurement= measurement=00 measurement=zz \
	'host-data=00,' report-data=0 family-id=00 image-id=x id-key=required author-key=allowed chip-id=00 \
	signing-key=cek policy; do
	verify "--$opt"
	ok "usage: --$opt" usage_error
done
verify --policy=policy.json --policy=policy.json
ok 'usage: two policy files' usage_error
# shellcheck disable=SC2046 # 65 options
verify $(yes -- --vmpl=0 | head -n 65)
ok 'usage: too many' usage_error

done_testing

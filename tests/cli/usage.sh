#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Mistakes in the command line: one clear sentence, exit code 64, nothing on
# standard output, nothing touched.
# shellcheck disable=SC1091,SC2016,SC2034,SC2094,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

offline_commands='cert:convert cert:show cert:verify csr:sign oca:new certs:export certs:import certs:fetch certs:lint certs:show certs:url certs:verify explain sim:create sim:show sim:act vlek:show
	attestation:show attestation:verify measurement:build measurement:verify
	secret:package secret:show session:new id:auth id:block id:digest id:show measure:explain measure:igvm measure:ovmf measure:sev measure:sev-es measure:snp vmsa:build vmsa:show vmsa:update'
offline_commands="$offline_commands report:show report:verify"
host_commands='decommission df-flush guest:doctor guests init key:derive report:get shutdown status teardown wbinvd commit config:diff config:reset config:set config:show firmware:show vlek:load vlek:verify cert:export owner:external owner:self
	owner:show pdh:export pdh:gen pek:csr pek:export
	pek:gen pek:import reset'
machine --snp-guests=1
keep

# ---- no command, no such command

run
ok 'no command' 'usage_error && said "name a command"'
for words in frobnicate sim 'sim frobnicate' '' status2 tear 'SIM create'; do
	# shellcheck disable=SC2086 # words
	run ${words:-''}
	ok "no such command: '$words'" 'usage_error'
done
run teardow
ok 'a command is not abbreviated' 'usage_error && said "no command .teardow."'

# ---- help and version, with and without a command

run --help
ok '--help' 'code_is 0 && quiet && printed "^Usage: sevadm"'
for command in $host_commands $offline_commands; do
	name=$(echo "$command" | tr : ' ')
	ok "--help lists $name" "printed '^  $name  *[A-Z]'"
done
ok 'and the exit codes' 'printed "64 usage"'
run --version
ok '--version' 'code_is 0 && quiet && printed "^sevadm [0-9]"'
version=$(cat "$out")
for command in $host_commands $offline_commands; do
	name=$(echo "$command" | tr : ' ')
	# shellcheck disable=SC2086 # one word or two
	run $name --help
	ok "$name --help" "code_is 0 && quiet && printed '^Usage: sevadm $name' &&
		printed --device && printed --dry-run"
	# shellcheck disable=SC2086
	run $name --usage
	ok "$name --usage" 'code_is 0 && quiet && printed "^Usage: sevadm"'
	# shellcheck disable=SC2086
	run $name --version
	ok "$name --version" 'code_is 0 && quiet && [ "$(cat "$out")" = "$version" ]'
done

# ---- unknown options

run --frobnicate
ok 'unknown option before the command' 'usage_error && said "unrecognized option .--frobnicate"'
run -Z status
ok 'unknown letter before the command' 'usage_error && said "invalid option"'
for command in $host_commands $offline_commands; do
	name=$(echo "$command" | tr : ' ')
	# shellcheck disable=SC2086
	run $name --frobnicate
	ok "$name: unknown option" 'usage_error && said "unrecognized option .--frobnicate"'
	# shellcheck disable=SC2086
	run $name -Z
	ok "$name: unknown letter" 'usage_error && said "invalid option"'
done

# ---- abbreviations: every proper prefix of every long option is refused

for command in '' $host_commands $offline_commands; do
	name=$(echo "$command" | tr : ' ')
	# shellcheck disable=SC2086
	"$SEVADM" $name --help </dev/null | grep -o -e '--[a-z][a-z-]*' | sort -u >"$work/options"
	ok "${name:-the program} has options" '[ "$(wc -l <"$work/options")" -ge 10 ]'
	bad=
	while read -r option; do
		abbreviated=${option%?}
		while [ "${#abbreviated}" -gt 2 ]; do
			if ! grep -qx -e "$abbreviated" "$work/options"; then
				# shellcheck disable=SC2086
				run $name "$abbreviated"
				code_is 64 && silent && said abbreviated || bad="$bad $abbreviated"
				# shellcheck disable=SC2086
				run $name "$abbreviated=x"
				code_is 64 && silent && said abbreviated || bad="$bad $abbreviated=x"
			fi
			abbreviated=${abbreviated%?}
		done
	done <"$work/options"
	ok "${name:-the program}: no abbreviation is taken" '[ -z "$bad" ] || { echo "# taken:$bad"; false; }'
done
host --ye teardown --guests=stop
ok '--ye before the command is not --yes' 'usage_error && said "abbreviated" && untouched'
host teardown --guests=stop --ye
ok '--ye after it neither' 'usage_error && said "abbreviated" && untouched'
host teardown --gu=stop --yes
ok '--gu is not --guests' 'usage_error && said "abbreviated" && untouched'

# ---- options with and without arguments

run --device
ok '--device without an argument' 'usage_error && said "requires an argument"'
run status --device
ok '--device without an argument, after the command' 'usage_error && said "requires an argument"'
run --yes=1 status
ok '--yes with an argument' 'usage_error && said "allow an argument"'
run --color=pink status
ok '--color=pink' 'usage_error && said "auto, always or never"'

host teardown --guests
ok 'teardown --guests without an argument' 'usage_error && untouched'
for value in '' kill stop: stop:x stop:-1 stop:86401 stop5 STOP decommissio; do
	host teardown --guests="$value" --yes
	ok "teardown --guests='$value'" 'usage_error && said "--guests takes" && untouched'
done
for command in teardown wbinvd; do
	for value in '' 0 -1 x 65536 1.5 99999999999999999999; do
		host $command --jobs="$value"
		ok "$command --jobs='$value'" 'usage_error && said "--jobs takes" && untouched'
	done
done

# ---- CPU lists

for list in '' x 1- -1 1-0 0,,1 '0,' ,0 0-1-2 '0 1' 0x1 8192 99999999999 0-8192 0:1 '0;1' ' 0'; do
	host wbinvd --cpus="$list"
	ok "wbinvd --cpus='$list'" 'usage_error && said "not a list of CPUs" && untouched'
done
for list in 8 0-8 100,200; do
	host wbinvd --cpus=$list
	ok "wbinvd --cpus=$list on a host with CPUs 0-7" \
		'code_is 64 && one_sentence && said "this host has no CPU" && unchanged'
done
keep
host wbinvd --broadcast --cpus=0
ok 'wbinvd --broadcast --cpus' 'usage_error && said broadcast && untouched'
host wbinvd --broadcast --jobs=1
ok 'wbinvd --broadcast --jobs' 'usage_error && said broadcast && untouched'
host wbinvd 3
ok 'wbinvd takes no argument' 'usage_error && said "Too many arguments" && untouched'

# ---- guest ids

host decommission --yes
ok 'decommission without a guest' 'usage_error && said "by id, or say --all" && untouched'
host decommission --all 1 --yes
ok 'decommission --all and an id' 'usage_error && said "by id, or say --all" && untouched'
for id in x '' -- '1 ' 0x 1x 18446744073709551616 1,2 1.0 +1; do
	[ "$id" = -- ] && id=-1
	host decommission --yes -- "$id"
	ok "decommission '$id'" 'usage_error && said "not the id of a guest" && untouched'
done
host decommission 1 0x1 --running --yes
ok 'decommission of the same guest twice' 'usage_error && said "named twice" && untouched'
for id in 0 2 99 18446744073709551615; do
	host decommission --yes --running $id
	ok "decommission of guest $id, which there is not" \
		'code_is 1 && said "no guest with id $id" && unchanged'
done
host decommission --yes --running 1 2
ok 'all ids are checked before the first goes' 'code_is 1 && said "no guest with id 2" && unchanged'
keep

# ---- the rest

host shutdown --legacy --strict
ok 'shutdown --legacy --strict' 'usage_error && untouched'
for command in status guests init 'df-flush' shutdown teardown; do
	host $command surplus
	ok "$command takes no argument" 'usage_error && said "Too many arguments" && untouched'
done

run explain
ok 'explain nothing' 'usage_error && said "name a status"'
run explain 1 2
ok 'explain two: no line of a log' 'code_is 2 && printed "no driver logs such a line"'
for status in '' nonsense 0x 0xg 1x -2 -- 15,16 SEV_RET_ DFFLUSH 1e1 --1; do
	case $status in --*) continue ;; esac
	run explain -- "$status"
	ok "explain '$status'" 'code_is 64 && silent && one_sentence && said "is no firmware status"'
done
for status in 0x1e 30 0x34 0x7f 254 0xffff 65535 18446744073709551616 99999999999999999999999; do
	run explain $status
	ok "explain $status: no such number" \
		'code_is 2 && silent && one_sentence && said "no firmware status has the number"'
done
run explain 15 --command=FROBNICATE
ok 'explain of a command that is not' 'code_is 64 && one_sentence && said "no firmware command"'
run explain nonsense --json
ok 'explain: one object also on failure' \
	'code_is 64 && json ".result.done == false and .result.exit == 64"'

for option in cpus=0 cpus=2049 cpus=x threads-per-core=3 threads-per-core=0 cores-per-ccx=17 \
	cores-per-ccx=0 sockets=3 sockets=0 snp-guests=-1 snp-guests=1001 vcpus=65 vcpus=0 \
	wbinvd-us=0 wbinvd-us=1000001 wbinvd-us=x \
	offline=x offline=1- stubborn-guests=x; do
	run sim create "$work/none.sim" --$option
	ok "sim create --$option" 'code_is 64 && silent && said "^sevadm:* sim create: " &&
		[ ! -e "$work/none.sim" ]'
done
run sim create
ok 'sim create without a file' 'usage_error && said "name the file"'
run sim create "$work/a" "$work/b"
ok 'sim create of two files' 'usage_error && [ ! -e "$work/a" ] && [ ! -e "$work/b" ]'
run sim show
ok 'sim show without a file' 'usage_error'
run sim show "$sim" "$sim"
ok 'sim show of two files' 'usage_error'
run sim act "$sim"
ok 'sim act without an action' 'usage_error && untouched'
for action in frobnicate offline= offline=x offline=99 start=vm start=snp:0 kill=x fail=SNP_DF_FLUSH \
	fail=X:1 fail=SNP_DF_FLUSH:X fail=SNP_DF_FLUSH:1:0 timeout=X access=some allow=x sleep=x \
	deaf=99 = launch= launch=plain launch=snp-launching launch=vm launch=sev,policy launch=sev,policy=x launch=sev,frob=1 \
	launch=sev,godh="$sim" launch=sev,session=/etc/hostname \
	launch=sev,memory=/etc launch=snp,id-block=/etc/hostname launch=snp,author-key=maybe \
	launch=sev,vcek=no launch=snp,measurement="$work/none" launch=snp,host-data=00 secret=x \
	attest=1,nonce=xy guest-error=x guest-error=busy:0 guest-vmpl=1 guest-vmpl=1:4 \
	guest-certs=/dev/zero firmware=1.2 firmware=1.55.300 firmware=1.55.3:x; do
	run sim act "$sim" "$action"
	ok "sim act $action" 'code_is 64 && said "^sevadm: sim act: " && unchanged'
done

for action in guest-certs=/none guest-vmpl=77:0; do
	run sim act "$sim" "$action"
	ok "sim act $action" 'code_is 4 && said "^sevadm: sim act: " && unchanged'
done
for action in launch=sev,godh=/none secret=1 finish=77777 attest=1; do
	run sim act "$sim" "$action"
	ok "sim act $action" 'code_is 1 && said "^sevadm: sim act: " && unchanged'
done

# ---- the same with --json: said on standard error, and in one object of the result's shape

# in_json MESSAGE - the last run: a usage error in words and as JSON, with this message
in_json() {
	code_is 64 && json '.schema == 1 and .result.done == false and .result.exit == 64' &&
		[ "$(jq -r .result.message "$out")" = "$1" ] &&
		[ "$(grep -c '^sevadm[a-z -]*: ' "$err")" -eq 1 ] && said "$1"
}
run --json
ok 'JSON: no command' 'in_json "name a command; --help lists them" && json "has(\"command\") | not"'
run frobnicate --json
ok 'JSON: no such command' 'in_json "there is no command .frobnicate.; --help lists them" ||
	json ".result.message | startswith(\"there is no command\")"'
run sim --json
ok 'JSON: sim alone' 'in_json "say sim act or sim create or sim set or sim show or sim step"'
host teardown --json --ye
ok 'JSON: abbreviated' 'json ".command == \"teardown\" and .result.exit == 64 and
	(.result.message | endswith(\"is abbreviated: spell it out\"))" && untouched'
host wbinvd --jobs=x --json
ok 'JSON: a value that is none' 'code_is 64 && json ".command == \"wbinvd\" and
	(.result.message | contains(\"--jobs\")) and (.result.remedy | startswith(\"Try\"))" && untouched'
host status --frobnicate --json
ok 'JSON: what getopt complains of' 'in_json "unrecognized option .--frobnicate." ||
	json ".result.message | contains(\"frobnicate\")"'
host --json --porcelain status
ok 'JSON: two forms at once' 'in_json "say --json or --porcelain, not both"'
run explain -- --json
ok 'behind -- it is no option' 'code_is 64 && silent'
run explain --help --json
ok 'help is help' 'code_is 0 && quiet && printed "^Usage: "'
run --json explain 15
ok 'nothing is held back when all is well' 'code_is 0 && quiet && json ".result.done"'

# ---- --dry-run where there is nothing to leave undone

for words in 'status' 'guests' 'explain 1' "sim show $sim" "sim create $work/none.sim" \
	"sim act $sim offline=3"; do
	keep
	# shellcheck disable=SC2086
	host $words --dry-run
	ok "${words%% /*}: --dry-run is refused" \
		'code_is 64 && said "knows no --dry-run" && untouched && [ ! -e "$work/none.sim" ]'
done

# ---- one JSON object, whatever was said

bad=$(printf 'foo\377')
for words in "--json $bad" "--json check $bad" "--json teardown --only=$bad" "--json explain $bad" \
	"--json --device=sim:$bad status" "teardown --plan json --jobs=0" "status --format json --bogus"; do
	# shellcheck disable=SC2086
	run $words
	ok "JSON: $(printf %s "$words" | tr '\377' '?')" '! code_is 0 && iconv -f UTF-8 "$out" >/dev/null &&
		json ".result.exit > 0 and (.result.message | length) > 0"'
done
run --json "$bad"
ok 'a byte that is no UTF-8 is told as one' 'json ".result.message | contains(\"foo\\\\xff\")"'
run --json teardown --guests=stop --only=x
ok 'a remedy that was wrapped is whole' 'json ".result.remedy | endswith(\"for more information.\")"'
run --json "$(printf 'foo\nbar')"
ok 'a newline in a word is no end of the message' \
	'json "(.result | has(\"remedy\") | not) and (.result.message | contains(\"bar\"))"'

done_testing

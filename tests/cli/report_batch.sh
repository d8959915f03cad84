#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report verify --batch: many reports, a line of JSON for each, in their order.
#   tests/pki/make_pki, make_report	make reports and certificates, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

pki=$(dirname "$SEVADM")/tests/pki/make_pki
make=$(dirname "$SEVADM")/tests/pki/make_report
if [ ! -x "$pki" ] || [ ! -x "$make" ]; then
	skip 'many reports' 'there is neither make_pki nor make_report'
	done_testing
fi
when=2026-11-28T12:00:00Z
cd "$work" || exit 99
mkdir milan certs good mixed empty
"$pki" all milan product=milan || exit 99
cp milan/ask.der milan/vcek.der milan/asvk.der milan/vlek.der certs
"$pki" ask product=turin >certs/turin-ask.der || exit 99
"$pki" vcek product=turin >certs/turin-vcek.der || exit 99
"$pki" vcek snp=7 >certs/older.der || exit 99

batch() { run report verify --time=$when --root=milan/ark.der "$@" certs; }
# one CONDITION - each line of the last is an object, and together they are so
lines() { jq -s -e "$1" "$out" >/dev/null; }

"$make" data=01 >good/1
"$make" data=02 version=5 >good/2
"$make" data=03 signing=vlek >good/3
"$make" reported=0x7307000000000003 >good/4
"$make" version=2 | od -An -v -tx1 >good/5
"$make" | base64 >good/6
batch --batch=good
ok 'a directory: all are trusted' 'code_is 0 && quiet && [ "$(wc -l <"$out")" = 6 ] && lines "length == 6 and
	([.[].file] == [\"good/1\", \"good/2\", \"good/3\", \"good/4\", \"good/5\", \"good/6\"]) and
	all(.[]; .schema == 1 and .command == \"report verify\" and .verdict == {trusted: true, root: \"own\"} and
		.result.done and .result.exit == 0 and (.rules | length == 3) and all(.checks[]; .verdict == \"SKIP\"))"'
for file in good/*; do
	run report verify --time=$when --root=milan/ark.der "$file" certs
	ok "$file: by itself" 'code_is 0 && printed "^trusted, by your own root"'
done
printf 'good/3\n\ngood/1\r\ngood/3\n' >list
batch --batch=list
ok 'a list: its order, names twice, empty lines' 'code_is 0 && lines "[.[].file] == [\"good/3\", \"good/1\", \"good/3\"]"'
"$SEVADM" report verify --time=$when --root=milan/ark.der --batch=- certs <list >"$out" 2>"$err"
code=$?
ok 'a list from standard input' 'code_is 0 && quiet && lines "[.[].file] == [\"good/3\", \"good/1\", \"good/3\"]"'
batch --batch=list --json
ok '--json is what it is anyway' 'code_is 0 && lines "length == 3"'
batch --batch=empty
ok 'nothing is no answer' 'code_is 1 && silent && one_sentence && said "there is no report in it"'
mkdir -p odd/sub && ln -sf nowhere odd/dangling && mkfifo odd/pipe
batch --batch=odd
ok 'nothing in a directory is passed over' 'code_is 1 && lines "length == 3 and all(.result.exit == 1)"'

# one answer as soon as it is there, and not when all are
mkfifo questions
"$SEVADM" report verify --time=$when --root=milan/ark.der --batch=questions certs >answers 2>"$err" &
pid=$!
exec 9>questions
for n in 1 2 3; do
	echo good/$n >&9
	i=0
	while [ "$(wc -l <answers)" -lt $n ] && [ $i -lt 200 ]; do
		i=$((i + 1))
		sleep 0.05
	done
	ok "flushed: $n" '[ "$(wc -l <answers)" = $n ]'
done
exec 9>&-
wait $pid
code=$?
ok 'and then it ends' 'code_is 0'

# ---- what is wrong with some

cp good/1 mixed/a
"$make" flip=0x50 >mixed/b
"$make" product=turin >mixed/c
"$make" vmpl=0xffffffff >mixed/d
"$make" policy=0xa0000 >mixed/e
head -c 100 good/1 >mixed/f
"$make" hwid="$(printf %0128d 7)" >mixed/g
cp good/2 mixed/h
for jobs in 1 2 7; do
	batch --batch=mixed --jobs=$jobs
	ok "some are refused, $jobs at a time" 'code_is 2 && quiet && lines "[.[].result.exit] == [0, 2, 2, 2, 2, 2, 2, 0] and
		([.[].verdict.refused_by] == [null, \"signature\", \"certificate\", \"policy\", \"policy\", null, \"certificate\", null]) and
		([.[].verdict.check][3:5] == [\"requester\", \"guest_policy.debug\"]) and
		(.[5] | has(\"verdict\") | not) and (.[5].result.message | startswith(\"mixed/f: this is no attestation report\")) and
		(.[1].result.message | startswith(\"not trusted: the signature does not hold\"))"'
done
batch --batch=mixed --accept=host-report --guest-policy=debug=allowed
ok 'what is accepted' 'code_is 2 && lines "[.[].result.exit] == [0, 2, 2, 0, 0, 2, 2, 0] and (.[3].checks |
	any(.[]; .check == \"requester\" and .accepted))"'
printf '{"schema": 1, "report_data": "%0128d"}' 5 >policy.json
batch --batch=good --policy=policy.json
ok 'a policy' 'code_is 2 && lines "all(.[]; .verdict.check == \"report_data\" and ([.rules[] | select(.verdict == \"FAIL\")] |
	length == 1 and .[0].from == \"policy.json\"))"'
printf 'good/1\nnone\nmixed/b\ngood/2\n' >list
batch --batch=list
ok 'one that cannot be read' 'code_is 1 && one_sentence && said "list: 1 of the reports could not be read" &&
	lines "[.[].result.exit] == [0, 1, 2, 0] and (.[1].result.message | test(\"read none: .*ENOENT\")) and (.[1].result.done | not)"'
yes good/1 | head -n 500 >list
echo mixed/b >>list
yes good/2 | head -n 499 >>list
batch --batch=list --jobs=4
ok 'a thousand, in their order' 'code_is 2 && lines "length == 1000 and ([.[].file] | .[0:500] | all(. == \"good/1\")) and
	(.[500] | .file == \"mixed/b\" and (.verdict.trusted | not)) and ([.[].file] | .[501:] | all(. == \"good/2\")) and
	([.[] | select(.verdict.trusted)] | length == 999)"'
if [ -w /dev/full ]; then
	"$SEVADM" report verify --time=$when --root=milan/ark.der --batch=list certs >/dev/full 2>"$err" </dev/null
	code=$?
	ok 'nobody can take the answers' 'code_is 1 && said "write the answers: No space left"'
fi

# ---- what is wrong before

cannot() {
	batch "$@"
	ok "cannot: $*" 'code_is 1 && one_sentence && [ "$(wc -l <"$out")" -gt 1 ] && json ".result.exit == 1"'
}
cannot --batch=good --policy=none
cannot --batch=good --crl=none
batch --batch=none
ok 'no list' 'code_is 1 && one_sentence && silent && said "read none: .*ENOENT"'
for words in '--batch=good' '--jobs=2 good/1 certs' '--batch=good --jobs=0 certs' '--batch=good --jobs=x certs' \
	'--batch=good --jobs=1025 certs' '--batch=good --porcelain certs' '--batch certs' '--batch=good --vmpl=9 certs'; do
	# shellcheck disable=SC2086 # words
	run report verify $words
	ok "usage: $words" 'code_is 64 && silent && said .'
done

done_testing

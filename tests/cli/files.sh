#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hosts that cannot be opened: damaged and foreign files, no device, no
# permission, a kernel without the companion patch.  One clear sentence, the
# right exit code, nothing changed.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

changing='wbinvd|wbinvd --broadcast|df-flush|df-flush --legacy|shutdown|shutdown --legacy|init|
decommission --all --running --yes|teardown|teardown --guests=stop --yes|
teardown --guests=decommission --yes'

# each COMMANDS NAME CONDITION - the same of each, one result
each() {
	printf '%s\n' "$1" | tr '|' '\n' | sed '/^$/d' >"$work/commands"
	each_bad=
	while read -r words; do
		# shellcheck disable=SC2086 # words
		host $words
		eval "$3" >"$work/each" 2>&1 || each_bad="$each_bad '$words' (exit $code)"
	done <"$work/commands"
	ok "$2" '[ -z "$each_bad" ] || { echo "# not so:$each_bad"; false; }'
}

# ---- files that are no simulated host

# refused NAME CODE SENTENCE - status, a change, and sim show of $sim all say so
refused() {
	cp "$sim" "$work/before" 2>/dev/null
	host status
	ok "$1: status" "code_is $2 && one_sentence && said '$3'"
	host status --json
	ok "$1: as JSON, one object" "code_is $2 && json '.result.done == false and .result.exit == $2
		and .simulated == true'"
	host teardown --guests=decommission --yes
	ok "$1: teardown" "code_is $2 && one_sentence && said '$3'"
	run sim show "$sim"
	ok "$1: sim show" "said '$3' && ! code_is 0 && silent"
	run sim act "$sim" reload
	ok "$1: sim act" "said '$3' && ! code_is 0 && silent"
	[ ! -e "$work/before" ] || ok "$1: the file is as it was" 'cmp "$sim" "$work/before"'
	rm -f "$work/before" "$sim"
}

refused 'no file' 4 'no such simulated machine'
: >"$sim"
refused 'empty' 1 'not a simulated machine'
printf 'hello, world\n' >"$sim"
refused 'text' 1 'not a simulated machine'
head -c 30000000 /dev/zero >"$sim"
refused 'zeros' 1 'not a simulated machine'

machine --snp-guests=1
cp "$sim" "$work/good"
head -c 20 "$work/good" >"$sim"
refused 'the first 20 bytes' 1 'damaged: the file is cut short'
size=$(wc -c <"$work/good")
head -c $((size / 2)) "$work/good" >"$sim"
refused 'the first half' 1 'damaged: .* bytes instead of'
{ cat "$work/good"; echo; } >"$sim"
refused 'a byte too many' 1 'damaged: .* bytes instead of'
# one byte of each sixteenth of the file
i=1
while [ $i -lt 16 ]; do
	cp "$work/good" "$sim"
	at=$((size * i / 16))
	byte=$(od -An -tu1 -j $at -N 1 "$sim")
	# shellcheck disable=SC2059 # an octal escape
	printf "\\$(printf %03o $(((byte + 1) % 256)))" |
		dd of="$sim" bs=1 seek=$at conv=notrunc 2>/dev/null
	host status
	# pages that hold nothing are not summed up
	ok "byte $at flipped: noticed, or nobody's" '{ code_is 1 && one_sentence && said damaged; } ||
		{ code_is 0 && printed INIT; }'
	[ "$code" -ne 1 ] || noticed=yes
	i=$((i + 1))
done
ok 'some of them are noticed' '[ -n "${noticed-}" ]'
cp "$work/good" "$sim"
printf '\001' | dd of="$sim" bs=1 seek=30000 conv=notrunc 2>/dev/null
host status
ok 'a byte of the machine itself changed: noticed' 'code_is 1 && one_sentence && said damaged'
cp "$work/good" "$sim"
printf '\377\377' | dd of="$sim" bs=1 seek=16 conv=notrunc 2>/dev/null
refused 'another version' 1 'made by another version'

mkdir "$sim"
host status
ok 'a directory' 'code_is 1 && one_sentence && said "[Ii]s a directory\|not a simulated machine"'
rmdir "$sim"
mkfifo "$sim"
host status
ok 'a FIFO: does not hang' 'code_is 1 && one_sentence && said "not a simulated machine"'
rm "$sim"
ln -s host.sim "$sim"
host status
ok 'a link to itself' 'code_is 1 && one_sentence'
rm "$sim"

# ---- making one where something is

cp "$work/good" "$sim"
keep
run sim create "$sim"
ok 'sim create: a host is there' 'code_is 1 && one_sentence && said "is there already" && untouched'
echo precious >"$work/precious"
run sim create --force "$work/precious"
ok 'sim create --force: not over something else' 'code_is 1 && one_sentence &&
	said "not overwritten" && [ "$(cat "$work/precious")" = precious ]'
run sim create "$work/no/such/dir"
ok 'sim create in no directory' 'code_is 4 && one_sentence && said "No such file"'
ok 'nothing half made is left' '[ "$(find "$work" -name "host.sim.*" | wc -l)" -eq 0 ]'
run sim create "$work/mode.sim"
ok 'only its owner may read it' '[ "$(stat -c %a "$work/mode.sim")" = 600 ]'

# ---- kinds of device

for device in nonsense '' sim sim: kernel: /dev/sev KERNEL record:x; do
	run --device="$device" status
	ok "--device='$device'" 'code_is 64 && one_sentence && said "no kind of device"'
	run --device="$device" teardown --guests=stop --yes --json
	ok "--device='$device', as JSON" 'code_is 64 && json ".result.done == false and .plan == []"'
done
run --device=nonsense explain 15
ok 'explain opens no device' 'code_is 0 && printed DFFLUSH_REQUIRED'

# ---- this machine

if [ -e /dev/sev ] || [ -e /dev/sev-debug ]; then
	skip 'no device' 'this machine has one'
else
	sim_kept=$sim
	host() { run "$@"; }
	each "status|$changing" 'no device: exit 4 and one sentence' 'code_is 4 && one_sentence &&
		said "open /dev/sev.*No such file or directory (ENOENT)"'
	each "wbinvd|df-flush|shutdown|init|decommission --all|teardown|teardown --guests=stop" \
		'no device: a dry run neither' 'host $words --dry-run; code_is 4 && one_sentence'
	run status --json
	ok 'no device: the host is there all the same' 'code_is 4 && json ".simulated == false and
		.host.sev_debug == false and (.host.cpus_online | length) > 0 and
		.result.errno_name == \"ENOENT\""'
	run guests
	ok 'no device: guests knows of no list' 'code_is 4 && said "open /dev/sev: "'
	sim=$sim_kept
	host() { run --device="sim:$sim" "$@"; }
fi

# ---- no permission

cp "$work/good" "$sim"
as_nobody=
if [ "$(id -u)" -ne 0 ]; then
	as_nobody=' '
elif command -v setpriv >/dev/null && setpriv --reuid=65534 --regid=65534 --clear-groups \
	"$SEVADM" --version >/dev/null 2>&1; then
	as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
fi
if [ -n "$as_nobody" ]; then
	chmod 755 "$work"
	chmod 000 "$sim"
	code=0
	# shellcheck disable=SC2086 # a command and its options
	$as_nobody "$SEVADM" --device="sim:$sim" status </dev/null >"$out" 2>"$err" || code=$?
	last='status as nobody'
	ok 'a file that may not be read' 'code_is 3 && one_sentence && said "Permission denied" &&
		! said create'
	code=0
	# shellcheck disable=SC2086
	$as_nobody "$SEVADM" --device="sim:$sim" --json teardown </dev/null >"$out" 2>"$err" || code=$?
	ok 'and as JSON' 'code_is 3 && json ".result.exit == 3 and .result.errno_name == \"EACCES\""'
	code=0
	# shellcheck disable=SC2086
	$as_nobody "$SEVADM" sim show "$sim" </dev/null >"$out" 2>"$err" || code=$?
	ok 'sim show of it' 'code_is 3 && one_sentence && said "Permission denied"'
	mkdir -m 755 "$work/closed"
	code=0
	[ "$(id -u)" -eq 0 ] || chmod 555 "$work/closed"
	# shellcheck disable=SC2086
	$as_nobody "$SEVADM" sim create "$work/closed/a" </dev/null >"$out" 2>"$err" || code=$?
	ok 'sim create where nothing may be made' 'code_is 3 && one_sentence && [ ! -e "$work/closed/a" ]'
	chmod 600 "$sim"
else
	skip 'a file that may not be read' 'cannot become nobody'
fi

machine --snp-guests=1
act access=none >/dev/null
keep
each "status|guests|$changing" 'the nodes may not be opened: exit 3 and one sentence' \
	'code_is 3 && one_sentence && said "open /dev/sev.*: Permission denied (EACCES)" && unchanged'
act access=ro >/dev/null
keep
each "status|guests" 'the nodes may be read only: what reads works' 'code_is 0'
each "$changing" 'what changes ends with 3, unchanged' \
	'code_is 3 && one_sentence && said "open /dev/sev.*: Permission denied (EACCES)" && unchanged'
each "wbinvd --dry-run|df-flush --dry-run|shutdown --dry-run|init --dry-run|
decommission --all --running --dry-run|teardown --guests=stop --dry-run" \
	'a dry run needs no write access' 'code_is 0 && unchanged'

# ---- a kernel without the companion patch

machine --snp-guests=1 --sev-guests=1 --no-patch
keep
host status --json
ok 'no patch: status' 'code_is 0 && json ".host.sev_debug == false and .snp.state == \"INIT\" and
	.sev.state == \"WORKING\" and (has(\"driver\") | not)"'
host guests --json
ok 'no patch: guests has processes and counts' 'code_is 0 && said "without /dev/sev-debug" &&
	json ".list_complete == false and .guests == [] and (.processes | length) == 2 and
		.firmware_counts == {\"snp\": 1, \"sev\": 1}"'
each "${changing%%|teardown*}|teardown --guests=decommission --yes|recover" 'no patch: what needs it ends with 4' 'code_is 4 && one_sentence &&
	said "open /dev/sev-debug: No such file" && said "companion patch" && unchanged'

done_testing

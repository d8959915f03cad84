#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Many programs on one simulated host at once, and a large one.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# beside N WORDS... - N of them in the background; exit codes in $work/codes
beside() {
	n=$1
	shift
	while [ "$n" -gt 0 ]; do
		(
			"$SEVADM" --device="sim:$sim" "$@" -q </dev/null >/dev/null 2>"$work/beside.$1.$n"
			echo "$1 $?" >>"$work/codes"
		) &
		n=$((n - 1))
	done
}

: >"$work/codes"
machine --cpus=16 --snp-guests=20 --sev-guests=4 --leaked-guests=2
beside 6 status
beside 6 guests
beside 6 wbinvd
beside 3 wbinvd --broadcast
host teardown --guests=stop --yes --json
cp "$out" "$work/teardown"
beside 3 status
beside 3 wbinvd
wait
cp "$work/teardown" "$out"
ok 'a teardown beside others: down' 'code_is 0 && json ".result.done"'
ok 'all of them ended well' '[ "$(wc -l <"$work/codes")" -eq 27 ] && ! grep -v " 0$" "$work/codes"'
host status --json
ok 'the file is whole' 'code_is 0 && json ".sev.state == \"UNINIT\" and .snp.state == \"UNINIT\""'
run sim show "$sim" --json
ok 'and nobody owes a WBINVD' 'code_is 0 && json ".machine.wbinvd_pending == 0 and
	.machine.asids_dirty == 0"'

# two teardowns: one of them does it, or both do a part; neither breaks it
: >"$work/codes"
machine --snp-guests=10
beside 4 teardown --guests=decommission --yes
wait
ok 'four teardowns at once: at least one ends well' 'grep -q "teardown 0" "$work/codes"'
ok 'none crashes' '! grep -v " [0-6]$" "$work/codes"'
host teardown --json
ok 'and it is down' 'code_is 0 && json ".result.message | contains(\"down already\")"'

# one that is killed while it works leaves the file readable, or says that it is not
machine --cpus=256 --snp-guests=100
tries=0
while [ $tries -lt 5 ]; do
	"$SEVADM" --device="sim:$sim" wbinvd -q >/dev/null 2>&1 &
	pid=$!
	sleep 0.01
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	tries=$((tries + 1))
done
host status
ok 'killed in the middle: the file is good, or says why not' 'code_is 0 ||
	{ code_is 1 && one_sentence && said "was killed while it changed"; }'

# ---- large

machine --cpus=1024 --cores-per-ccx=8 --snp-guests=450 --sev-guests=30 --sev-es-guests=20
host guests --json
ok '500 guests are listed' 'code_is 0 && json "(.guests | length) == 500 and
	([.guests[].id] | unique | length) == 500 and .firmware_counts == {\"snp\": 450, \"sev\": 50}"'
host teardown
ok '500 guests are refused, each of them named' 'code_is 5 &&
	said "500 guests are alive" && said "and those warned of" &&
	[ "$(grep -c "\[[0-9]*\]" "$err")" -ge 480 ]'
host teardown --guests=stop --yes --json
ok '1,024 CPUs and 500 guests: down' 'code_is 0 && json ".result.done and
	([.steps[] | select(.command == \"SIGTERM\")] | length) == 500 and
	([.steps[] | select(.command == \"WBINVD\" and .errno == 0) | .cpu] | unique | length) == 1024"'
machine --cpus=2048 --sockets=2 --cores-per-ccx=8 --snp-guests=2
host teardown --guests=decommission --yes --json --jobs=7
ok '2,048 CPUs by seven workers' 'code_is 0 &&
	json "([.steps[] | select(.command == \"WBINVD\") | .cpu] | unique | length) == 2048"'
# no threads to be had but a few: those there are take the rest
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	machine --cpus=256
	chmod 711 "$work"
	chmod 666 "$sim"
	code=0
	prlimit --nproc=20 setpriv --reuid=64999 --regid=64999 --clear-groups \
		"$SEVADM" --device="sim:$sim" wbinvd --json </dev/null >"$out" 2>"$err" || code=$?
	last='wbinvd with 20 threads'
	ok 'few threads to be had: every CPU all the same' 'code_is 0 &&
		json "([.steps[] | select(.command == \"WBINVD\" and .errno == 0) | .cpu] | unique |
			length) == 256"'
else
	skip 'few threads to be had: every CPU all the same' 'needs another user'
fi

done_testing

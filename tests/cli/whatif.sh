#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What if: a simulated host changed, and stepped through.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# ------------------------------------------------------------------------ sim set
set_it() { run sim set "$sim" "$@"; }
shown() { "$SEVADM" --json sim show "$sim" | jq -e "$1" >/dev/null; }
machine
set_it wbinvd-us=3000 access=ro lockdown=integrity units=libvirt virsh=fails systemctl=missing clock=9000
ok 'everything at once' 'code_is 0 && quiet && shown ".machine | .wbinvd_us == 3000 and .access == \"ro\" and
	.lockdown == \"integrity\" and .units == \"libvirt\" and .virsh == \"fails\" and
	.systemctl == \"missing\" and .uptime_ns >= 9000000000000"'
set_it access=rw lockdown=none
act start=snp start=snp@service >"$work/pids"
ok 'VMMs live where they are told to from now on' 'shown ".guests | map(.unit[0:7]) == [\"machine\", \"vm@1213\"]"'
host --json wbinvd
ok 'a WBINVD takes as long as it was told' 'code_is 0 && json ".steps | all(.duration_ns >= 3000000)"'
machine
set_it kernel=7.3.4
ok 'another kernel comes with the next kexec' 'code_is 0 && shown ".machine | .kernel == \"6.12.117-sim\" and
	.next_kernel == \"7.3.4\""'
host -q teardown
act kexec >"$work/boots"
ok 'and no earlier' 'shown ".machine | .kernel == \"7.3.4\" and .boots == 2 and (has(\"next_kernel\") | not)"'
host status
ok 'it runs' 'code_is 0'
act sleep=7200 >"$work/slept"
keep
for words in 'access=rw' 'wbinvd-us=9 clock=5' 'wbinvd-us=9 cpus=16' 'wbinvd-us=9 generation=turin' 'wbinvd-us=9 tio=yes' \
	'wbinvd-us=9 frobnicate=1' 'wbinvd-us=9 access' 'wbinvd-us=9 access=maybe' 'wbinvd-us=9 kernel=5.4' \
	'wbinvd-us=9 lockdown=x' 'wbinvd-us=9 units=x' 'wbinvd-us=9 virsh=x' 'wbinvd-us=9 wbinvd-us=0' \
	'wbinvd-us=9 wbinvd-us=x' 'wbinvd-us=9 clock=x' 'wbinvd-us=9 clock='; do
	[ "$words" != 'access=rw' ] || continue
	# shellcheck disable=SC2086 # words
	set_it $words
	ok "$words: nothing of it is set" 'code_is 64 && one_sentence && unchanged'
done
machine --ciphertext-hiding
set_it kernel=6.16.1
ok 'a kernel that cannot do what the machine does' 'code_is 64 && said "ciphertext hiding"'
run sim set "$work/none" access=ro
ok 'no such machine' 'code_is 4 && one_sentence'
for words in '' "$sim"; do
	# shellcheck disable=SC2086
	run sim set $words
	ok "sim set $words" 'usage_error'
done

# ----------------------------------------------------------------------- sim step
step() { run --json sim step "$sim" "$@"; }
# what each step was, with the machine in hand
machine --snp-guests=2 --sev-guests=1
done_=
for i in 1 2 3 4 5 6; do
	step -- teardown --guests=decommission
	done_="$done_$(jq -r '"\(.steps_done) \(.next.command // "-") \(.after.snp_guests)/\(.after.sev_guests) \(.after.sev_state)/\(.after.snp_state) \(.complete); "' "$out")"
done
ok 'a teardown that takes guests from under their VMMs, step by step' '[ "$done_" = "1 SNP_DECOMMISSION 1/1 WORKING/INIT false; 1 SHUTDOWN 0/1 WORKING/INIT false; 1 SNP_DF_FLUSH 0/0 UNINIT/INIT false; 1 SNP_SHUTDOWN_EX 0/0 UNINIT/INIT false; 1 - 0/0 UNINIT/UNINIT true; 0 - 0/0 UNINIT/UNINIT true; " ] || { echo "# $done_"; false; }'
host teardown --dry-run
ok 'it is down' 'code_is 0'

# the end is the same as that of the same command at once, but for the time it took
machine --snp-guests=2 --sev-guests=1
host -q teardown --guests=decommission --yes
state_of >"$work/at-once"
machine --snp-guests=2 --sev-guests=1
step --all -- teardown --guests=decommission
state_of >"$work/all"
ok 'all of them: as without steps' 'code_is 0 && json ".steps_done == 5 and .complete" &&
	cmp -s "$work/at-once" "$work/all"'
machine --snp-guests=2 --sev-guests=1
step -n 2 -- teardown --guests=decommission
step -n 99 -- teardown --guests=decommission
state_of >"$work/stepped"
ok 'two, and the rest' 'code_is 0 && json ".steps_done == 3 and .complete" &&
	cmp -s "$work/at-once" "$work/stepped"'

machine --snp-guests=3
run sim step "$sim" -- teardown --guests=stop
ok 'guests that are stopped are one step; in text, what changed has a star' 'code_is 0 &&
	printed "SNP guests  *3  *0  *\*" && printed "and there is more to do" && printed "^Next" &&
	shown ".guests == [] and .machine.snp_state == \"INIT\""'
machine --snp-guests=1
keep
step
ok 'guests that are not to be touched: exit 5, nothing changed' 'code_is 5 && unchanged &&
	json ".result.exit == 5 and .steps_done == 0"'

# what would fail is told before
machine --snp-guests=1
act deaf=3 >"$work/acted"
step -- teardown --guests=decommission
step -- teardown --guests=decommission
ok 'a flush that would be refused, and why' 'code_is 0 && json ".next | .command == \"SNP_DF_FLUSH\" and
	(.refused | contains(\"WBINVD_REQUIRED\")) and has(\"remedy\")"'
keep
step
ok 'and is' 'code_is 6 && json ".steps_done == 0 and (.complete | not)" && unchanged'
ok 'the copies are gone' '[ -z "$(find "$work" -name "host.sim.next*")" ]'

machine --leaked-guests=2
step -- recover
ok 'recover can be stepped through, too' 'code_is 0 && json ".steps_done == 1 and .next.command ==
	\"SNP_DECOMMISSION\" and .after.leaked_guests == 1"'
machine --no-patch --snp-guests=1
step --all -- teardown --guests=stop
ok 'and a teardown by the stock driver' 'code_is 0 && json ".complete and .after.snp_state == \"UNINIT\""'
machine
run sim step "$sim"
ok 'without guests' 'code_is 0 && printed "Firmware: SEV  *INIT  *UNINIT\|SHUTDOWN"'

keep
for words in '-- status' '-- teardown --frobnicate' '-- teardown --plan=dot' '-- teardown --gue=stop' \
	'-- sim show' '-- nonsense' '-n 0' '-n x' '--all -n 2'; do
	# shellcheck disable=SC2086
	run sim step "$sim" $words
	ok "sim step $words" 'code_is 64 && untouched'
done
run sim step
ok 'sim step without a file' 'usage_error'
run sim step "$work/none"
ok 'sim step of no machine' 'code_is 4 && one_sentence'
run sim step "$sim" --dry-run
ok 'sim step knows no dry run' 'code_is 64 && untouched'

# ----------------------------------------------------- sim create --like: the round trip
other=$work/other.sim
# what both say but for time, which is each host's own; $1: a command
says() {
	# shellcheck disable=SC2086 # words
	"$SEVADM" --device="sim:$2" --json $1 2>/dev/null </dev/null |
		jq 'walk(if type == "object" then del(.age_ns, .duration_ns, .last_seen)
			# systemd counts its machines since boot
			elif type == "string" then gsub("machine-qemu.x2d[0-9]+"; "machine-qemu") else . end)'
}
# reports FILE: of the machine in hand
reports() {
	for command in status guests check; do
		"$SEVADM" --device="sim:$sim" --json $command 2>/dev/null </dev/null
	done >"$1"
}
alike() {
	for command in status 'guests --status' 'teardown --dry-run --guests=stop' \
		'teardown --dry-run --guests=decommission' 'recover --dry-run' 'check kexec'; do
		says "$command" "$sim" >"$work/says.a"
		says "$command" "$other" >"$work/says.b"
		[ -s "$work/says.a" ] && diff -u "$work/says.a" "$work/says.b" >"$work/says.diff" && continue
		sed 's/^/# /' "$work/says.diff"
		return 1
	done
}
# like NAME - make another after the machine in hand
like() {
	reports "$work/host.json"
	run sim create --force "$other" --like="$work/host.json"
	ok "like: $1" 'code_is 0 && quiet && alike'
}
machine --snp-guests=2
like 'two guests'
machine --cpus=24 --sockets=2 --cores-per-ccx=3 --offline=5,7-8 --snp-guests=3 --sev-guests=2 \
	--sev-es-guests=1 --launching-guests=1 --leaked-guests=1 --units=libvirt --vcpus=4
act start=plain start=snp:1@service >"$work/pids"
act kill=1200 >"$work/pids"
like 'every kind of guest, one that ended, CPUs offline, units of libvirt and a service'
host -q decommission 3 --running --yes
like 'a tombstone'
host -q shutdown --legacy --live --yes
like 'SEV shut down'
machine --snp-guests=2 --sev-guests=1 --generation=turin --kernel=7.3.4
host -q teardown --guests=decommission --yes
like 'after a teardown that took guests from under their VMMs, Turin'
machine
host -q teardown
like 'after a teardown'
act unload >"$work/pids"
like 'kvm_amd unloaded'
machine --no-patch --threads-per-core=1 --cpus=6
like 'without the companion patch'
host -q teardown
like 'and taken down'
machine --ciphertext-hiding --snp-guests=2 --sev-es-guests=1 --generation=turin
like 'ciphertext hiding'
machine --tio --snp-guests=1
like 'SEV-TIO'
machine
act smt=off >"$work/pids"
like 'SMT off'
act lockdown=integrity >"$work/pids"
like 'lockdown'
machine --snp-guests=1
act iommu-fails >"$work/pids"
host -q teardown --guests=stop --yes
like 'pages that the IOMMU kept'

# what is known, and what is not
machine --snp-guests=2 --cpus=16
host --json guests
cp "$out" "$work/guests.json"
run --json sim create --force "$other" --like="$work/guests.json"
ok 'of guests alone: one sentence for what is not told' 'code_is 0 && json ".warnings | length == 2" &&
	said "the processors are not told" && says guests "$other" | jq -e ".guests | length == 2" >"$work/jq"'
jq -s . "$work/host.json" >"$work/array.json"
run sim create --force "$other" --like="$work/array.json"
ok 'an array of results' 'code_is 0 && quiet'
machine --snp-guests=1
act timeout=SNP_PLATFORM_STATUS >"$work/pids"
host -q status
reports "$work/host.json"
run sim create --force "$other" --like="$work/host.json"
ok 'a secure processor that was given up' 'code_is 0 && says status "$other" | jq -e ".driver.psp_dead" >"$work/jq"'
machine
reports "$work/host.json"
sim_kept=$sim
sim=$other
keep
for words in '.host.cpus_present = "0-3,5"' '.host.cpus_present = "0-4095"' '.host.kernel = "5.4.0"' \
	'.topology.sockets = 4' '.topology.threads_per_core = 4' '.topology.generation = "rome"' \
	'.host.cpus_present = "x"'; do
	jq "if .command == \"status\" then $words else . end | select(.command == \"status\")" \
		"$work/host.json" >"$work/bad.json"
	run sim create --force "$sim" --like="$work/bad.json"
	ok "more than a simulated host can be: $words" 'code_is 64 && one_sentence && untouched'
done
for text in '' '{' '[1' 'null' '{}' '{"command": "teardown"}' '{"command": "status"}' 'text'; do
	printf '%s' "$text" >"$work/bad.json"
	run sim create --force "$sim" --like="$work/bad.json"
	ok "no report: $text" 'code_is 1 && one_sentence && untouched'
done
run sim create --force "$sim" --like="$work/none"
ok 'no such report' 'code_is 4 && untouched'
run sim create "$sim" --like="$work/host.json"
ok 'a machine that is there stays' '! code_is 0 && untouched'
run sim create --force "$sim" --like="$work/host.json" --cpus=4
ok 'either --like or its own CPUs' 'code_is 64 && said "no --cpus" && untouched'
run sim create --force "$sim" --like="$work/host.json" --kernel=7.3.4 --wbinvd-us=7
ok 'but for what is said besides' 'code_is 0 && shown ".machine | .kernel == \"7.3.4\" and .wbinvd_us == 7"'
sim=$sim_kept
machine --snp-guests=1
host --json guests
jq '.processes[0] |= (.process = "a\u001bb" | .vms = 2)' "$out" >"$work/bad.json"
run sim create --force "$other" --like="$work/bad.json"
ok 'names of the report are escaped' 'code_is 0 && said "a.x1bb.1200. holds 2 VMs"'

done_testing

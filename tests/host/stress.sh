# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# VMs come and go on all CPUs while lists, GUEST_STATUS, WBINVDs, flushes and
# forced decommissions run, and then SHUTDOWNs in all forms, too.  What they shut
# down comes up again with kvm_amd, in the course of it and after each round.  Every
# guest is accounted for, and no page is lost of which the kernel does not say so.
#   stress.sh [SECONDS [ROUNDS [SEED]]]    of each half (3), (1)
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

seconds=${1:-3}
rounds=${2:-1}
seed=${3:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}

# unload - kvm_amd goes, nothing is left
unload() {
	wait_for 10 rmmod kvm_amd || fail "kvm_amd does not go"
	call "OK * snp=0 sev=0 guests=0+0 tombstones=0+0 *" info
	pages_accounted
}

: >"$step_dir/named.before"
for round in $(seq "$rounds"); do
	echo "= round $round"
	sevdbg-stress --seconds "$seconds" --seed "$((seed + round))" || fail "stress: exit code $?"
	run guests
	expect_value firmware_counts.snp 0
	expect_value firmware_counts.sev 0
	no_kernel_warnings
	unload
	cmp "$step_dir/named" "$step_dir/named.before" ||
		fail "pages were given up without a SHUTDOWN"
	insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load"

	sevdbg-stress --seconds "$seconds" --seed "$((seed + round))" \
		--shutdown /lib/modules/kvm-amd.ko ||
		fail "stress with SHUTDOWN: exit code $?"
	no_kernel_warnings
	unload
	cp "$step_dir/named" "$step_dir/named.before"
	insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load"
	pid=$(guest_start snp) || fail "no guest in the end"
	guest_end "$pid"
done
no_kernel_warnings

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Calls at random beside guests that come and go.  First those that harm nobody,
# then all of them.  What has to hold for each answer is in sevdbg_fuzz_check.h;
# in the end everything is accounted for and SNP comes up again.
#   fuzz.sh [SECONDS [SEED]]    SECONDS for each part (3)
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

seconds=${1:-3}
seed=${2:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}

life=0.7
[ ! -e /sys/kernel/debug/kmemleak ] || life=8	# all is slow there

# guests_come - until $step_dir/stop is there
guests_come() {
	while [ ! -e "$step_dir/stop" ]; do
		for kind in snp sev "snp --launch-only" sev-es; do
			# shellcheck disable=SC2086 # words
			timeout $life snpvm --launch-kb 8 --type $kind >/dev/null 2>&1 || true
		done
	done
}

# fuzz ARG...
fuzz() {
	sevdbg-fuzz --seed "$seed" --seconds "$seconds" --expect-guests "$@" || fail "sevdbg-fuzz: exit code $?"
}

guests_come &
come=$!
guests_come &
come="$come $!"

before=$(sevdbg-call info | sed 's/ guests.*//') || fail "no info"
fuzz --calls 100000 --threads 6
[ "$(sevdbg-call info | sed 's/ guests.*//;s/sev=[12]/sev=1/')" = "$before" ] ||
	fail "$(sevdbg-call info), but it was '$before'"
no_kernel_warnings
fuzz --calls 100000 --threads 6 --destructive 60
touch "$step_dir/stop"
# shellcheck disable=SC2086 # pids
settled $come
call "OK count=0 total=0" list
call "OK * guests=0+0 tombstones=0+0 *" info
no_kernel_warnings
kvm_unload || fail "kvm_amd does not go"
call "OK * snp=0 sev=0 guests=0+0 tombstones=0+0 *" info
pages_accounted
insmod /lib/modules/kvm-amd.ko
pid=$(guest_start snp) || fail "no guest in the end"
guest_end "$pid"
no_kernel_warnings

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# SNP goes down under live VMMs: pages that the firmware had stay assigned in the
# RMP, and a write to one is the end of the host.  They are given up, by name,
# when the VMMs end, and whoever allocates memory afterwards gets none of them.
#   stale_guard.sh [MB | all]    how much memory to write to (64)
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp --launch-only) || fail "no guest that is being launched"
for pid in "$a" "$b"; do
	call "OK *" decommission running "id=$(guest_id "$pid")"
done
call "OK *" shutdown legacy
call "OK *" wbinvd-all
call "OK *" shutdown tombstones
guest_end "$a"
guest_end "$b"
call "OK * snp=0 sev=0 guests=0+0 tombstones=0+0 *" info

# whoever gets one of them now writes to it
mkdir /run/fill
mount -t tmpfs -o size=100% tmpfs /run/fill
mb=${1:-64}
[ "$mb" != all ] || mb=$(awk '/^MemAvailable/ { print int($2 / 1024) - 100 }' /proc/meminfo)
dd if=/dev/zero of=/run/fill/it bs=1M count="$mb" 2>/dev/null || fail "memory does not fill"
umount /run/fill

# KVM's page for the answers of guest messages, one for each guest
pages_accounted
[ "$(wc -l <"$step_dir/named")" -ge 2 ] || fail "no page was given up"
no_kernel_warnings
kvm_reload || fail "SNP does not come up again"
pid=$(guest_start snp) || fail "no guest in the end"
guest_end "$pid"

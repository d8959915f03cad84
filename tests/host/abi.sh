# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Bad input to /dev/sev-debug, with guests that would not survive if any of it
# went through.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

[ "$HOST_KIND" = emulated ] || fail "it is about the real driver"

# logged TEXT - how often the kernel's log has a line with that, of the device's
logged() {
	dmesg | grep 'through /dev/sev-debug by' | grep -c "$1" || true
}

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp --launch-only) || fail "no guest that is being launched"
c=$(guest_start sev) || fail "no SEV guest"

# abi WHEN [ARG...] - what went wrong is all that is of interest
abi() {
	when=$1
	shift
	echo "+ sevdbg-abi $*, $when"
	abi_code=0
	sevdbg-abi "$@" >"$step_dir/abi" || abi_code=$?
	grep -v '^ok' "$step_dir/abi" || true
	[ "$abi_code" -eq 0 ] || fail "$when: exit code $abi_code"
}

abi "without a tombstone"
abi "without a tombstone" --compat
[ "$(logged .)" = 0 ] || fail "what was refused is in the log"

# once more, with a tombstone
run decommission "$(guest_id "$a")" --running --yes
expect_code 0
abi "with a tombstone"
abi "with a tombstone" --compat
[ "$(logged "SNP_DECOMMISSION of guest 1 of snpvm\[$a\] .* by sevadm\[")" = 1 ] ||
	fail "no DECOMMISSION in the log"
[ "$(logged .)" = 1 ] || fail "there is more in the log: $(dmesg | grep sev-debug)"

for pid in "$a" "$b" "$c"; do
	guest_alive "$pid" || fail "guest $pid is gone"
	guest_end "$pid"
done
no_kernel_warnings

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# When the driver itself cannot shut SNP down, on the way into a reboot or a kexec,
# or here because it is unbound from the device, the log names the guests that are
# to blame, and whose they are.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

pid=$(guest_start snp) || fail "no guest"
idle=$(guest_start snp --launch-only) || fail "no second guest"
device=$(basename "$(ls -d /sys/bus/pci/drivers/ccp/0000:*)")
echo "$device" >/sys/bus/pci/drivers/ccp/unbind
dmesg >"$step_dir/log"
grep 'SEV-SNP firmware shutdown failed, rc -5, error 0xf' "$step_dir/log" ||
	fail "it was not refused: $(tail -n 5 "$step_dir/log")"
for who in "$pid" "$idle"; do
	grep "ccp .*: SNP guest [0-9]* of snpvm\\[$who\\] is active, ASID [1-9]" "$step_dir/log" ||
		fail "process $who is not named: $(tail -n 5 "$step_dir/log")"
done
[ ! -e /dev/sev-debug ] || fail "the device is still there"

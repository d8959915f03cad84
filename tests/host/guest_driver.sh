# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# In a guest
# Needs: chip
#
# The emulated guest: the kernel takes itself for one of SEV-SNP, its driver talks to the
# firmware, and what that answers, or the hypervisor in its place, gets through.
#   guest_driver TCB - of the chip's firmware
tsm=/sys/kernel/config/tsm/report

# report NAME - what is in $work/data, into $work/NAME
report() {
	dd if=/dev/urandom of="$work/data" bs=64 count=1 2>/dev/null
	cat "$work/data" >"$tsm/r/inblob" && cat "$tsm/r/outblob" >"$work/$1"
}

# bytes NAME OFFSET LENGTH - in hexadecimal
bytes() {
	od -An -v -tx1 -j $(($2)) -N "$3" "$work/$1" | tr -d ' \n'
}

# tcb OFFSET - a TCB version of the report
tcb() {
	printf '0x%s\n' "$(bytes first "$1" 8 | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/')"
}

work=/tmp
dmesg | grep -q 'Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP' || fail "no SNP guest"
[ "$(cat /sys/devices/system/cpu/sev/vmpl)" = 0 ] || fail "VMPL $(cat /sys/devices/system/cpu/sev/vmpl)"
[ -c /dev/sev-guest ] || fail "no /dev/sev-guest"
mount -t configfs configfs /sys/kernel/config || fail "no configfs"
mkdir "$tsm/r" || fail "no configfs-tsm"
[ "$(cat "$tsm/r/provider")" = sev_guest ] || fail "provider $(cat "$tsm/r/provider")"

# two reports: the data that was given, the chip's TCB, one guest
report first || fail "no report"
[ "$(wc -c <"$work/first")" -eq 1184 ] || fail "a report of $(wc -c <"$work/first") bytes"
[ "$(bytes first 0x50 64)" = "$(bytes data 0 64)" ] || fail "not the data that was given"
for offset in 0x38 0x180 0x1e0 0x1f0; do
	[ "$(tcb $offset)" = "$1" ] || fail "TCB at $offset: $(tcb $offset)"
done
[ "$(bytes first 0x90 48 | tr -d 0)" ] || fail "no measurement"
cat "$tsm/r/auxblob" >"$work/table"
cmp "$work/table" /chip/table || fail "not the certificates of its host"
report second || fail "no second report"
[ "$(bytes second 0x50 64)" = "$(bytes data 0 64)" ] || fail "the second is not of its data"
[ "$(bytes first 0x90 272)" = "$(bytes second 0x90 272)" ] || fail "not the same guest"

# a VMPL below the driver's may be asked for, and no other data than 64 bytes
echo 3 >"$tsm/r/privlevel"
report third || fail "not for VMPL 3"
[ "$(bytes third 0x30 4)" = 03000000 ] || fail "VMPL $(bytes third 0x30 4)"
echo 0 >"$tsm/r/privlevel"
head -c 32 /dev/urandom >"$work/short"
! { cat "$work/short" >"$tsm/r/inblob" && cat "$tsm/r/outblob"; } >"$work/out" 2>&1 ||
	fail "a report of half the data"

# a hypervisor that is busy twice; firmware that fails once
machine_monitor qom-set psp busy 2 >/dev/null
report fourth || fail "busy is not tried again"
[ "$(bytes fourth 0x50 64)" = "$(bytes data 0 64)" ] || fail "not the data that was given, after busy"
log_has psp 'a request of the guest is turned away: busy'

# the driver goes on where it was: a number that occurs twice would not be answered
rmdir "$tsm/r"
rmmod sev_guest || fail "the driver does not go"
insmod /lib/modules/sev-guest.ko || fail "the driver does not come back"
mkdir "$tsm/r" || fail "no configfs-tsm after the driver was loaded again"
report fifth || fail "no report after the driver was loaded again"

# what the firmware refuses is not retried, and takes the key from the driver
machine_monitor qom-set psp status 22 >/dev/null
! report sixth 2>"$work/out" || fail "a report that the firmware refused"
! report seventh 2>"$work/out" || fail "the key is used again"
dmesg | grep -q 'Disabling VMPCK0' || fail "the driver says nothing of its key"
no_warnings=$(kernel_warnings) || true
[ -z "$no_warnings" ] || fail "$no_warnings"

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The firmware counts handles of SEV guests from the start again after an INIT.
# KVM goes on using those of guests that a SHUTDOWN ended: what it does to them
# must not hit others that have the same handle now.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

a=$(guest_start sev) || fail "no SEV guest"
es=$(guest_start sev-es) || fail "no SEV-ES guest"
call "OK reason=NONE cmd=0x2 err=0 status=0x0 *" shutdown legacy live tombstones
call "OK * sev=0 guests=0+0 tombstones=0+2 leaked=0" info

if b=$(guest_start sev); then
	guest_end "$a"
	guest_alive "$b" || fail "a SEV guest started, and is gone"
	fail "a SEV guest started beside tombstones; now $(sevdbg-call list | head -n 1)"
fi

# KVM's DEACTIVATE and DECOMMISSION of the dead are answered, not passed on
guest_end "$a"
call "OK * sev=0 guests=0+0 tombstones=0+1 leaked=0" info
guest_end "$es"
call "OK * sev=0 guests=0+0 tombstones=0+0 leaked=0" info

b=$(guest_start sev) || fail "no SEV guest once the dead are buried"
call "OK *" status "id=$(guest_id "$b")"
guest_end "$b"
no_kernel_warnings

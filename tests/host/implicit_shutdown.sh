# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# An ioctl of /dev/sev that initializes SEV for itself shuts SNP down afterwards
# if SEV alone was down before.  KVM does not know: it must not initialize SNP
# under its own feet, and comes up again when it is reloaded.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

[ "$HOST_KIND" = emulated ] || fail "it is about the real driver"

sevdbg-refused implicit || fail "implicit: exit code $?"
! guest_start snp || fail "an SNP guest started"
! guest_start sev || fail "a SEV guest started"

kvm_reload || fail "SNP does not come up again"
pid=$(guest_start snp) || fail "no guest after the reload"
guest_end "$pid"

# Without KVM: SEV goes down for a factory reset, and the firmware keeps its TMR.
# At the end both are up, and kvm_amd finds them so
kvm_unload || fail "kvm_amd does not go"
sevdbg-refused buffers || fail "buffers: exit code $?"
dmesg | sed -n 's/.*ccp .*: \(.*\) through .dev.sev-debug by \(.*\)\[.*/\1 by \2/p' >"$step_dir/log"
cat >"$step_dir/want" <<-EOT
	SHUTDOWN (LEGACY) by sevdbg-refused
	INIT by sevdbg-refused
	SHUTDOWN (LEGACY) by sevdbg-refused
	SHUTDOWN (STRICT) by sevdbg-refused
	INIT by sevdbg-refused
EOT
cmp "$step_dir/log" "$step_dir/want" || fail "the log says: $(cat "$step_dir/log")"
insmod /lib/modules/kvm-amd.ko
pid=$(guest_start snp) || fail "no guest in the end"
guest_end "$pid"

kvm_unload || fail "kvm_amd does not go"
sevdbg-refused unbound || fail "unbound: exit code $?"
no_kernel_warnings

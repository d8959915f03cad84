# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Processor and firmware of one generation agree with each other and with what is
# known of it, to the kernel and to the program: CPU family, ASIDs, TCB version,
# features.  Guests of each kind have ASIDs, and the host can be torn down.
#   generation.sh milan|genoa|turin	(emulator/run --generation, the same)
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

family=25 asids=509 major=1 minor=55 features=no
case $1 in
milan) ;;
genoa) asids=1006 ;;
turin) family=26 asids=1006 minor=58 features=yes ;;
*) fail "which generation?" ;;
esac

[ "$(awk '$1 $2 == "cpufamily" { print $4; exit }' /proc/cpuinfo)" = "$family" ] ||
	fail "CPU family: $(grep -m 1 'cpu family' /proc/cpuinfo)"
dmesg >"$step_dir/log"
grep "SEV enabled (ASIDs 100 - $asids)" "$step_dir/log" || fail "ASIDs of SEV are others"
grep "SEV-SNP enabled (ASIDs 1 - 99)" "$step_dir/log" || fail "ASIDs of SNP are others"
grep "SEV-SNP API:$major.$minor build:" "$step_dir/log" || fail "the API is another"

run status
expect_code 0
expect_value snp.api_major "$major"
expect_value snp.api_minor "$minor"
expect_value snp.feature_info "$features"
# the bytes that the layout reserves are no version; Turin's has a first one more
if [ "$1" = turin ]; then
	expect_value current_tcb.fmc 1
	expect_value current_tcb.snp 4
	case $(value current_tcb.raw) in
	0x??000000????????) ;;
	*) fail "TCB version $(value current_tcb.raw)" ;;
	esac
else
	expect_value current_tcb.fmc ''
	case $(value current_tcb.raw) in
	0x????00000000????) ;;
	*) fail "TCB version $(value current_tcb.raw)" ;;
	esac
fi

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start sev) || fail "no SEV guest"
# a kernel that knows AMD-SB-3023 has no SEV-ES beside SNP from TCB 4 of Turin's on
c=''
if [ "$1" = turin ] && grep "SEV-ES unusable (ASIDs 1 - 99)" "$step_dir/log"; then
	! guest_start sev-es || fail "a SEV-ES guest, which the kernel has not"
else
	c=$(guest_start sev-es) || fail "no SEV-ES guest"
fi
run teardown --guests=stop:5 --yes
expect_code 0
for pid in "$a" "$b" $c; do
	! guest_alive "$pid" || fail "guest $pid is still there"
done
expect_platforms UNINIT UNINIT
kvm_reload || fail "SNP does not come up again"
no_kernel_warnings

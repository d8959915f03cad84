# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# Needs: modules
#
# RMPUPDATE, PSMASH and RMPREAD answer as AMD's manual says (APM volume 3), and what
# the RMP checks is checked (volume 2, 15.36.10).
#   rmp.sh [off | dma]
# off: SNP is not enabled, so the instructions do not exist (boot with
# amd_iommu=off); dma: writes of a device (--device edu).
# About the emulator: not part of the simulated host.
[ "$HOST_KIND" = emulated ] || fail "it is about the emulated CPU"

insmod /lib/modules/rmptest.ko || fail "no rmptest"
dev=/dev/rmptest
bad=0

# ask COMMAND... - what the module answers
ask() {
	echo "$*" >$dev && cat $dev || echo "it does not take '$*'"
}

# is WANTED COMMAND... - a pattern; goes on after a mismatch, $bad counts
is() {
	is_wanted=$1
	shift
	is_said=$(ask "$@")
	# shellcheck disable=SC2254 # a pattern
	case $is_said in
	$is_wanted) echo "ok: $*: $is_said" ;;
	*)
		echo "NOT OK: $*: '$is_said', not '$is_wanted'"
		bad=$((bad + 1))
		;;
	esac
}

# user WANTED COMMAND - the same in user mode
user() {
	user_said=$(rmp-user "$2")
	[ "$user_said" = "$1" ] || {
		echo "NOT OK: $2 in user mode: $user_said, not $1"
		bad=$((bad + 1))
	}
}

# What EAX says, with the flags that follow it: ZF and PF for 0, PF for 3, none else
OK='0 flags 44' INPUT='1 flags 0' PERMISSION='2 flags 0' OVERLAP='4 flags 0'
BADADDR='7 flags 0'
UD='trap 6' PF='trap 14'

finish() {
	rmmod rmptest
	[ "$bad" = 0 ] || fail "$bad outcomes are not as documented"
	exit 0
}

# CPUID Fn8000_001F EAX[21], with what /dev/cpu/0/cpuid says of that leaf
has_rmpread() {
	[ -e /dev/cpu/0/cpuid ] || insmod /lib/modules/cpuid.ko || fail "no cpuid.ko"
	eax=$(dd if=/dev/cpu/0/cpuid bs=16 count=1 skip=2147483679 iflag=skip_bytes 2>/dev/null |
		od -An -tu4 -N4)
	[ "${eax:-0}" -gt 0 ] || fail "CPUID Fn8000_001F cannot be read"
	[ $((eax >> 21 & 1)) = 1 ]
}

if [ "${1:-}" = off ]; then
	is "$UD" update +0 0 1 0 0 1
	is "$UD" psmash +0
	is "$UD" read +0
	user ILL rmpupdate
	user ILL psmash
	user ILL rmpupdate32
	is ok store 0 11
	is ok large 0 11
	finish
fi

# --- who may, and in which mode
user SEGV rmpupdate
user SEGV psmash
user ILL rmpupdate32
user ILL psmash32
user ILL rmpread32

if [ "${1:-}" = dma ]; then
	# what a device may write: pages that nobody owns; with others beside them
	is ok store 5 5a
	is ok dma 5
	is 0 peek 5
	is ok store 5 5a
	is "$OK" update +5000 0 1 0 0 1
	is ok dma 5
	is 5a peek 5
	is ok store 6 66
	is ok dma 6
	is 0 peek 6
	is "$OK" update +5000 0 0 0 0 0
	is ok dma 5
	is 0 peek 5
	sleep 1
	dmesg | grep 'RMP_PAGE_FAULT' || {
		echo "NOT OK: no event in the IOMMU's log"
		bad=$((bad + 1))
	}
	finish
fi

# --- RMPUPDATE of 4 KB: what it takes
is "$OK" update +1000 0 1 0 0 1
is "$OK" update +1000 123000 1 0 0 1
is "$OK" update +1000 123000 1 0 0 1fd
is "$OK" update +1000 0 0 0 0 0
is "$OK" update +1000 0 0 0 0 0
# the low bits of the address do not count, nor do those of the GPA
is "$OK" update +1fff 123fff 1 0 0 1
is "$OK" update +1000 0 0 0 0 0
# a firmware page has no ASID
is "$OK" update +1000 0 1 0 0 0
is "$OK" update +1000 0 0 0 0 0
# CF is not touched, the others of the six are set or cleared
is ok flags 8d5
is '0 flags 45' update +1000 0 0 0 0 0
is '1 flags 1' update +1000 0 0 0 0 1
is ok flags 0

# --- what it refuses, and that nothing is changed then
is "$INPUT" update +1000 0 1 1 0 1		# 2 MB, where none begin
is "$INPUT" update +1000 0 0 0 1 0		# nobody's, but immutable
is "$INPUT" update +1000 0 0 0 0 1		# nobody's, with an ASID
is "$INPUT" update +1000 0 1 0 0 1fe		# an ASID that there is not
is "$INPUT" update ffffffffff000 0 1 0 0 1	# beyond the table
is "$INPUT" update fffffffffffff000 0 1 0 0 1
is ok store 1 11
rmp=$(dmesg | sed -n 's/.*RMP table physical range \[0x0*\([0-9a-f]*\) .*/\1/p;
	s/.*Segmented RMP base table physical range \[0x0*\([0-9a-f]*\) .*/\1/p' | head -n 1)
is "$PERMISSION" update "$rmp" 0 0 0 0 0	# the table itself
is "$PERMISSION" update "$rmp" 0 1 1 0 1

# --- 2 MB
is "$OK" update +0 200000 1 1 0 1
is "$OVERLAP" update +0 0 1 0 0 1		# 4 KB of it
is "$OVERLAP" update +3000 0 1 0 0 1
is "$OVERLAP" update +3000 0 0 0 0 0
is "$OK" update +0 400000 1 1 0 2		# all of it again
is "$PF" store 0 11
is "$PF" store 1ff 11
is "$OK" update +0 0 0 1 0 0
is ok store 0 11
is ok store 1ff 11
is "$OK" update +1ff000 0 1 0 0 1
is "$OVERLAP" update +0 0 1 1 0 1		# 4 KB of another in it
is "$OVERLAP" update +0 0 0 1 0 0
is "$OK" update +1ff000 0 0 0 0 0

# --- PSMASH
is "$BADADDR" psmash +0				# nobody's
is "$OK" update +0 0 1 0 0 1
is "$BADADDR" psmash +0				# 4 KB
is "$OK" update +0 0 0 0 0 0
is "$INPUT" psmash +1000
is "$INPUT" psmash ffffffffe00000
is "$OK" update +0 200000 1 1 0 1
is "$OK" psmash +0
is "$BADADDR" psmash +0				# not twice
is "$OVERLAP" update +0 0 1 1 0 1
is "$PF" store 5 11
is "$OK" update +5000 0 0 0 0 0			# each is by itself now
is ok store 5 11
is "$PF" store 4 11
is "$PF" store 6 11
page=0
while [ $page -lt 512 ]; do
	[ "$(ask update "+$(printf %x000 $page)" 0 0 0 0 0)" = "$OK" ] || bad=$((bad + 1))
	page=$((page + 1))
done
is "$OK" update +0 0 1 1 0 1			# none is left
is "$OK" update +0 0 0 1 0 0

# --- writes of the kernel, on this CPU and on others that wrote before
[ -e /sys/kernel/tracing/trace ] || mount -t tracefs tracefs /sys/kernel/tracing
echo 1 > /sys/kernel/tracing/events/exceptions/page_fault_kernel/enable
for cpu in 0 1 2 3; do
	is ok store 8 22 $cpu
done
is "$OK" update +8000 0 1 0 0 1
for cpu in 0 1 2 3; do
	is "$PF" store 8 33 $cpu
done
is ok load 8					# reading is allowed
is 22 peek 8
is ok store 7 33				# the neighbours are free
is ok store 9 33
is "$PF" large 9 33				# but not through a mapping over it all
is "$OK" update +8000 0 0 0 0 0
is ok store 8 33
is ok large 8 34
is 34 peek 8
# present, write, and bit 31, which must not have been extended
grep -o 'error_code=0x[0-9a-f]*' /sys/kernel/tracing/trace | sort | uniq -c
grep -q 'error_code=0x80000003$' /sys/kernel/tracing/trace || {
	echo "NOT OK: the error code of the faults"
	bad=$((bad + 1))
}
echo 0 > /sys/kernel/tracing/events/exceptions/page_fault_kernel/enable

# --- the operand: may lie in an assigned page, has to be there to its end
is "$OK" update +a000 0 1 0 0 1
is "$OK" update-at a ff0 +b000
is "$OK" update +a000 0 0 0 0 0
is "$PF" update-at 1ff ff8 +b000

# --- walks of a page table in an assigned page may read it, not mark it
is ok table 10 11 3				# present, writable
is ok walk 10 r
is ok table 10 11 3
is "$OK" update +10000 0 1 0 0 1
is "$PF" walk 10 r				# A would have to be set
is "$OK" update +10000 0 0 0 0 0
is ok table 10 11 23	# present, writable, A
is "$OK" update +10000 0 1 0 0 1
is ok walk 10 r
is "$PF" walk 10 w				# D
is "$OK" update +10000 0 0 0 0 0
is ok table 10 11 63	# present, writable, A, D
is "$OK" update +10000 0 1 0 0 1
is ok walk 10 w
is 77 peek 11
is "$OK" update +10000 0 0 0 0 0

# --- user mode: the kernel has no handler for such a fault, so the write is tried
# again and again, but signals get through
[ "$(rmp-user write c)" = written ] || fail "user mode cannot write to a page of nobody's"
is 55 peek c
is "$OK" update +c000 0 1 0 0 1
rmp-user write c > /run/user.out &
pid=$!
sleep 2
kill -0 $pid || fail "a process survives its write to an assigned page, or dies of it"
[ ! -s /run/user.out ] || fail "a user writes to an assigned page"
kill -9 $pid
wait $pid
[ $? -eq 137 ] || fail "a process that wrote to an assigned page is not killed"
is "$OK" update +c000 0 0 0 0 0

# --- RMPREAD
if has_rmpread; then
	user SEGV rmpread
	user ILL rmpread32
	is '0 gpa 0 0 0 0 0 asid 0' read +0
	is "$OK" update +0 345000 1 0 0 7
	is '0 gpa 345000 1 0 0 0 asid 7' read +0
	is '0 gpa 0 0 0 0 0 asid 0' read +1000
	is "$OK" update +5000 0 1 0 0 3
	is '0 gpa 345000 1 2 0 0 asid 7' read +0	# others of the 2 MB are, too
	is '0 gpa 0 1 0 0 0 asid 3' read +5fff
	is "$OK" update +0 0 0 0 0 0
	is '0 gpa 0 0 2 0 0 asid 0' read +0
	is "$OK" update +5000 0 0 0 0 0
	is "$OK" update +0 200000 1 1 0 1
	is '0 gpa 200000 1 3 0 0 asid 1' read +0
	is "$OK" update +0 0 0 1 0 0
	is "$INPUT" read ffffffffff000
	is '0 gpa * 1 * 1 0 asid 0' read "$rmp"		# firmware's, since SNP_INIT
else
	is "$UD" read +0
fi

# --- immutable: for the firmware to change; last, for there is no way back
is "$OK" update +1000 0 1 0 1 1
is "$PERMISSION" update +1000 0 1 0 0 1
is "$PERMISSION" update +1000 0 0 0 0 0
is "$PF" store 1 11
is "$OVERLAP" update +0 0 1 1 0 1
finish

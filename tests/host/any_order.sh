# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Calls that change the firmware's state, guests and kvm_amd's going and coming in
# an order made up at random.  Each is done or refused with a reason that is
# written down, and afterwards kvm_amd goes, comes again and has SNP.
#   any_order.sh [STEPS [SEED]]    (30)
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

steps=${1:-30}
seed=${2:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
echo "any_order.sh $steps $seed"

# draw N - $drawn is one of 0..N-1
draw() {
	seed=$(((seed * 1103515245 + 12345) & 0x7fffffff))
	drawn=$(((seed >> 12) % $1))
}

# try ARG... - a call that is done or refused as documented
try() {
	said=$(sevdbg-call "$@") || true
	echo "$step $*: $said"
	case $said in
	"OK "*) ;;
	EBUSY\ reason=NONE*) fail "EBUSY without a reason" ;;
	EBUSY\ reason=PSP_DEAD*) fail "the PSP is dead" ;;
	EBUSY\ reason=*status=0xffffffff*) ;;
	EOPNOTSUPP\ reason=CPUS_OFFLINE* | EOPNOTSUPP\ reason=NONE*) ;;
	ENOENT\ * | EALREADY\ *) ;;
	EIO\ reason=NONE*status=0xffffffff*) fail "EIO, and the firmware was not asked" ;;
	EIO\ reason=NONE*status=0x0*) fail "EIO, and the firmware has no complaint" ;;
	EIO\ reason=NONE*) ;;
	*) fail "this is not documented" ;;
	esac
}

# an id of the list, or one that may be none
some_id() {
	draw 4
	id=$(sevdbg-call list | awk -v n="$drawn" '/ (snp|sev) / { print $1; if (!n--) exit }' | tail -n 1)
	[ -n "$id" ] || id=1
}

guests=
for step in $(seq "$steps"); do
	draw 28
	case $drawn in
	0 | 1 | 2 | 1[6-9] | 2[01])
		drawn=$((drawn % 3))
		set -- snp sev "snp --launch-only"
		shift "$drawn"
		# shellcheck disable=SC2086 # words
		if pid=$(guest_start $1 --launch-kb 8 2>/dev/null); then
			guests="$guests $pid"
			echo "$step guest $1: $pid"
		else
			echo "$step guest $1: does not start"
		fi
		;;
	3)
		# shellcheck disable=SC2086 # pids
		set -- $guests
		if [ $# -gt 0 ]; then
			guest_end "$1"
			shift
			guests="$*"
		fi
		;;
	4 | 5)
		some_id
		try decommission running "id=$id"
		;;
	6) try wbinvd-all ;;
	7) try df-flush ;;
	8) try df-flush legacy ;;
	9) try shutdown ;;
	10) try shutdown legacy live tombstones ;;
	11) try shutdown strict live tombstones ;;
	12) try shutdown live tombstones ;;
	13) try init ;;
	14)
		if rmmod kvm_amd 2>/dev/null; then
			echo "$step kvm_amd went"
		elif [ -z "$guests" ] && [ -d /sys/module/kvm_amd ]; then
			wait_for 5 rmmod kvm_amd || fail "kvm_amd does not go"
		fi
		;;
	15)
		[ -d /sys/module/kvm_amd ] || insmod /lib/modules/kvm-amd.ko ||
			fail "kvm_amd does not load"
		;;
	*)	# a new beginning, if there was an end
		if sevdbg-call info | grep -q 'snp=0\|sev=0'; then
			for pid in $guests; do
				guest_end "$pid"
			done
			guests=
			[ ! -d /sys/module/kvm_amd ] || wait_for 5 rmmod kvm_amd ||
				fail "kvm_amd does not go"
			draw 3
			[ "$drawn" != 0 ] || try init
			insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load"
			echo "$step kvm_amd came"
		fi
		;;
	esac
	no_kernel_warnings
done
for pid in $guests; do
	guest_end "$pid"
done
if [ -d /sys/module/kvm_amd ]; then
	wait_for 5 rmmod kvm_amd || fail "kvm_amd does not go in the end"
fi
try shutdown
call "OK * snp=0 sev=0 guests=0+0 tombstones=0+0 *" info
pages_accounted
insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load in the end"
[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = Y ] || fail "SNP is not up in the end"
pid=$(guest_start snp) || fail "no guest in the end"
guest_end "$pid"
no_kernel_warnings

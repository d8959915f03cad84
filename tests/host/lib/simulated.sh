# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What a test body of tests/host may call, for a simulated host.  The same
# names do the same on the emulated host (emulated.sh).
#
# Wanted of the caller: SEVADM, the program; SIM, the machine's file, made
# already; HOST_TESTS, the directory tests/host.  simulated_run then runs a
# body.

HOST_KIND=simulated
SNP_GEN=${SNP_GEN:-1}
export HOST_KIND SNP_GEN SEVADM SIM HOST_TESTS

# fail MESSAGE... - end the test (or the subshell that it is in)
fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# simulated_run BODY - run a test body on the machine, in a shell of its own
simulated_run() {
	TEST_BODY=$1 sh -c '. "$HOST_TESTS/lib/simulated.sh"; . "$TEST_BODY"'
}

# sevadm ARG... - the program against this machine, or from inside of a guest of it
sevadm() {
	"$SEVADM" --device="${SIM_DEVICE:-sim:$SIM}" "$@"
}

# guest_enter - from here on "sevadm" is in an SNP guest, and what AMD has of the chip in $chip
guest_enter() {
	guest_pid=$(guest_start snp) || fail "guest_enter: no guest"
	chip=$(mktemp -d)
	sevadm show --json >"$chip/host" || fail "guest_enter: the host is silent"
	"$HOST_TESTS/../pki/chip_files" "$(dirname "$SEVADM")" "$chip" \
		"$(jq -r '.processor.generation | ascii_downcase' "$chip/host")" \
		"$(jq -r '.identifiers[0].id' "$chip/host")" - || fail "guest_enter: no certificates"
	act "guest-certs=$chip/table" >/dev/null || fail "guest_enter: no table"
	SIM_DEVICE=sim-guest:$(sevadm --porcelain guests |
		awk -F '\t' -v pid="$guest_pid" '$1 == "guests" && $8 == pid { print $2 }'):$SIM
}

# guest_vmm_answers busy|CODE [COUNT] - what the guest's host answers its next requests
guest_vmm_answers() {
	act "guest-error=$1:${2:-1}" >/dev/null || fail "guest_vmm_answers $*"
}

# guest_firmware_answers STATUS - what the firmware answers the next one
guest_firmware_answers() {
	act "fail=SNP_GUEST_REQUEST:$1" >/dev/null || fail "guest_firmware_answers $*"
}

# act ACTION - let something happen to the machine, print the action's result
act() {
	"$SEVADM" sim act "$SIM" "$1"
}

# guest_start snp|sev|sev-es [--launch-only] [--stubborn] - start a VMM that
# holds the VM open, print its pid
guest_start() {
	guest_kind=$1 guest_action=start
	shift
	for guest_option in "$@"; do
		case $guest_kind$guest_option in
		snp--launch-only) guest_kind=snp-launching ;;
		*--stubborn) guest_action=start-stubborn ;;
		*) fail "guest_start: $guest_option does not exist here" ;;
		esac
	done
	act "$guest_action=$guest_kind" || return 1
}

# guest_start_alone KIND - the same, in a cgroup of its own: that of a service
guest_start_alone() {
	act "start=$1@service" || return 1
}

# guest_launch snp|sev|sev-es[:VCPUS] WORD=VALUE... - the same with what its owner sent, in words of
# "sim act": policy, memory, and godh, session and measurement, or id-block, id-auth,
# author-key, vcek and host-data.  A SEV guest waits when it was measured, for
# guest_secret, guest_attest and guest_finish.
guest_launch() {
	launch_words=$1
	shift
	for launch_word; do
		launch_words=$launch_words,$launch_word
	done
	act "launch=$launch_words" || return 1
}

# guest_secret PID HEADER PAYLOAD FILE - inject it; FILE gets what the guest then has
guest_secret() {
	act "secret=$1,header=$2,payload=$3,into=$4" >/dev/null || return 1
}

# guest_attest PID NONCE FILE - FILE gets the firmware's report
guest_attest() {
	act "attest=$1,nonce=$2,report=$3" >/dev/null || return 1
}

# guest_finish PID - from now on it runs
guest_finish() {
	act "finish=$1" >/dev/null || return 1
}

# guest_alive PID - does its process run (or stand still, but exist)?
guest_alive() {
	"$SEVADM" --porcelain sim show "$SIM" |
		awk -F '\t' -v pid="$1" '$1 == "guests" && $4 == pid { found = 1 }
			END { exit !found }'
}

# guest_end PID - end it, wait until the VM is gone too
guest_end() {
	act "end=$1" >/dev/null || fail "guest_end: process $1 or its VM does not go"
}

# cpu_offline N, cpu_online N
cpu_offline() {
	act "offline=$1" >/dev/null || fail "cpu_offline $1"
}

cpu_online() {
	act "online=$1" >/dev/null || fail "cpu_online $1"
}

# kvm_reload - take kvm_amd out and in; fails if SNP is not up then
kvm_reload() {
	act reload >/dev/null && [ "$(act snp)" = 1 ]
}

# kexec_same - boot the same kernel again; the body starts over with SNP_GEN
# one higher.  Does not return.
kexec_same() {
	act kexec >/dev/null || fail "kexec_same: the machine did not survive it"
	SNP_GEN=$((SNP_GEN + 1))
	export SNP_GEN
	exec sh -c '. "$HOST_TESTS/lib/simulated.sh"; . "$TEST_BODY"'
}

# kexec_jump ARG... - the same by "sevadm kexec" with these options, which has to load the
# kernel and to go there.  Does not return.
kexec_jump() {
	sevadm kexec --now --yes --kernel=/boot/vmlinuz --initrd=/run/initrd "$@" ||
		fail "kexec_jump: exit code $?"
	SNP_GEN=$((SNP_GEN + 1))
	export SNP_GEN
	exec sh -c '. "$HOST_TESTS/lib/simulated.sh"; . "$TEST_BODY"'
}

# kernel_warnings - print what the kernel complained about since the last call;
# success if nothing
kernel_warnings() {
	warned=$(act warnings)
	leaked=$(act leaked)
	warned_before=0
	leaked_before=0
	# counted since boot: fewer than before means another kernel
	if [ -e "$SIM.seen" ]; then
		read -r warned_before leaked_before <"$SIM.seen"
		[ "$warned" -ge "$warned_before" ] || warned_before=0
		[ "$leaked" -ge "$leaked_before" ] || leaked_before=0
	fi
	echo "$warned $leaked" >"$SIM.seen"
	[ "$warned" -eq "$warned_before" ] ||
		echo "WARNING: $((warned - warned_before)) of the simulated kernel"
	[ "$leaked" -eq "$leaked_before" ] ||
		echo "Leaking PFN range: $((leaked - leaked_before)) pages"
	[ "$warned $leaked" = "$warned_before $leaked_before" ]
}

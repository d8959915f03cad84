# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What a test body of tests/host may call, for the emulated host.  The same
# names do the same on the simulated host (simulated.sh).  init sets HOST_KIND,
# SNP_GEN (1, after kexec 2) and SEVADM.

# fail MESSAGE... - end the test (or the subshell that it is in)
fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# sevadm ARG... - the program against this machine
sevadm() {
	"$SEVADM" "$@"
}

# guest_start snp|sev|sev-es [--launch-only] [OPTION...] - start a KVM program
# that holds the VM open, wait until it is launched, print its pid.  Further
# options are those of snpvm.
guest_start() {
	guest_kind=$1
	shift
	guest_ready=$(mktemp -u /run/guest.XXXXXX)
	snpvm --type="$guest_kind" --ready="$guest_ready" "$@" > "$guest_ready.log" 2>&1 &
	guest_pid=$!
	while [ ! -e "$guest_ready" ]; do
		if ! guest_alive "$guest_pid"; then
			echo "guest_start $guest_kind: $(cat "$guest_ready.log")" >&2
			return 1
		fi
		sleep 0.05
	done
	rm "$guest_ready" "$guest_ready.log"
	echo "$guest_pid"
}

# guest_start_alone KIND [OPTION...] - the same, in a cgroup of its own
guest_start_alone() {
	alone_dir=/sys/fs/cgroup
	[ -e "$alone_dir/cgroup.procs" ] || mount -t cgroup2 cgroup2 "$alone_dir" >&2 || return 1
	alone_pid=$(guest_start "$@") || return 1
	mkdir "$alone_dir/vm$alone_pid" && echo "$alone_pid" > "$alone_dir/vm$alone_pid/cgroup.procs" ||
		return 1
	echo "$alone_pid"
}

# guest_launch snp|sev|sev-es[:VCPUS] WORD=VALUE... - the same with what its owner sent: policy,
# memory, and godh, session and measurement, or id-block, id-auth, author-key, vcek and
# host-data, as "sim act" has them.  A SEV guest waits when it was measured, for
# guest_secret, guest_attest and guest_finish.
guest_launch() {
	launch_kind=${1%:*} launch_vcpus=${1#"${1%:*}"} launch_control=''
	shift
	[ -z "$launch_vcpus" ] || set -- "vcpus=${launch_vcpus#:}" "$@"
	for launch_word; do
		shift
		set -- "$@" "--$launch_word"
	done
	if [ "$launch_kind" != snp ]; then
		launch_control=$(mktemp -u /run/control.XXXXXX)
		mkfifo "$launch_control" "$launch_control.answer" || return 1
		set -- "$@" "--control=$launch_control"
	fi
	launch_pid=$(guest_start "$launch_kind" "$@") || return 1
	[ -z "$launch_control" ] || {
		mv "$launch_control" "/run/control-$launch_pid"
		mv "$launch_control.answer" "/run/control-$launch_pid.answer"
	}
	echo "$launch_pid"
}

# guest_command PID WORD... - to a VM that waits
guest_command() {
	command_fifo=/run/control-$1
	shift
	echo "$*" > "$command_fifo"
	read -r command_answer < "$command_fifo.answer" || return 1
	[ "$command_answer" = 0 ] || {
		echo "$command_answer" >&2
		return 1
	}
}

# guest_secret PID HEADER PAYLOAD FILE - inject it; FILE gets what the guest then has
guest_secret() {
	guest_command "$1" secret "$2" "$3" "$4"
}

# guest_attest PID NONCE FILE - FILE gets the firmware's report
guest_attest() {
	guest_command "$1" attest "$2" "$3"
}

# guest_finish PID - from now on it runs
guest_finish() {
	guest_command "$1" finish
}

# guest_enter - where the body says "# In a guest" and "# Needs: chip" the machine is an
# SNP guest; what AMD has of the chip is in $chip
guest_enter() {
	# shellcheck disable=SC2034 # for the body
	chip=/chip
	insmod /lib/modules/msr.ko || fail "guest_enter: no MSRs"
	mount -t configfs configfs /sys/kernel/config || fail "guest_enter: no configfs"
}

# guest_vmm_answers busy|CODE [COUNT] - what the guest's host answers its next requests
guest_vmm_answers() {
	case $1 in
	busy) machine_monitor qom-set psp busy "${2:-1}" >/dev/null ;;
	*) machine_monitor qom-set psp vmm-error "$(($1))" >/dev/null ;;
	esac
}

# guest_firmware_answers STATUS - what the firmware answers the next one
guest_firmware_answers() {
	machine_monitor qom-set psp status "$(($1))" >/dev/null
}

# guest_alive PID - does its process run (or stand still, but exist)?
guest_alive() {
	grep -q '^State:.[^ZX]' "/proc/$1/status" 2> /dev/null
}

# The VM outlives the first thread's end: KVM frees it with the last one
guest_gone() {
	! guest_alive "$1" || return 1
	[ "$(ls "/proc/$1/task" 2> /dev/null | wc -l)" -le 1 ] || return 1
	! ls -d "/sys/kernel/debug/kvm/$1-"* > /dev/null 2>&1
}

# guest_end PID - end it, wait until the VM is gone too
guest_end() {
	kill "$1" 2> /dev/null || true
	kill -CONT "$1" 2> /dev/null || true
	[ ! -e "/sys/fs/cgroup/vm$1/cgroup.freeze" ] ||
		echo 0 > "/sys/fs/cgroup/vm$1/cgroup.freeze"
	guest_tries=0
	until guest_gone "$1"; do
		guest_tries=$((guest_tries + 1))
		[ "$guest_tries" -ne 60 ] || kill -KILL "$1" 2> /dev/null || true
		[ "$guest_tries" -lt 400 ] || fail "guest_end: process $1 or its VM does not go"
		sleep 0.05
	done
}

# cpu_offline N, cpu_online N
cpu_offline() {
	echo 0 > "/sys/devices/system/cpu/cpu$1/online" || fail "cpu_offline $1"
}

cpu_online() {
	echo 1 > "/sys/devices/system/cpu/cpu$1/online" || fail "cpu_online $1"
}

# kvm_unload - take kvm_amd out.  A VM, also one that did not come about, holds it a
# little longer than its process lives.
kvm_unload() {
	kvm_tries=0
	until rmmod kvm_amd 2> /run/rmmod; do
		kvm_tries=$((kvm_tries + 1))
		[ "$kvm_tries" -lt 100 ] || {
			cat /run/rmmod >&2
			return 1
		}
		sleep 0.05
	done
}

# kvm_reload - take kvm_amd out and in; fails if SNP is not up then
kvm_reload() {
	kvm_unload && insmod /lib/modules/kvm-amd.ko &&
		[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = Y ]
}

# kexec_load - load the same kernel again; the body starts over in it with SNP_GEN one
# higher
kexec_load() {
	cat /sys/firmware/initrd > /run/initrd || fail "kexec_load: no initramfs"
	kexec-file load /boot/vmlinuz /run/initrd \
		"$(sed 's/ sevadm\.gen=[0-9]*//' /proc/cmdline) sevadm.gen=$((SNP_GEN + 1))" ||
		fail "kexec_load: not loaded"
	rm /run/initrd
}

# kexec_same - boot it.  Does not return.
kexec_same() {
	kexec_load
	# setting the line's mode waits until all of the log is out
	stty -F /dev/ttyS1 raw -echo
	kexec-file exec
	fail "kexec_same: came back"
}

# kexec_jump ARG... - the same by "sevadm kexec" with these options, which has to load the
# kernel and to go there.  Does not return.
kexec_jump() {
	cat /sys/firmware/initrd > /run/initrd || fail "kexec_jump: no initramfs"
	stty -F /dev/ttyS1 raw -echo
	sevadm kexec --now --yes --kernel=/boot/vmlinuz --initrd=/run/initrd --append="$(
		sed 's/ sevadm\.gen=[0-9]*//' /proc/cmdline) sevadm.gen=$((SNP_GEN + 1))" "$@"
	fail "kexec_jump: came back with $?"
}

# kdump_load [WORD] - load the same kernel for the case of a panic, where the body says
# "# Boots with: crashkernel=...", with the same command line but for WORD.  It then
# starts over with SNP_GEN one higher.
kdump_load() {
	cat /sys/firmware/initrd > /run/initrd || fail "kdump_load: no initramfs"
	kexec-file load-crash /boot/vmlinuz /run/initrd \
		"$(sed "s/ crashkernel=[^ ]*//; s/ sevadm\.gen=[0-9]*//; s/ ${1:-WORD} / /" \
			/proc/cmdline) nr_cpus=1 irqpoll reset_devices sevadm.gen=$((SNP_GEN + 1))" ||
		fail "kdump_load"
	rm /run/initrd
	[ "$(cat /sys/kernel/kexec_crash_loaded)" = 1 ] || fail "kdump_load: not loaded"
}

# kernel_panic - by sysrq, on CPU 1.  Does not return.
kernel_panic() {
	splat_expected 'Kernel panic - not syncing: sysrq triggered crash'
	stty -F /dev/ttyS1 raw -echo
	echo 1 > /proc/sys/kernel/sysrq
	taskset 2 sh -c 'echo c > /proc/sysrq-trigger'
	sleep 60
	fail "the kernel did not panic"
}

# log_has console|psp|qemu|machine PATTERN - when all is over the log of that name
# must have a line that matches, or else the test failed (emulator/run).  In qemu.log
# is what QEMU said, in machine.log what it noted of resets.
log_has() {
	echo "%% log $1 $2"
}

# machine_dies PATTERN - from here on the machine has to die, by itself, with that in
# one of the logs: the test passes if it does, and fails if the body comes to an end
machine_dies() {
	echo "%% dies $1"
	stty -F /dev/ttyS1 raw -echo
}

# splat_expected PATTERN - lines of the console that look as if the kernel reported a
# bug in itself (emulator/run), but have to be there, or may be.  What machine_dies and
# kernel_panic are about is among them.
splat_expected() {
	echo "%% splat $1"
}

# logs_judged PROGRAM [ARG...] - when all is over that program of tests/host, with the
# directory of the logs and ARG, has to be content with them
logs_judged() {
	echo "%% judge $*"
}

# kexec_dies any|guest - kexec_same, but it has to be the end of the machine: of a write
# to a page that is assigned, or to a guest's (rmp_death).  Mostly nobody can say so on
# the console any more; a new kernel that has one oopses.
kexec_dies() {
	# shellcheck disable=SC2046 # two words
	rmp-assigned $(dmesg | sed -n \
		's/.*RMP table physical range \[\(0x[0-9a-f]*\) - \(0x[0-9a-f]*\)\].*/\1 \2/p') \
		> /run/assigned || fail "kexec_dies: the RMP cannot be read"
	sed 's/..$//' /run/assigned | sort -u | sed 's/^/assigned megabyte: /'
	log_has console 'kexec_core: Starting new kernel'
	splat_expected 'BUG: unable to handle page fault'
	splat_expected 'WARNING: .*__snp_lookup_rmpentry'
	splat_expected '#PF: error_code\(0x8000[0-9a-f]*\) - RMP violation'
	splat_expected 'Oops: (Oops: )?000[0-9a-f] \['
	splat_expected 'Kernel panic - not syncing: (Fatal exc|Attempted to kill)'
	logs_judged rmp_death "$1"
	machine_dies 'RMP violation, write'
	kexec_same
}

# psp_fault FAULT... - what the PSP does to the commands that come (emulated host
# only; see emulator/README.md): status=S, ext=X, delay-ms=D, hang, no-irq,
# power-cut, reset ...; deaf-cpu=N.  "none" forgets what was not used.  After a
# power cut (the body has a line "# Loses power") or a reset ("# Is reset") the
# body starts over with SNP_GEN one higher.
psp_fault() {
	psp-fault "$@" || fail "psp_fault $*"
}

# psp_fault_used - have all of them come to pass?
psp_fault_used() {
	psp_left=$(psp-fault)
	[ -z "$psp_left" ] || fail "the PSP still has a fault: $psp_left"
}

# psp_fault_taken - the same as a question
psp_fault_taken() {
	[ -z "$(psp-fault)" ]
}

# psp_timeout SECONDS - how long the driver waits for an answer from now on.  It
# takes the new time with the answer to a command.
psp_timeout() {
	echo "$1" > /sys/module/ccp/parameters/psp_cmd_timeout || fail "psp_timeout $1"
	sevdbg-call info > /run/psp_timeout || fail "psp_timeout: $(cat /run/psp_timeout)"
}

# uptime_s - whole seconds since boot
uptime_s() {
	cut -d . -f 1 /proc/uptime
}

# monitor_ask SECONDS ID JSON... - over the open line, until the answer with that id.
# The control character first: what the line echoed before it was raw may have left the
# monitor within an object that never ends, and a lexical error makes it start over.
monitor_ask() {
	monitor_end=$(($(uptime_s) + $1)) monitor_id=$2 monitor_said=''
	shift 2
	printf '\033\n' >&9
	printf '%s\n' "$@" >&9
	while monitor_left=$((monitor_end - $(uptime_s))) && [ "$monitor_left" -gt 0 ] &&
		read -r -t "$monitor_left" monitor_line <&9; do
		case $monitor_line in
		*"\"id\": \"$monitor_id\""*) return 0 ;;
		'{"return": "'*) monitor_said=$monitor_line ;;
		esac
	done
	return 1
}

# machine_monitor WORD... - let something happen to the machine: a command of QEMU's
# monitor ("device_add ...", "qom-get psp topology"), and what it answers.  Fails if the
# monitor refuses.  There is such a line only if the body itself has this function's
# name in it.
machine_monitor() {
	exec 9<>/dev/ttyS2 || fail "machine_monitor: no line"
	stty -F /dev/ttyS2 raw -echo
	# opening the line throws away what was under way: the greeting, or a part of it
	monitor_tries=0
	until monitor_ask 5 hello '{"execute": "qmp_capabilities", "id": "hello"}'; do
		monitor_tries=$((monitor_tries + 1))
		[ "$monitor_tries" -lt 10 ] || fail "machine_monitor: nobody is there"
	done
	monitor_ask 60 end \
		"{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"$*\"}}" \
		'{"execute": "query-name", "id": "end"}' || fail "machine_monitor $*: no answer"
	exec 9>&-
	monitor_text=$(printf '%s\n' "$monitor_said" | tr -d '\r' |
		sed 's/^{"return": "//; s/"}$//; s/\\"/"/g; s/\\r//g; s/\(\\n\)*$//; s/\\n/\n/g')
	case $monitor_text in
	Error:* | 'unknown command:'*) fail "machine_monitor $*: $monitor_text" ;;
	esac
	printf '%s\n' "$monitor_text"
}

# kernel_warnings - print what the kernel complained about since the last call;
# success if nothing.  "Leaking PFN" is not among it: after a forced teardown
# the kernel gives up pages, and says so, by design.
kernel_warnings() {
	warning='WARNING:|BUG:|Oops|Call Trace|general protection|unable to handle'
	warning="$warning|RMP violation|RMPUPDATE|soft lockup|blocked for more|UBSAN:|detected stall"
	dmesg > /run/dmesg
	warned=$(tail -n "+$(($(cat /run/dmesg.seen 2> /dev/null || echo 0) + 1))" /run/dmesg |
		grep -E "$warning") || true
	wc -l < /run/dmesg > /run/dmesg.seen
	[ -n "$warned" ] || return 0
	echo "$warned"
	return 1
}

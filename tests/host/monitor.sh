# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The last firmware commands: those of KVM's with the process that they were for, the
# status of one that failed, numbers without gaps; and what changes while it is watched.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

# refuse NUMBER COMMAND STATUS EXT - the next such command fails with that
refuse() {
	case $HOST_KIND in
	simulated) act "fail=$2:$3:1:$4" >"$step_dir/act" ;;
	*) psp_fault "$1:status=$3,ext=$4" ;;
	esac || fail "no fault"
}

# commands PID - what was issued for it, in order and each once, "=" and the status behind
commands() {
	awk -F '\t' -v pid="$1" '$1 == "commands" && $11 == pid && $3 != "SNP_PAGE_RECLAIM" {
		now = $3 "=" $5
		if (now != last) printf "%s ", now
		last = now
	}' "$step_dir/out"
}

expect_commands() {
	commands=$(commands "$1")
	echo "  $commands"
	# shellcheck disable=SC2254 # a pattern
	case $commands in
	$2) ;;
	*) fail "the commands for $1 were '$commands', not '$2'" ;;
	esac
}

pid=$(guest_start snp) || fail "no SNP guest"
run monitor --once
expect_code 0
expect_value commands_by driver
expect_value platform.snp_state INIT
expect_commands "$pid" "*SNP_GCTX_CREATE=0 *SNP_LAUNCH_START=0 *SNP_LAUNCH_UPDATE=0 *SNP_LAUNCH_FINISH=0 *"
sev=$(guest_start sev) || fail "no SEV guest"
run monitor --once
expect_commands "$sev" "*LAUNCH_START=0 *LAUNCH_UPDATE_DATA=0 *LAUNCH_FINISH=0 *"
guest_end "$sev"

# with our own questions there is no gap
run -v monitor --count=3 --interval=0.2
expect_code 0
awk -F '\t' '$1 != "commands" { next } last && $2 != last + 1 { print "after " last ": " $2; bad = 1 }
	{ last = $2; n++ } END { exit bad || n < 10 }' "$step_dir/out" || fail "numbers are missing"

# what the firmware refuses
refuse 0x84 SNP_DF_FLUSH 0x3 0x1234
run df-flush
expect_code 6
run monitor --once
awk -F '\t' '$1 == "commands" && $3 == "SNP_DF_FLUSH" && $5 == 3 && $7 == "0x1234" && $8 == 5 { n++ }
	END { exit n != 1 }' "$step_dir/out" || fail "the status of SNP_DF_FLUSH is not there"

# and to a VMM, which is told no more than EIO
refuse 0xa0 SNP_LAUNCH_START 0x7 0x0
! guest_start snp >"$step_dir/none" 2>&1 || fail "a guest started in spite of it"
run monitor --once
awk -F '\t' '$1 == "commands" && $3 == "SNP_LAUNCH_START" && $5 == 7 && $8 == 5 { n++ }
	END { exit n != 1 }' "$step_dir/out" || fail "the status of SNP_LAUNCH_START is not there"

# a guest goes while it is watched
id=$(guest_id "$pid")
sevadm --porcelain monitor --count=40 --interval=0.1 >"$step_dir/live" 2>&1 &
watcher=$!
sleep 1
guest_end "$pid"
wait "$watcher" || fail "monitor: exit code $?"
awk -F '\t' -v id="guest $id" '$1 == "changes" && $2 == id && $4 == "" { n++ } END { exit n != 1 }' \
	"$step_dir/live" || fail "nothing was said of the guest: $(grep ^changes "$step_dir/live")"
[ "$(grep -c ^sample "$step_dir/live")" -eq 40 ] || fail "other than 40 samples"
no_kernel_warnings

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What test bodies say about a run of the program, on either kind of host.
# Sourced by a body: . "${HOST_TESTS:-/tests/host}/lib/steps.sh"

step_dir=$(mktemp -d)

# run ARG... - the program, its output kept: $code, $step_dir/out, $step_dir/err
run() {
	echo "+ sevadm $*"
	code=0
	sevadm --porcelain -q "$@" >"$step_dir/out" 2>"$step_dir/err" || code=$?
	steps=$(summary)
	[ -z "$steps" ] || echo "  $steps"
	sed 's/^/  /' "$step_dir/err"
}

# One word for each step: COMMAND=STATUS where the firmware answered,
# COMMAND!ERRNO where the kernel refused; WBINVDs that went well are counted.
# Reclaiming pages is the driver's own affair.
summary() {
	awk -F '\t' '
		function flush() { if (n) printf "WBINVDx%d ", n; n = 0 }
		$1 != "steps" || $2 == "SNP_PAGE_RECLAIM" { next }
		$2 == "WBINVD" && $10 == 0 { n++; next }
		{ flush() }
		$8 == "" || $8 == -1 && $10 != 0 {
			printf "%s%s ", $2, $10 != 0 ? "!" $11 : ""
			next
		}
		{ printf "%s=%s ", $2, $8 }
		END { flush() }' "$step_dir/out" | sed 's/ $//'
}

expect_code() {
	[ "$code" -eq "$1" ] || fail "exit code $code, not $1"
}

expect_steps() {
	[ "$steps" = "$1" ] || fail "steps were '$steps', not '$1'"
}

# on standard error, where people read it
expect_said() {
	grep -q -e "$1" "$step_dir/err" || fail "nothing was said of '$1'"
}

expect_not_said() {
	! grep -q -e "$1" "$step_dir/err" || fail "it was said: '$1'"
}

# value KEY - of the last run's porcelain
value() {
	awk -F '\t' -v key="$1" '$1 == key { print $2; exit }' "$step_dir/out"
}

expect_value() {
	[ "$(value "$1")" = "$2" ] || fail "$1 is '$(value "$1")', not '$2'"
}

# platforms SEV SNP - the states that the firmware tells
expect_platforms() {
	run status
	expect_code 0
	expect_value sev.state "$1"
	expect_value snp.state "$2"
}

# pids of guests in the list, by id
guest_id() {
	sevadm --porcelain guests 2>/dev/null | awk -F '\t' -v pid="$1" \
		'$1 == "guests" && $8 == pid { print $2 }'
}

# What the kernel complained about, but for pages that a forced teardown leaks
# by design: one of KVM's for each guest
no_kernel_warnings() {
	kernel_warnings >"$step_dir/warnings" || true
	! grep -v 'Leaking PFN' "$step_dir/warnings" | grep . || fail "the kernel complained"
}

# flipped FILE OFFSET OUT - a copy with the byte there made another
flipped() {
	cp "$1" "$3" || fail "no copy of $1"
	flipped_byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059 # an octal escape
	printf "\\$(printf %03o $((flipped_byte ^ 1)))" |
		dd of="$3" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# refused PATTERN COMMAND... - and the reason is of that pattern
refused() {
	refused_why=$1
	shift
	! refused_said=$("$@" 2>&1) || fail "it was not refused: $*"
	echo "$refused_said" | grep -q "$refused_why" || fail "no '$refused_why': $refused_said"
}

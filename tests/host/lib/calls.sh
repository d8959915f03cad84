# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Single calls of /dev/sev-debug, and what they have to say; on the emulated
# host.  Sourced by a body: . "${HOST_TESTS:-/tests/host}/lib/calls.sh"
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

[ "$HOST_KIND" = emulated ] || fail "it is about the real driver"

# call PATTERN ARG... - what sevdbg-call ARG... says has to match
call() {
	wanted=$1
	shift
	said=$(sevdbg-call "$@") || true
	echo "sevdbg-call $*: $said"
	# shellcheck disable=SC2254 # a pattern
	case $said in
	$wanted) ;;
	*) fail "$* says '$said', not '$wanted'" ;;
	esac
}

# all_calls PATTERN [-f FD] - each call there is says that; WBINVD, which asks
# nobody, as well if $with_wbinvd is set
all_calls() {
	all_wanted=$1
	shift
	for all_call in info list "status id=1" "decommission id=1" df-flush "df-flush legacy" \
		shutdown "shutdown legacy" "shutdown strict live tombstones" init \
		${with_wbinvd:+wbinvd wbinvd-all}; do
		# shellcheck disable=SC2086 # words
		call "$all_wanted" "$@" $all_call
	done
}

# settled PID... - wait for each, their exit statuses do not matter
settled() {
	for settled_pid; do
		wait "$settled_pid" || true
	done
}

# wait_for SECONDS COMMAND... - until it succeeds
wait_for() {
	wait_left=$(($1 * 10))
	shift
	until "$@"; do
		[ "$wait_left" -gt 0 ] || return 1
		wait_left=$((wait_left - 1))
		sleep 0.1
	done
}

# pages_accounted - once SNP is down, no page may be left that was not given back
# and of which the kernel does not say that it gave it up
pages_accounted() {
	rmp_range=$(dmesg | sed -n 's/.*RMP table physical range \[\(0x[0-9a-f]*\) - \(0x[0-9a-f]*\)\].*/\1 \2/p')
	[ -n "$rmp_range" ] || fail "the kernel does not say where the RMP is"
	# shellcheck disable=SC2086 # two words
	rmp-assigned $rmp_range >"$step_dir/assigned" || fail "the RMP cannot be read"
	dmesg | sed -n 's/.*Leaking PFN range 0x\([0-9a-f]*\)-0x\([0-9a-f]*\).*/\1 \2/p' >"$step_dir/leaked"
	while read -r first last; do
		page=$((0x$first))
		while [ "$page" -le $((0x$last)) ]; do
			printf '%x\n' "$page"
			page=$((page + 1))
		done
	done <"$step_dir/leaked" >"$step_dir/named"
	echo "assigned pages: $(wc -l <"$step_dir/assigned"), given up: $(wc -l <"$step_dir/named")"
	awk 'FILENAME == ARGV[1] { named[$1]; next } !($1 in named)' "$step_dir/named" \
		"$step_dir/assigned" >"$step_dir/lost"
	[ -s "$step_dir/lost" ] || return 0
	fail "assigned, and not a word of it: $(wc -l <"$step_dir/lost") pages, first $(head -n 1 "$step_dir/lost")"
}

# forgotten_by_kvm [FUNCTION] - kvm_amd that did not find SNP up forgets its ASID bitmaps when
# it is unloaded; whatever else a kernel that looks for leaks finds is ours.  (Of
# alloc_rmp_segment_desc() see guest/init.)  FUNCTION is another that is known to leak.
forgotten_by_kvm() {
	leaks=/sys/kernel/debug/kmemleak
	[ -w "$leaks" ] || return 0
	echo scan >"$leaks" && sleep 6 && echo scan >"$leaks"
	awk -v other="${1:-none}" '/^unreferenced/ { if (n && !known) bad = 1; n = 1; known = 0 }
		/kvm_x86_vendor_init|alloc_rmp_segment_desc/ || index($0, other "+") { known = 1 }
		END { exit bad || (n && !known) }' "$leaks" || fail "$(cat "$leaks")"
	echo clear >"$leaks"
}

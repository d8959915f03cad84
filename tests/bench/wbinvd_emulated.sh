#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# WBINVD by pinned workers against one CPU after another and against the kernel's
# broadcast, on emulated hosts of 4, 16 and 64 CPUs.  Prints, judges nothing.
#   wbinvd_emulated.sh [ROUNDS [EMULATOR-RUN-OPTION...]]
#   CPUS="4 16 64"	of which machines
#   WBINVD_US=50000	what a WBINVD takes there
#
# Each CPU of the machine is a thread of this one (--tcg multi) and sleeps through its
# WBINVD, so those of several CPUs do go on at the same time.  With --tcg single the CPUs
# run in turns and one that sleeps holds up the others: whatever the way, it then takes as
# long as all of them one after another.  Between WBINVDs the CPUs share what this machine
# has, and emulated ones want milliseconds for each thread; 50 ms is more than a processor
# takes, but on 5 ms that would be all there is to see.  The time of a way is
# that between the two records of the program's log, so it has the opening of devices in it
# and not the program's start.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-5}
[ $# = 0 ] || shift
us=${WBINVD_US:-50000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf 'WBINVD of %s ms, %s rounds, medians\n' "$(awk -v us="$us" 'BEGIN { print us / 1000 }')" "$rounds"
echo '        time, ms                             ratio             longest WBINVD, ms'
echo ' CPUs     serial  workers (least) broadcast   serial broadcast   serial  workers'
for cpus in ${CPUS:-4 16 64}; do
	"$top/emulator/run" --tcg multi --timeout 1200 --cpus "$cpus" --psp "wbinvd-us=$us" "$@" \
		"$top/tests/bench/wbinvd_body.sh" "$rounds" >"$work/out" 2>"$work/err" || {
		cat "$work/out" "$work/err" >&2
		exit 1
	}
	tr -d '\r' <"$work/out" | awk -v cpus="$cpus" '
		function ms(time, t) { split(time, t, ":"); return ((t[1] * 60 + t[2]) * 60 + t[3]) * 1000 }
		function median(list, n, i, j, x) {
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
					x = list[j]; list[j] = list[j - 1]; list[j - 1] = x
				}
			return list[int((n + 1) / 2)]
		}
		$1 == "bench" {
			time = ms($4) - ms($3)
			if (time < 0)
				time += 86400000
			if ($2 == "workers") { workers[++w] = time; longest_w[w] = $5 / 1e6 }
			if ($2 == "serial") { serial[++s] = time; longest_s[s] = $5 / 1e6 }
			if ($2 == "broadcast") broadcast[++b] = time
		}
		END {
			p = median(workers, w)
			printf "%5d   %8.1f %8.1f %7.1f %9.1f   %6.1f %9.2f   %6.1f %8.1f\n", cpus,
				median(serial, s), p, workers[1], median(broadcast, b),
				median(serial, s) / p, p / median(broadcast, b), median(longest_s, s), median(longest_w, w)
		}'
done

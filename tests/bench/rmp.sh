#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the RMP check costs the emulated host's boot: processor time of QEMU with
# the check and without it, in turns.  Exit status 1 if the least with it is more than
# a tenth above the least without.
#   rmp.sh [TIMES [EMULATOR-RUN-OPTION...]]
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
times=${1:-3}
[ $# = 0 ] || shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%U %S'

for ((i = 0; i < times; i++)); do
	for check in on off; do
		{ time "$top/emulator/run" "$@" --cpu "snp-rmp-check=$check" boot \
			>"$work/out" 2>"$work/err" || { cat "$work/err"; exit 1; }; } 2>>"$work/$check"
	done
done
for check in on off; do
	awk -v what="$check" '{ t = $1 + $2; if (!n++ || t < min) min = t; sum += t }
		END { printf "boot, check %-3s: least %6.2f s, mean %6.2f s\n", what, min, sum / n }' \
		"$work/$check"
done
awk 'FNR == NR { a[FNR] = $1 + $2; next } { b[FNR] = $1 + $2 }
	END { for (i in a) { if (!m || a[i] < m) m = a[i]; s += a[i] }
	      for (i in b) { if (!k || b[i] < k) k = b[i]; t += b[i] }
	      printf "ratio: least %.3f, mean %.3f\n", m / k, s / t
	      if (m / k > 1.10) { print "the check costs more than a tenth"; exit 1 } }' \
	"$work/on" "$work/off"

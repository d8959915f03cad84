#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Teardown of a large simulated host: time and memory, and how both grow from
# a small one in the same run.  Prints, judges nothing.
#   teardown.sh [CPUS GUESTS]
set -eu
: "${SEVADM:?the program}" "${MEASURE:?tests/bench/measure}"
cpus=${1:-1024} guests=${2:-500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run CPUS GUESTS - prints "MS KIB"
run() {
	"$SEVADM" sim create "$work/m" --force --cpus="$1" --snp-guests="$2" >/dev/null
	"$MEASURE" "$SEVADM" --device=sim:"$work/m" -q --json teardown --guests=stop --yes \
		3>"$work/figures" >"$work/out" 2>"$work/err" || {
		cat "$work/err" >&2
		exit 1
	}
	cat "$work/figures"
}

small=$(run 16 8)
large=$(run "$cpus" "$guests")
# shellcheck disable=SC2086 # two numbers each
set -- $small $large
printf 'teardown of   16 CPUs,   8 guests: %8.1f ms, %6d KiB\n' "$1" "$2"
printf 'teardown of %4d CPUs, %3d guests: %8.1f ms, %6d KiB\n' "$cpus" "$guests" "$3" "$4"
awk -v a="$1" -v b="$3" -v c="$2" -v d="$4" \
	'BEGIN { printf "ratio: %.1f times the time, %.1f times the memory\n", b / a, d / c }'

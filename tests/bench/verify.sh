#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Verifications of attestation reports per second against what OpenSSL's own benchmark says of
# ECDSA on P-384, on as many CPUs, in turns; the best of each counts, for others use the machine
# too.  And the processor time of one verification by itself, from the start of the program on.
# Exit status 1 if the ratio is below 0.90 or the time above 10 ms.
#   verify.sh [ROUNDS [REPORTS]]
#   JOBS=N	on so many CPUs
set -eu
: "${SEVADM:?the program}"
rounds=${1:-5} reports=${2:-10000}
jobs=${JOBS:-$(nproc)}
pki=$(dirname "$SEVADM")/tests/pki
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%R %U %S'

mkdir "$work/certs"
"$pki/make_pki" all "$work/certs" product=milan
verify=("$SEVADM" report verify --root="$work/certs/ark.der" --time=2026-11-28)
# eight guests of one chip; each is verified anew, whoever asks
for ((i = 0; i < 8; i++)); do
	"$pki/make_report" data=0$i >"$work/report$i"
done
for ((i = 0; i < reports; i++)); do
	echo "$work/report$((i % 8))"
done >"$work/list"

best=0 openssl=0
for ((i = 0; i < rounds; i++)); do
	figure=$(openssl speed -elapsed -seconds 3 -multi "$jobs" ecdsap384 2>/dev/null | awk 'END { print $NF }')
	{ time "${verify[@]}" --jobs="$jobs" --batch="$work/list" "$work/certs" >"$work/out"; } 2>"$work/time"
	[ "$(wc -l <"$work/out")" = "$reports" ]
	rate=$(awk -v n="$reports" '{ printf "%.1f", n / $1 }' "$work/time")
	printf 'round %d: %9.1f reports/s, %9.1f verifications/s by openssl speed\n' $((i + 1)) "$rate" "$figure"
	best=$(awk -v a="$best" -v b="$rate" 'BEGIN { print (a > b ? a : b) }')
	openssl=$(awk -v a="$openssl" -v b="$figure" 'BEGIN { print (a > b ? a : b) }')
done
# both by processor time, which others on the machine do not take from either
alone=$(openssl speed -seconds 3 ecdsap384 2>/dev/null | awk 'END { print $NF }')
{ time "${verify[@]}" --jobs=1 --batch="$work/list" "$work/certs" >"$work/out"; } 2>"$work/time"
cost=$(awk -v n="$reports" -v o="$alone" '{ printf "%.1f", (($2 + $3) / n - 1 / o) * 1e6 }' "$work/time")
cold=$({ time for ((i = 0; i < 50; i++)); do
	"${verify[@]}" "$work/report0" "$work/certs" >/dev/null
done; } 2>&1 | awk '{ printf "%.2f", ($2 + $3) * 1000 / 50 }')

awk -v a="$best" -v b="$openssl" -v c="$cold" -v jobs="$jobs" -v cost="$cost" 'BEGIN {
	printf "batch on %d CPUs: %.1f reports/s; openssl speed: %.1f/s; ratio %.3f\n", jobs, a, b, a / b
	printf "a report costs %.1f us of processor time besides its verification\n", cost
	printf "one by itself: %.2f ms of processor time, start of the program included\n", c
	exit a / b < 0.90 || c > 10 }'

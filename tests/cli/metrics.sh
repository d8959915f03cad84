#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# status as metrics: read by strict parsers, what is not known is not there, and a file
# that is whole at any time.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
python=/usr/bin/python3
"$python" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null || {
	skip 'metrics' 'there is no python3-prometheus-client'
	done_testing
}

# parsed - both parsers take $out; what they found is in $work/metrics
parsed() {
	"$python" "$top_srcdir/tests/cli/lib/metrics.py" "$out" >"$work/metrics" 2>"$work/said" || {
		sed 's/^/# /' "$work/said"
		return 1
	}
	[ "$(tail -n 1 "$out")" = '# EOF' ] && [ "$(grep -c EOF "$out")" -eq 1 ]
}
# is NAME VALUE; is_not NAME - there is none
is() {
	jq -e --arg n "$1" --argjson v "$2" '.[$n] == $v' "$work/metrics" >"$work/said" ||
		{ echo "# $1 is $(jq --arg n "$1" '.[$n]' "$work/metrics")"; return 1; }
}
is_not() { jq -e --arg n "$1" 'all(keys[]; startswith($n) | not)' "$work/metrics" >"$work/said"; }
metrics() { host status --format=openmetrics "$@"; }

machine --snp-guests=2 --sev-guests=1 --offline=5
metrics
ok 'strict parsers take it, and no line is anything else' 'code_is 0 && quiet && parsed &&
	! grep -v -e "^# TYPE sevadm_[a-z_]* gauge$" -e "^# HELP sevadm_[a-z_]* [A-Z].*\.$" -e "^# EOF$" \
		-e "^sevadm_[a-z_]*\({[^{}]*}\)\? [0-9]*$" "$out"'
ok 'states: 1 for the one that it is' 'is "sevadm_snp_state{state=INIT}" 1 && is "sevadm_snp_state{state=UNINIT}" 0 &&
	is "sevadm_sev_state{state=WORKING}" 1 && is "sevadm_sev_state{state=INIT}" 0'
ok 'guests, by firmware and driver' 'is "sevadm_firmware_guests{kind=snp}" 2 &&
	is "sevadm_firmware_guests{kind=sev}" 1 && is "sevadm_driver_guests{kind=snp}" 2 &&
	is "sevadm_driver_guests{kind=sev}" 1 && is "sevadm_driver_tombstones{kind=snp}" 0'
ok 'CPUs' 'is "sevadm_cpus{state=present}" 8 && is "sevadm_cpus{state=online}" 7'
ok 'the host, and that it is simulated' 'is "sevadm_host_info{kernel=6.12.117-sim,simulated=true}" 1 &&
	is sevadm_status_ok 1 && is sevadm_sev_debug 1'
host status --json
cp "$out" "$work/status"
sane() {
	for part in bootloader tee snp microcode; do
		for tcb in current reported; do
			is "sevadm_tcb{part=$part,tcb=$tcb}" "$(jq ".${tcb}_tcb.$part" "$work/status")" || return
		done
	done
	for flag in snp_host snp_initialized mismatch psp_dead svm_on init_locked buffers iommu_stuck \
		track_lost tio ciphertext_hiding x86_shutdown; do
		is "sevadm_driver_flag{flag=$flag}" "$(jq "if .driver.$flag then 1 else 0 end" "$work/status")" ||
			return
	done
	for flag in rmp_initialized mask_chip_id mask_chip_key vlek feature_info; do
		is "sevadm_snp_flag{flag=$flag}" "$(jq "if .snp.$flag then 1 else 0 end" "$work/status")" || return
	done
	for side in sev snp; do
		is "sevadm_${side}_firmware_info$(jq -r ".$side | \"{api_major=\(.api_major),\" +
			\"api_minor=\(.api_minor),build=\(.build)}\"" "$work/status")" 1 || return
	done
	is sevadm_leaked_pages "$(jq .driver.leaked_pages "$work/status")"
}
ok 'TCBs, flags, versions and pages are those of --json' sane
ok 'every flag of --json is there' '[ "$(jq "[.driver[] | select(type == \"boolean\")] | length" \
	"$work/status")" -eq "$(jq "keys | map(select(startswith(\"sevadm_driver_flag\"))) | length" \
	"$work/metrics")" ]'

# ---- what is not known is not there

machine --snp-guests=1 --no-patch
metrics
ok 'no patch: nothing of the driver' 'code_is 0 && parsed && is sevadm_sev_debug 0 && is_not sevadm_driver &&
	is_not sevadm_leaked && is "sevadm_firmware_guests{kind=snp}" 1'
machine --snp-guests=1
act fail=SNP_PLATFORM_STATUS:INVALID_PAGE_STATE:9 >"$work/acted"
metrics
ok 'SNP does not answer: nothing of it, and status_ok is 0; exit 6' 'code_is 6 && one_sentence && parsed &&
	is sevadm_status_ok 0 && is_not sevadm_snp && is_not sevadm_tcb &&
	is_not "sevadm_firmware_guests{kind=snp}" && is "sevadm_firmware_guests{kind=sev}" 0'
machine --snp-guests=1
act timeout=SNP_DF_FLUSH >"$work/acted"
host df-flush -q
metrics
ok 'a secure processor that is silent: the driver says so, the firmware nothing' 'code_is 5 && parsed &&
	is "sevadm_driver_flag{flag=psp_dead}" 1 && is_not sevadm_sev_state && is_not sevadm_snp &&
	is_not sevadm_firmware && is_not "sevadm_driver_flag{flag=mismatch}" && is sevadm_status_ok 0'
machine
host teardown -q
metrics
ok 'down is a state, too' 'code_is 0 && parsed && is "sevadm_snp_state{state=UNINIT}" 1 &&
	is "sevadm_sev_state{state=UNINIT}" 1 && is "sevadm_driver_flag{flag=init_locked}" 1'
run --device="sim:$work/none" status --format=openmetrics
ok 'no host: no metrics' 'code_is 4 && silent && one_sentence'
machine --kernel='6.12.1-a"b\c{d}'
metrics
ok 'odd names are escaped' 'code_is 0 && parsed &&
	grep -qF "kernel=\"6.12.1-a\\\"b\\\\x5cc{d}\"" "$out"'

machine --generation=turin
metrics
ok 'a Turin has one more part of its TCB' 'code_is 0 && parsed && grep -q "part=\"fmc\"" "$out"'

# ---- into a file

machine --snp-guests=1
prom=$work/sevadm.prom
(umask 077 && exec "$SEVADM" --device="sim:$sim" status --format=openmetrics --output="$prom") >"$out" 2>"$err"
code=$?
last='status --output'
ok '--output: nothing on standard output, everything in the file' 'code_is 0 && silent && quiet &&
	[ "$(tail -n 1 "$prom")" = "# EOF" ]'
ok 'which everybody may read, whatever the umask' '[ "$(stat -c %a "$prom")" = 644 ]'
ok 'and nothing is left beside it' '[ "$(ls "$work" | grep -c "^sevadm.prom")" -eq 1 ]'
before=$(stat -c %i "$prom")
metrics --output="$prom"
ok 'the next takes its place' 'code_is 0 && [ "$(stat -c %i "$prom")" != "$before" ]'
# a reader that is always there sees it whole
( while :; do tail -n 1 "$prom"; done >"$work/seen" 2>&1 ) &
reader=$!
i=0
while [ $i -lt 50 ]; do
	"$SEVADM" --device="sim:$sim" status --format=openmetrics --output="$prom"
	i=$((i + 1))
done
{ kill $reader && wait $reader; } 2>"$work/told"
ok 'never a part of it' '[ "$(sed "\$d" "$work/seen" | sort -u)" = "# EOF" ]'
cp "$prom" "$work/kept.prom"
mkdir "$work/dir"
metrics --output="$work/dir"
ok 'a directory: exit 1, nothing is left behind' 'code_is 1 && one_sentence && said "write $work/dir: " &&
	[ -z "$(ls "$work/dir")" ] && [ "$(ls "$work" | grep -c "^dir")" -eq 1 ]'
metrics --output="$work/none/x"
ok 'no such directory' 'code_is 1 && one_sentence && said ENOENT'
# a file system of one page, which the old file has
namespaces=-m
[ "$(id -u)" -eq 0 ] || namespaces='-r -m'
mkdir "$work/small"
# shellcheck disable=SC2086 # options
if unshare $namespaces mount -t tmpfs -o size=4k none "$work/small" 2>"$work/said"; then
	code=0
	unshare $namespaces sh -c 'mount -t tmpfs -o size=4k none "$3" && cp "$4" "$3/a.prom" || exit 99
		"$1" --device="sim:$2" status --format=openmetrics --output="$3/a.prom" || code=$?
		ls "$3" >"$5" && cmp "$3/a.prom" "$4" >>"$5"
		exit ${code-0}' sh "$SEVADM" "$sim" "$work/small" "$work/kept.prom" "$work/left" \
		>"$out" 2>"$err" || code=$?
	ok 'no room: said, the old file stays, nothing else' 'code_is 1 && one_sentence && said ENOSPC &&
		[ "$(cat "$work/left")" = a.prom ]'
else
	skip 'no room' 'no mount namespaces here'
fi
ln -s "$work/elsewhere" "$work/link.prom"
metrics --output="$work/link.prom"
ok 'a link is replaced, not followed' 'code_is 0 && [ ! -e "$work/elsewhere" ] && [ ! -L "$work/link.prom" ]'

mkfifo "$work/pipe.prom"
ln -s pipe.prom "$work/to-pipe.prom"
for file in pipe.prom to-pipe.prom; do
	host status --format=openmetrics --output="$work/$file"
	ok "no file takes the place of a pipe: $file" 'code_is 1 && one_sentence && [ -p "$work/pipe.prom" ] &&
		[ -L "$work/to-pipe.prom" ]'
done

# ---- the other forms

for form in text json porcelain; do
	option=--$form
	[ $form != text ] || option=
	# ages and durations go on
	# shellcheck disable=SC2086
	host status $option
	sed 's/[0-9.]* [num]*s$//; s/duration_ns.*//' "$out" >"$work/one"
	host status --format=$form
	ok "--format=$form is ${option:-what there is without}" 'code_is 0 &&
		sed "s/[0-9.]* [num]*s\$//; s/duration_ns.*//" "$out" | cmp - "$work/one"'
done
keep
for value in '' x JSON prometheus; do
	host status --format="$value"
	ok "--format='$value'" 'usage_error && said "--format takes" && untouched'
done
host status --output="$prom"
ok '--output goes with metrics only' 'usage_error && said "goes with --format=openmetrics" && untouched'
host status --format=openmetrics --output=
ok '--output=' 'usage_error && untouched'
for words in '--json --format=openmetrics' '--porcelain --format=json' '--format=text --json'; do
	# shellcheck disable=SC2086
	host status $words
	ok "$words" 'code_is 64 && said "two forms of the result at once" && untouched'
done
host status --format=json --jobs=1
ok 'a usage error with --format=json is JSON' 'code_is 64 && json ".result.exit == 64"'

# ---- the judge refuses

metrics
cp "$out" "$work/good.prom"
for change in '$d' 's/gauge/stateset/' 's/^sevadm_cpus{state="online"}.*/&\n&/' 's/"WORKING"/WORKING/' \
	'/^sevadm_sev_debug/s/$/ x/' '1d' 's/^# TYPE/#TYPE/'; do
	sed "$change" "$work/good.prom" >"$out"
	ok "noticed: $change" '! parsed >"$work/noticed"'
done

done_testing

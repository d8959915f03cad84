#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The log of changes: what it says, that it is there before the first change and cannot
# be lost on the way, and that nothing is done where it cannot be kept.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
python=/usr/bin/python3
log=$work/log

# records N - so many lines, each an object of its own
records() { [ "$(wc -l <"$log")" -eq "$1" ] && [ "$(jq -s length "$log")" -eq "$1" ]; }
# record N FILTER - true of record N
record() { sed -n "${1}p" "$log" | jq -e "$2" >"$work/said"; }

# ---- what it says

machine --snp-guests=2 --sev-guests=1
SUDO_USER=alice SUDO_UID=1000 "$SEVADM" teardown --log="$log" -q --guests=decommission --yes \
	--device="sim:$sim" </dev/null >"$out" 2>"$err"
code=$?
last="teardown --log"
ok 'a change: two records, by the same hand' 'code_is 0 && records 2 &&
	[ "$(jq -r .id "$log" | sort -u | wc -l)" -eq 1 ] &&
	[ "$(jq -r .event "$log" | tr "\n" " ")" = "started ended " ]'
ok 'who' 'record 1 ".who.uid == $(id -u) and .who.euid == $(id -u) and .who.sudo_user == \"alice\" and
	.who.sudo_uid == 1000 and .who.pid > 1 and .who.ppid == $$ and (.who | has(\"tty\") | not)"'
login=$(cat /proc/self/loginuid 2>/dev/null)
case $login in
'' | 4294967295) ok 'nobody logged in: no login uid' 'record 1 ".who | has(\"login_uid\") | not"' ;;
*) ok 'the login uid' 'record 1 ".who.login_uid == $login"' ;;
esac
ok 'what: the command line as it was given, the host, and that it is simulated' 'record 1 \
	".arguments[1:] == [\"teardown\", \"--log=$log\", \"-q\", \"--guests=decommission\", \"--yes\",
	\"--device=sim:$sim\"] and .command == \"teardown\" and .simulated and .device == \"sim:$sim\""'
ok 'when' 'record 1 ".time | test(\"^20[0-9-]*T[0-9:]*[.][0-9]{6}Z\$\")" &&
	[ "$(jq -r .time "$log" | sort -c && echo sorted)" = sorted ]'
ok 'each step, with its guest, process, CPUs, status and errno' 'record 2 "
	[.steps[] | [.command, .guest // .pid // .cpus, .status, .status_name, .errno]] == [
	[\"SIGSTOP\", 1200, null, null, 0], [\"SIGSTOP\", 1213, null, null, 0], [\"SIGSTOP\", 1226, null, null, 0],
	[\"SNP_DECOMMISSION\", 1, 0, \"SUCCESS\", 0], [\"SNP_DECOMMISSION\", 2, 0, \"SUCCESS\", 0],
	[\"SHUTDOWN\", null, 0, \"SUCCESS\", 0], [\"SNP_PAGE_RECLAIM\", null, 0, \"SUCCESS\", 0],
	[\"WBINVD\", \"0-7\", null, null, 0], [\"SNP_DF_FLUSH\", null, 0, \"SUCCESS\", 0],
	[\"SNP_SHUTDOWN_EX\", null, 0, \"SUCCESS\", 0], [\"PLATFORM_STATUS\", null, 0, \"SUCCESS\", 0],
	[\"SNP_PLATFORM_STATUS\", null, 0, \"SUCCESS\", 0]]"'
ok 'how it ended, and what was warned of' 'record 2 ".result.done and .result.exit == 0 and
	.result.message == \"SEV and SEV-SNP are down\" and (.warnings | any(contains(\"must not kexec\")))"'
ok 'nobody else may read it' '[ "$(stat -c %a "$log")" = 600 ]'

host teardown --log="$log"
ok 'the next is added' 'records 4 && record 4 ".steps == [] and (.result.message | contains(\"down already\"))"'
machine --snp-guests=1
act fail=SNP_DF_FLUSH:0x13:1:0x1234 >"$work/acted"
rm "$log"
host teardown --guests=stop --yes --log="$log" --json
ok 'a refusal: status, extended error, exit code, remedy' 'code_is 6 && record 2 "
	.steps[-1] == (.steps[-1] + {\"command\": \"SNP_DF_FLUSH\", \"status\": 19,
		\"status_name\": \"HWERROR_PLATFORM\", \"errno\": 5, \"errno_name\": \"EIO\", \"fw_ext\": \"0x1234\"}) and
	.result.exit == 6 and .result.status == 19 and (.result.done | not) and .result.remedy != \"\""'
ok 'the result is that of --json' '[ "$(sed -n 2p "$log" | jq -S .result)" = "$(jq -S .result "$out")" ]'
for words in wbinvd df-flush shutdown init recover 'kexec --yes' 'decommission --all --running --yes' \
	'wbinvd --cpus=1,3-4'; do
	rm -f "$log"
	# shellcheck disable=SC2086
	host $words --log="$log"
	ok "$words is logged" "records 2 && record 2 '.result.exit == $code'"
done
ok 'the CPUs that were asked for' 'record 2 ".steps[0].cpus == \"1,3-4\" and .steps[0].count == 3"'

# this kernel ends before there is anything to say: it is said right before
for words in 'kexec --yes' 'kexec --yes --now'; do
	machine --snp-guests=1
	act kexec-load >"$work/acted"
	rm -f "$log"
	# shellcheck disable=SC2086
	host $words --guests=stop --log="$log"
	ok "$words: what was done is logged before the jump" 'code_is 0 && records 3 &&
		record 2 ".event == \"leaving\" and (has(\"result\") | not) and
			.steps[-1].command == \"SNP_PLATFORM_STATUS\"" &&
		record 3 ".event == \"ended\" and (.steps[-1].command | IN(\"KEXEC\", \"systemctl kexec\"))"'
	cat "$log" >>"$work/leaving"
done
rm -f "$log"
machine --snp-guests=1
act kexec-load >"$work/acted"
host kexec --guests=stop --yes --no-exec --log="$log"
ok '--no-exec: nobody leaves' 'code_is 0 && records 2'
host kexec --guests=stop --dry-run --log="$work/dry"
ok 'nor in a dry run' '[ ! -e "$work/dry" ]'

# a name with all that JSON, a terminal and a log do not like
rm -f "$log"
run wbinvd --log="$log" --device="sim:$work/$(printf 'a\n"\\\033\344')"
ok 'odd bytes in the command line are escaped' 'code_is 4 && records 2 && record 2 ".result.exit == 4" &&
	record 1 ".device | contains(\"\\\\x0a\\\"\\\\x5c\\\\x1b\\\\xe4\")" && ! grep -q "$(printf "\033")" "$log"'

# ---- what is no change leaves no record

machine --snp-guests=1
rm -f "$log"
for words in status guests 'teardown --dry-run' 'teardown --plan=dot' 'explain 15' "sim show $sim"; do
	# shellcheck disable=SC2086
	host $words --log="$log"
	ok "${words%% /*}: no record, no file" '[ ! -e "$log" ]'
done
host teardown --guests=stop --log="$log"
ok 'not confirmed: not begun' 'code_is 64 && [ ! -e "$log" ]'

# ---- a host that cannot be had: tried, and logged

run teardown --device="sim:$work/none" --log="$log"
ok 'no such host: logged with its exit code' 'code_is 4 && records 2 &&
	record 2 ".result.exit == 4 and .steps == []"'

# ---- where it cannot be kept nothing is done

keep
rm -f "$log"
ln -s "$work/elsewhere" "$log"
host wbinvd --log="$log"
ok 'a symbolic link is not followed' 'code_is 1 && one_sentence && said "open the log .*ELOOP" &&
	said "not a symbolic link" && untouched && [ ! -e "$work/elsewhere" ]'
rm "$log"
mkfifo "$log"
host wbinvd --log="$log"
ok 'a FIFO is no file, and hangs nobody' 'code_is 1 && one_sentence && said "regular file" && untouched'
rm "$log"
host wbinvd --log="$work"
ok 'a directory' 'code_is 1 && one_sentence && said EISDIR && untouched'
host wbinvd --log=/dev/full
ok 'a device' 'code_is 1 && one_sentence && said "regular file" && untouched'
host wbinvd --log="$work/none/log" --json
ok 'no such directory, as JSON' 'code_is 1 && json ".result.exit == 1 and .steps == []" && untouched'
host wbinvd --log=
ok '--log=' 'usage_error && untouched'

# a file that is full: full N - that many bytes of it may still be written
limit=33554432
full() {
	rm -f "$log"
	truncate -s $((limit - $1)) "$log"
	last="wbinvd --log (full but for $1 bytes)"
	code=0
	# dash counts in blocks of 512, and the simulated host is smaller than that
	(ulimit -f $((limit / 512)) && exec "$SEVADM" --device="sim:$sim" wbinvd --log="$log" --json \
		</dev/null >"$out" 2>"$err") || code=$?
}
if [ "$(sh -c 'ulimit -f 2; ulimit -f' 2>/dev/null)" = 2 ] && [ "$(stat -c %s "$sim")" -lt $limit ]; then
	full 0
	ok 'full from the start: nothing is done' 'code_is 1 && said "write to the log: .*EFBIG.*nothing was done" &&
		json ".steps == [] and .result.exit == 1" && unchanged'
	rm -f "$log"
	host wbinvd --log="$log" --json
	full $(($(head -1 "$log" | wc -c) + 30))
	ok 'full at the end: it is said, and in the exit code; what was done is told' 'code_is 1 &&
		said "warning: write to the log: " && said "all was done, but the log has no record of its end" &&
		json "(.steps | length) == 8 and .result.exit == 1 and (.result.done | not)"'
	full 5000
	ok 'not full' 'code_is 0'
else
	skip 'a log that is full' 'no limits here'
fi

# ---- killed half way: the beginning is there, the end is not

machine --snp-guests=100
rm -f "$log" "$work/held"
mkfifo "$work/held"
exec 3<>"$work/held"
head -c 61440 /dev/zero >&3
"$SEVADM" --device="sim:$sim" decommission --all --running --yes -v --log="$log" </dev/null 2>"$work/held" \
	>"$out" 3>&- &
pid=$!
tries=0
while [ ! -s "$log" ] && [ $tries -lt 200 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
ok 'the first record is there before it has ended' 'records 1 && kill -0 $pid'
kill -KILL $pid
wait $pid 2>"$work/told"
exec 3>&-
last='decommission, killed'
ok 'and stays the only one' 'records 1 && record 1 ".event == \"started\""'

machine --snp-guests=1
rm -f "$log"
for i in 1 2 3 4 5 6 7 8; do
	"$SEVADM" --device="sim:$sim" wbinvd -q --log="$log" >/dev/null 2>&1 &
done
wait
ok 'many at once: each record whole' 'records 16 &&
	[ "$(jq -r .id "$log" | sort | uniq -c | awk "\$1 == 2" | wc -l)" -eq 8 ]'

# ---- journal and syslog, in place of which somebody else listens

# listening KIND WORDS... - records go to $log
listening() {
	kind=$1
	shift
	case $kind in
	journal) socket=/run/systemd/journal/socket ;;
	syslog) socket=/dev/log ;;
	esac
	last="$* --log=$kind"
	code=0
	rm -f "$log"
	# shellcheck disable=SC2016,SC2086 # for the other shell; options
	unshare $namespaces sh -c '
		mount -t tmpfs none /run && mkdir "$1/dev" "$1/dev/pts" && touch "$1/dev/null" "$1/dev/urandom" &&
		mount --bind /dev/null "$1/dev/null" && mount --bind /dev/urandom "$1/dev/urandom" &&
		mount --rbind "$1/dev" /dev || exit 99
		shift
		exec "$@"' sh "$work" ${without:-"$python" "$top_srcdir/tests/cli/lib/listen.py" $socket "$log"} \
		"$SEVADM" --device="sim:$sim" "$@" --log="$kind" </dev/null >"$out" 2>"$err" || code=$?
	umount "$work/dev/null" "$work/dev/urandom" 2>/dev/null
	rm -rf "${work:?}/dev"
}
namespaces=-m
[ "$(id -u)" -eq 0 ] || namespaces='-r -m'
machine --snp-guests=1
without='env'
[ -x "$python" ] && listening syslog wbinvd -q
if [ -x "$python" ] && [ "$code" -ne 99 ] && ! said unshare; then
	ok 'no syslog: exit 4, nothing is done' 'code_is 4 && one_sentence && said "there is no syslog" &&
		! printed Steps'
	without=''
	listening syslog teardown --guests=stop --yes --json
	cp "$log" "$work/syslog"
	ok 'syslog: a record for each step, in between' 'code_is 0 && [ "$(sed -n "s/^[^{]*//p" "$log" |
		jq -r ".event + \" \" + (.step.command // \"\")" | tr "\n" " ")" = "started  step SIGTERM step SHUTDOWN \
step SNP_PAGE_RECLAIM step WBINVD step SNP_DF_FLUSH step SNP_SHUTDOWN_EX step PLATFORM_STATUS \
step SNP_PLATFORM_STATUS ended  " ]'
	ok 'syslog: authpriv.notice, by name and pid' \
		'[ "$(grep -c "^<85>.* sevadm\[[0-9]*\]: {" "$log")" -eq 10 ]'
	ok 'syslog: none is long' '[ "$(wc -L <"$log")" -lt 1024 ]'
	machine --snp-guests=1 --offline=5
	act fail=SNP_DF_FLUSH:0x13:1:0x1234 >"$work/acted"
	for words in 'wbinvd --cpus=5' df-flush 'decommission --all --running --yes' \
		'teardown --online-cpus' recover 'kexec --yes'; do
		# shellcheck disable=SC2086
		listening syslog $words
		cat "$log" >>"$work/syslog"
	done
	ok 'syslog: a failure is a warning' 'grep -q "^<84>.*\"event\":\"ended\".*\"exit\":6" "$work/syslog"'
	host wbinvd --log=journal
	if said 'built without'; then
		ok 'journal: not built in: exit 4, nothing was opened' 'code_is 4 && one_sentence &&
			! printed Steps && said "libsystemd"'
		host status --log=journal
		ok 'and of every command' 'code_is 4'
		: >"$work/journal"
	else
		machine --snp-guests=1
		without='env'
		listening journal wbinvd -q
		without=''
		ok 'no journal: exit 4, nothing is done' 'code_is 4 && one_sentence && said "there is no journal"'
		listening journal teardown --guests=stop --yes --json
		jq -r .SEVADM_RECORD "$log" >"$work/journal"
		ok 'journal: two entries with fields of their own' 'code_is 0 && jq -s -e "
			map([.SEVADM_EVENT, .SEVADM_COMMAND, .SYSLOG_IDENTIFIER, .PRIORITY]) ==
			[[\"started\", \"teardown\", \"sevadm\", \"5\"], [\"ended\", \"teardown\", \"sevadm\", \"5\"]] and
			(map(.SEVADM_ID) | unique | length == 1)" "$log" >"$work/said"'
		ok 'journal: a sentence for people' 'jq -s -e "(.[0].MESSAGE | test(\"^teardown: started by uid\")) and
			.[1].MESSAGE == \"SEV and SEV-SNP are down\"" "$log" >"$work/said"'
		ok 'journal: and the whole record' '[ "$(jq -r .event "$work/journal" | tr "\n" " ")" = \
			"started ended " ] && jq -s -e "(.[1].steps | length) == 8" "$work/journal" >"$work/said"'
		act fail=SNP_DF_FLUSH:0x13 >"$work/acted"
		listening journal df-flush
		ok 'journal: a failure is a warning' 'jq -s -e ".[1].PRIORITY == \"4\"" "$log" >"$work/said"'
	fi
else
	skip 'journal and syslog' 'no mount namespaces here'
fi

# ---- every record is as the schema says

if "$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null && [ -s "$work/syslog" ]; then
	mkdir "$work/samples"
	rm -f "$log"
	machine --snp-guests=2 --offline=5
	SUDO_USER=bob SUDO_UID=7
	export SUDO_USER SUDO_UID
	host wbinvd --log="$log"
	host wbinvd --cpus=5 --log="$log"
	act fail=SNP_DF_FLUSH:0x13:1:0x1234 >"$work/acted"
	host df-flush --log="$log"
	host shutdown --legacy --log="$log"
	host teardown --guests=decommission --yes --log="$log"
	host decommission 9 --yes --log="$log"
	unset SUDO_USER SUDO_UID
	sed 's/^[^{]*//' "$work/syslog" | cat - "$work/journal" "$work/leaving" "$log" >"$work/all"
	n=0
	while read -r line; do
		n=$((n + 1))
		printf 'record %d\n%s\n' $n "$line" >"$work/samples/$(printf %03d $n)"
	done <"$work/all"
	last='records and schema'
	"$python" "$top_srcdir/tests/cli/lib/schema.py" "$top_srcdir/docs/schema/log.json" "$work/samples" \
		who.tty who.login_uid signal >"$out"
	ok 'the schema of the log takes each record, and nothing else' '[ $? -eq 0 ] &&
		! grep -q "^not ok" "$out" && [ "$n" -ge 20 ]'
else
	skip 'the schema of the log' 'no python3-jsonschema, or no syslog record'
fi

done_testing

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --fault: answers that are put in, what commands make of them, and what is refused.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

machine --snp-guests=2
host --json teardown --guests=stop --yes --fault=SNP_DF_FLUSH:status=WBINVD_REQUIRED,ext=0x1234
ok 'a flush that is refused once: the WBINVD is repeated, and it ends well' 'code_is 0 &&
	json ".steps | map(select(.command == \"SNP_DF_FLUSH\") | [.status, .fw_ext]) ==
		[[14, \"0x1234\"], [0, null]]" &&
	json ".faults == [{fault: \"SNP_DF_FLUSH:status=WBINVD_REQUIRED,ext=0x1234\", asked: 2, used: 1}]"'
ok 'and it is said that it is simulated' 'json ".simulated"'
machine --snp-guests=2
host teardown --guests=stop --yes --fault=SNP_DF_FLUSH#2:status=1
ok 'in text, too; and a fault that never happened is warned of' 'code_is 0 &&
	printed "^Simulated host .*, with answers that --fault puts in$" &&
	said "warning: the fault SNP_DF_FLUSH#2:status=1 never happened: there were too few"'
host --porcelain teardown --fault=SNP_DF_FLUSH:status=1
ok 'nothing was asked at all' 'code_is 0 && said "there was no such request" &&
	printed "^faults	SNP_DF_FLUSH:status=1	0	0$"'

machine --snp-guests=1
keep
host --json decommission 1 --running --yes --fault=SNP_DECOMMISSION:status=0x13,ext=0x1234
ok 'a decommission that the firmware refuses: exit 6, its status, its extended error' 'code_is 6 &&
	unchanged && json ".result.status == 19 and .result.fw_ext == \"0x1234\""'
host decommission 1 --running --yes --fault=SNP_DECOMMISSION@guest=2:status=0x13
ok 'of another guest: not this one' 'code_is 0 && said "never happened"'

machine
host wbinvd --fault=WBINVD@cpu=3:errno=EIO
ok 'a WBINVD that fails on one CPU' 'code_is 1 && said "EIO" && said "CPU 3"'
host wbinvd --broadcast --fault=WBINVD_ALL:errno=EINTR
ok 'the broadcast that is interrupted' '! code_is 0 && said "EINTR"'
host --json df-flush --fault=SNP_DF_FLUSH:delay=2500ms
ok 'a command that takes its time' 'code_is 0 && json ".steps[0].duration_ns > 2500000000"'

keep
host --json shutdown --legacy --fault=SHUTDOWN:hang
ok 'a firmware that does not answer: the driver gives it up' 'code_is 1 && json ".result.errno_name ==
	\"ETIMEDOUT\"" && json ".steps[0] | .status == -1 and .duration_ns >= 100000000000"'
host status --fault=PLATFORM_STATUS:hang
ok 'and then it is dead, for this command' '! code_is 0 && said "gave the secure processor up\|given up\|ETIMEDOUT"'
ok 'but not for the host' 'unchanged'
host status
ok 'which is as it was' 'code_is 0'
host --json init --fault=SNP_INIT_EX:errno=EBUSY,reason=TIO
ok 'a reason of the driver'"'"'s' 'code_is 5 && said "SEV-TIO is up"'

machine --snp-guests=1
host teardown --guests=stop --yes --fault=SNP_SHUTDOWN_EX:status=SUCCESS
ok 'a success that is put in is found out by the proof' '! code_is 0 && said "INIT\|still up\|UNINIT"'
machine --snp-guests=1
host -q guests --fault='*#1:delay=1s' --fault='GUEST_LIST#3:errno=EIO' --fault='*#x*:delay=1ms'
ok 'several at a time' 'code_is 0 && said "GUEST_LIST#3:errno=EIO never happened" &&
	[ "$(grep -c warning "$err")" = 1 ]'
host teardown --guests=stop --dry-run --fault=SNP_DF_FLUSH:status=1
ok 'a dry run issues nothing' 'code_is 0 && said "no such request"'

# ---- a session: the nth is counted over all of its commands, whichever handle they use
machine
printf '%s\n' df-flush status df-flush df-flush 'status --fault=PLATFORM_STATUS:errno=EIO' \
	'status --fault=PLATFORM_STATUS#2:errno=EIO' | "$SEVADM" --device="sim:$sim" shell \
	--fault=SNP_DF_FLUSH#2:status=WBINVD_REQUIRED --fault='*#3:delay=1s' \
	--fault=SHUTDOWN:hang >"$out" 2>"$err"
ok 'a shell: the second flush of all' '[ "$(grep -c "^sevadm: df-flush: .*WBINVD_REQUIRED" "$err")" = 1 ] &&
	printed "SNP_DF_FLUSH#2:status=WBINVD_REQUIRED  3  *1" && [ "$(grep -c "SHUTDOWN:hang never" "$err")" = 1 ]'
ok 'and those of a line are its own' '[ "$(grep -c "^sevadm: status: .*driver refused" "$err")" = 1 ] &&
	said "PLATFORM_STATUS#2:errno=EIO never happened: there were too few"'
printf 'df-flush\nstatus\ndf-flush\n' >"$work/script"
run --json --device="sim:$sim" run "$work/script" --fault=SNP_DF_FLUSH#2:status=1
ok 'a script' '! code_is 0 && json ".faults[0] | .asked == 2 and .used == 1"'

# ---- refused before anything is opened
keep
for spec in nonsense SNP_DF_FLUSH SNP_DF_FLUSH: FLUSH:hang 'SNP_DF_FLUSH#0:hang' WBINVD:hang \
	SNP_DF_FLUSH:status=FOO SNP_DF_FLUSH:delay=1 SNP_LAUNCH_START:hang "$(printf 'a\033b:hang')"; do
	host status --fault="$spec"
	ok "$(printf %s "$spec" | tr -d '\033'): no fault" 'usage_error && untouched'
done
ok 'what it says is escaped' 'said "a.x1bb"'
run status --fault=SHUTDOWN:hang
ok 'never on a real host' 'code_is 64 && one_sentence && said "never for a real one"'
run --json teardown --dry-run --fault=SHUTDOWN:hang
ok 'nor for a dry run; in JSON' 'code_is 64 && json ".result.exit == 64 and (has(\"faults\") | not)"'
run explain 15 --fault=SHUTDOWN:hang
ok 'nor where no host is opened' 'code_is 64 && said "opens no device"'
set -- status
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do
	set -- "$@" --fault=SHUTDOWN:hang
done
host "$@"
ok 'not more than sixteen' 'usage_error && said "16 at most"'

done_testing

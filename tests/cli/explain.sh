#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explain: statuses, lines that are pasted, whole logs.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# ---- a line as it was pasted

run explain 'SEV-SNP firmware shutdown failed, rc -5, error 0xf'
ok 'a line in one word' 'code_is 0 && quiet && printed "DFFLUSH_REQUIRED (0x000f)" &&
	printed "SNP stays up in the firmware"'
run explain -- '[' 92.1] ccp 0000:22:00.1: SEV-SNP firmware shutdown failed, rc -5, error 0xf
ok 'and in many, with time and driver' 'code_is 0 && printed "DFFLUSH_REQUIRED (0x000f)"'
run explain --json 'SEV: failed to SHUTDOWN error 0x1, rc -5'
ok 'as JSON' 'code_is 0 && json ".lines | length == 1 and .[0].command == \"SHUTDOWN\" and
	.[0].status == 1 and .[0].errno_name == \"EIO\" and .[0].status_name == \"INVALID_PLATFORM_STATE\" and
	(.[0].source | startswith(\"drivers/crypto/ccp/\"))"'
run explain no driver says this
ok 'a line that no driver logs' 'code_is 2 && printed "no driver logs such a line"'
run explain "$(printf 'SEV API:1.55 build:25 \033[2J')"
ok 'what would write on the terminal does not' 'code_is 0 && printed "x1b.2J" && ! printed "$(printf "\033")"'

# ---- a log

cat >"$work/log" <<'LOG'
[    0.000000] Linux version 6.12.117
[    3.028944] ccp 0000:00:02.0: SEV-SNP API:1.55 build:25
[    5.086400] ccp 0000:00:02.0: SEV-SNP DF_FLUSH failed, ret = -5, error = 0xe
[    5.100000] usb 1-1: new high-speed USB device
[    5.650254] SEV-SNP: Leaking PFN range 0x5556-0x5557
LOG
run explain --kernel-log="$work/log"
ok 'a file: the lines about SEV, in their order' 'code_is 0 && printed "^3 of 5 lines are about SEV$" &&
	printed "WBINVD_REQUIRED (0x000e)" && ! printed "usb 1-1" && printed "^    -> Do not kexec"'
run explain --kernel-log="$work/log" --json
ok 'as JSON' 'json "[.lines[].line[0:14]] == [\"[    3.028944]\", \"[    5.086400]\", \"[    5.650254]\"] and
	(has(\"simulated\") | not)"'
run explain --kernel-log="$work/log" --porcelain
ok 'as porcelain' '[ "$(grep -c "^lines	" "$out")" = 3 ]'
"$SEVADM" explain --kernel-log=- <"$work/log" >"$out" 2>"$err"
ok 'from standard input' 'printed "^3 of 5 lines"'
printf 'nothing here' >"$work/other"
run explain --kernel-log="$work/other"
ok 'nothing of SEV in it' 'code_is 2 && printed "^0 of 1 line is about SEV$"'
printf 'SEV API:1.55 build:25\0\n\nSEV-SNP: Leaking PFN range 0x1-0x2' >"$work/odd"
run explain --kernel-log="$work/odd"
ok 'NUL bytes, empty lines, no end of the last' 'code_is 0 && printed "^2 of 3 lines"'
run explain --kernel-log="$work/none"
ok 'no such file' 'code_is 1 && one_sentence && said "none: No such file"'
run explain --kernel-log=/
ok 'a directory' 'code_is 1 && one_sentence && said "EISDIR"'

# ---- a host's own

machine --snp-guests=1
act fail=SNP_PAGE_RECLAIM:HWERROR_PLATFORM kill=1200 >/dev/null
host explain --kernel-log
ok 'the log of a simulated host' 'code_is 0 && printed "^Simulated host" && printed "Leaking PFN range" &&
	printed "^    -> Do not kexec"'
host explain --kernel-log --json
ok 'says that it is one' 'json ".simulated and (.lines | length) > 3"'
run --device="sim:$work/nohost" explain --kernel-log
ok 'no such host' 'code_is 4 && one_sentence'

# ---- mistakes

for words in '--kernel-log 15' '--kernel-log --command=INIT' '15 --command=' ''; do
	# shellcheck disable=SC2086
	run explain $words
	ok "explain $words" 'code_is 64 && [ ! -s "$out" ]'
done

done_testing

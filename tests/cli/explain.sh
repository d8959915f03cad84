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

# ---- a status of a command

run explain 0x0f --command=SNP_ACTIVATE
ok 'of a command: what it means there, and who says so' 'code_is 0 && quiet &&
	printed "^Of command  *SNP_ACTIVATE$" && printed "^Source  *AMD 56860, SNP_ACTIVATE" &&
	printed "no SNP_DF_FLUSH since" && ! printed "^Note"'
run explain 0x0f --command=GET_ID
ok 'one that it does not answer' 'code_is 0 && printed "not documented to answer it" &&
	printed "^Source  *AMD 56860, status codes$"'
run explain 0x0f --command=GET_ID --json
ok 'as JSON' 'json ".explanation.command == \"GET_ID\" and .explanation.documented == false and
	(.explanation.causes | contains(\"SNP_DF_FLUSH\"))"'
run explain HWERROR_UNSAFE --command=GET_ID --json
ok 'one that any can answer' 'json ".explanation.documented"'
run explain 0x0f --json
ok 'of no command' 'json "(.explanation | has(\"documented\") or has(\"command\") | not) and
	(.explanation.source | startswith(\"AMD 56860\"))"'
run explain 0x0f --command=SNP_ACTIVATE --porcelain
ok 'as porcelain' 'printed "^explanation.documented	yes$" && printed "^explanation.source	AMD 56860"'

run explain --command=snp-shutdown
ok 'all that a command answers' 'code_is 0 && quiet && printed "^DFFLUSH_REQUIRED (0x000f): " &&
	printed "^    -> Run .sevadm shutdown --legacy. first" && printed "^    .AMD 56860, SNP_SHUTDOWN; firmware" &&
	printed "^7 statuses that"'
run explain --command=SNP_SHUTDOWN --json
ok 'as JSON, by number' 'json "[.statuses[].status] == [0, 1, 15, 17, 19, 20, -1] and
	all(.statuses[]; .source != \"\" and .remedy != \"\" and .meaning != \"\")"'
run explain --command=SNP_SHUTDOWN --porcelain
ok 'as porcelain' '[ "$(grep -c "^statuses	" "$out")" = 7 ]'
sed -n 's/^	{ 0x[0-9a-f]*, "\([A-Z_]*\)",.*/\1/p' "$top_srcdir/lib/firmware/command.c" >"$work/commands"
while read -r command; do
	run explain --command="$command" --json
	json '(.statuses | length) >= 5 and .result.done' || echo "$command"
done <"$work/commands" >"$work/missing"
ok 'each command that there is' '[ "$(wc -l <"$work/commands")" -gt 60 ] && [ ! -s "$work/missing" ]'
run explain --command=TIO_INIT
ok 'one that no document at hand is about' 'code_is 0 && printed "what else this one can, nothing says$"'

# ---- numbers of more parts

run explain 0x8000001a --command=SNP_PLATFORM_STATUS
ok 'a register' 'code_is 0 && quiet && printed "^As command-response register:$" &&
	printed "status (15:0): 0x1a INVALID_PAGE_STATE" && printed "^Status  *0x001a$" &&
	printed "a kvm_amd load failed half way"'
run explain 0x00860001 --json
ok 'one that the firmware has not answered' 'json "(has(\"explanation\") | not) and
	[.fields[] | [.field, .value, .name]] == [[\"response\", \"0x0\", null],
		[\"command\", \"0x86\", \"SNP_SHUTDOWN_EX\"], [\"interrupt\", \"0x1\", null]]"'
run explain 0x80000000
ok 'one without a refusal' 'code_is 0 && printed "0x0 SUCCESS" && ! printed "^Status"'
run explain 0x8000001e
ok 'one with a status that is none' 'code_is 0 && printed "not assigned" && ! printed "^Status"'
run explain 0x10000002a
ok 'both readings of 64 bits' 'code_is 0 && printed "^As EXIT_INFO_2" && printed "0x1 INVALID_LEN" &&
	printed "^As command buffer registers" && printed "CMDBUFF_ADDR_Lo (31:0): 0x2a"'
run explain 4294967318 --json
ok 'decimal; the status in it' 'json ".explanation.status == 22 and ([.fields[].reading] | unique | length) == 2"'
run explain 0xff
ok 'what a guest sets before it asks' 'code_is 0 && printed "before it asks" && ! printed "command buffer"'
run explain HWERROR_PLATFORM --command=SNP_DF_FLUSH --ext=0x123400005678
ok 'what the firmware left beside a status' 'code_is 0 && printed "CMDBUFF_ADDR_Hi (63:32): 0x1234$" &&
	printed "CMDBUFF_ADDR_Lo (31:0): 0x5678$" && printed "no document says" && printed "^Status  *0x0013$"'
run explain 0x13 --ext=0
ok 'and nothing' 'code_is 0 && printed "left the registers as the driver wrote them"'
run explain 0x80000007 --command=NONE
ok 'a register of no command' 'code_is 64 && one_sentence && [ ! -s "$out" ]'

# ---- mistakes

for words in '--kernel-log 15' '--kernel-log --command=INIT' '--kernel-log --ext=1' '15 --command=' '' \
	'--command=' '--command=NONE' '--ext=1' '--ext=1 --command=INIT' '15 --ext=' '15 --ext=-1' '15 --ext=0x' \
	'15 --ext=18446744073709551616' '--ext=1 a line'; do
	# shellcheck disable=SC2086
	run explain $words
	ok "explain $words" 'code_is 64 && [ ! -s "$out" ]'
done

done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the program offers to complete a command line with, against what it is and what it
# says of itself.  The shells that ask for it: completion_shells.sh.  Speaks TAP.
#   SEVADM      path of the program
#   top_srcdir  of the sources
shopt -s lastpipe	# result counts at the end of a pipe
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"
SEVADM=$(realpath "${SEVADM:?}") || exit 1
man=$top_srcdir/man
unset ARGP_HELP_FMT
cd "$tmp" || exit 1

# complete WORD... CURRENT - what it can become, a line each
complete() {
	"$SEVADM" complete -- "$@" | cut -f1
}

# offers WORDS WORD... - after WORDS, the last of them being typed: exactly these; '.' for
# what stands before a file
offers() {
	local line

	IFS=' ' read -ra line <<<"$1"
	[[ $1 != *' ' && -n $1 ]] || line+=('')
	"$SEVADM" complete -- "${line[@]}" 2>&1 | sed 's/^\t/./; s/\t.*//' | sort >a
	printf '%s\n' "${@:2}" | sed '/^$/d' | sort | comm -3 a - |
		sed "s#^#after '$1', what comes and what should: #"
}

# shellcheck disable=SC2086 # a command can be two words
help_options() {
	"$SEVADM" ${1-} --help | sed -n 's/^ \{2,6\}\(-., \)\?\(--[a-z][a-z-]*\).*/\2/p' | sort -u
}

differ() {
	comm -23 "$2" "$3" | sed "s/^/$1, only in the first: /"
	comm -13 "$2" "$3" | sed "s/^/$1, only in the second: /"
}

# -------------------------------------------------------- commands and their options

mapfile -t commands < <("$SEVADM" --help |
	sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\( [a-z-]\+\)\?\)  *[A-Z].*/\1/p')
{ [ "${#commands[@]}" -ge 15 ] || printf '%s\n' "${commands[@]}"; } | result 'the program has commands'

complete '' >a
printf '%s\n' "${commands[@]}" | cut -d' ' -f1 | uniq | diff a - |
	result 'each command completes, in the order of --help'
for group in $(printf '%s\n' "${commands[@]}" | sed -n 's/ .*//p' | uniq); do
	complete "$group" '' | sort >a
	printf '%s\n' "${commands[@]}" | sed -n "s/^$group //p" | sort | differ "$group" a - |
		result "and so do the second words of $group"
done
"$SEVADM" complete -- '' | awk -F '\t' '$2 == ""' | result 'each with what it does'
# shellcheck disable=SC2086 # two words
for command in '' "${commands[@]}"; do
	complete $command -- >a 2>&1
	grep -v '^--' a >b
	complete $command --  | sed 's/=$//' | sort -u >a
	help_options "$command" | differ 'options: completion, help' a - | cat b - |
		result "options of sevadm${command:+ }$command complete"
done

# each alternative that an option names in --help is a value of it
# shellcheck disable=SC2086 # two words
for command in '' "${commands[@]}"; do
	"$SEVADM" $command --help | sed -n 's/^ \{2,6\}\(-., \)\?\(--[a-z-]*=[a-z0-9|-]*\)\( .*\|$\)/\2/p' |
		while IFS='=' read -r option values; do
			[ -n "$values" ] || continue
			complete $command "$option=" | sed 's/.*=//' >a
			tr '|' '\n' <<<"$values" | differ "$command $option" <(sort a) <(sort)
		done
done | result 'the words that an option takes complete'

{
	offers '-q te' teardown
	offers '--device sim:x te' teardown
	offers '--color=' --color={auto,always,never}
	offers '--color a' auto always
	offers 'status --device=' --device={kernel,sim:,sim-guest:,replay:}
	offers '--device=sim:x' .--device=sim:
	offers '--device sim:x' .sim:
	offers '--log=' --log={journal,syslog} .--log=
	offers 'teardown --guests=' --guests={refuse,stop,stop:,decommission}
	offers 'teardown --guests=d' --guests=decommission
	offers 'teardown --guests=stop:3'
	offers 'kexec --guests=' --guests={refuse,stop,stop:}
	offers 'kexec --kernel=' .--kernel=
	offers 'sim create f --kernel='
	offers 'teardown --jobs 4 --plan=d' --plan=dot
	offers 'teardown --jobs 4 --jo' --jobs=
	offers 'explain WBIN' WBINVD_REQUIRED
	offers 'explain WBINVD_REQUIRED WBIN'
	offers 'explain 0x1 --command=SNP_SHUTDOWN_' --command=SNP_SHUTDOWN_EX
	offers 'explain --kernel-log=' .--kernel-log=
	offers 'check ' teardown kexec kdump
	offers 'check kexec '
	offers 'doctor ' sev es snp
	offers 'sim create ' .
	offers 'sim create f '
	offers 'sim show -- --f' .
	offers 'status x'
	offers 'nonsense '
	offers 'sim nonsense '
	offers 'status nonsense --js' --json
	offers '--nonsense --js' --json
} 2>&1 | result 'options and arguments complete by what --help calls them'

{
	offers 'complet'
	"$SEVADM" complete >/dev/null 2>&1 </dev/null
	[ $? -eq 64 ] || echo 'without a word'
	"$SEVADM" complete -- sim show $'a\nb\t' >out || echo "exit $?"
	printf '\t\n' | cmp - out
	[ "$(complete sim act f start=snp:3)" = start=snp:3@ ] || echo 'no unit'
	complete sim act f $'start=snp:\n3'
	"$SEVADM" complete -- '' >/dev/full 2>/dev/null && echo 'a full disk'
} 2>&1 | result 'the command that tells it is not offered itself, and one line is one word'

# ------------------------------------------------------------------- names it takes

complete explain '' >a
while read -r status; do
	"$SEVADM" explain "$status" 2>&1 >/dev/null
done <a | result 'each status that completes is known'
for ((i = 0; i < 256; i++)); do
	"$SEVADM" explain "$i" --porcelain 2>/dev/null | sed -n 's/^explanation\.name\t//p'
done | sort | comm -23 - <(sort a) | result 'each status that is known completes'
complete explain --command '' | while read -r command; do
	"$SEVADM" explain 0 --command="$command" 2>&1 >/dev/null
done | result 'each firmware command that completes is known'
complete explain --command '' | grep -cx -e SNP_SHUTDOWN_EX -e DF_FLUSH | grep -vx 2 | result 'and they do'

# ---------------------------------------------------------------- simulated hosts

{
	complete sim act f '' | sed 's/=$//' | sort >a
	sed -n '/^\.Ss sim act/,/^\.S[sh]/s/^\.It //p' "$man/sevadm-sim.8" | tr ',' '\n' |
		sed 's/^ *\(Cm \)\?\([a-z-]*\).*/\2/' | sort >b
	differ 'actions: completion, page' a b
	grep -o 'strcmp(name, "[a-z-]*")' -h "$top_srcdir"/sim/sim_act.c "$top_srcdir"/sim/sim_guest_host.c | cut -d'"' -f2 | sort -u >b
	differ 'actions: completion, source' a b
	complete sim act f '' | while read -r action; do
		"$SEVADM" sim create --force act.sim || exit 1
		"$SEVADM" sim act act.sim "$action" 2>&1 | grep 'nothing that can happen'
	done
} | result 'the actions of sim act are those of page and program'
{
	offers 'sim act f access=r' access={rw,ro}
	offers 'sim act f start=s' start={snp,snp-launching,sev,sev-es}
	offers 'sim act f start=snp' start={snp,snp:,snp@,snp-launching}
	offers 'sim act f start-stubborn=plain:2' start-stubborn=plain:2@
	offers 'sim act f lockdown=' lockdown={none,integrity,confidentiality}
	offers 'sim act f snp program=' program={virsh,systemctl}:
	offers 'sim act f program=virsh:' program=virsh:{works,fails,missing}
	offers 'sim act f fail=SNP_DF' fail=SNP_DF_FLUSH:
	offers 'sim act f fail=0x84' fail=0x84:
	offers 'sim act f fail=SNP_DF_FLUSH:WB' fail=SNP_DF_FLUSH:WBINVD_REQUIRED
	offers 'sim act f fail=SNP_DF_FLUSH:WBINVD_REQUIRED' fail=SNP_DF_FLUSH:WBINVD_REQUIRED{,:}
	offers 'sim act f timeout=SNP_DF' timeout=SNP_DF_FLUSH
} 2>&1 | result 'and so are what they take'
complete sim act f start=snp@ | sed 's/.*@//' >a
complete sim create --units= | sed 's/.*=//' | diff a - | result 'where a VMM can live is said once'

# --------------------------------------------------------------- guests, and CPUs

"$SEVADM" sim create c.sim --snp-guests=2 --sev-guests=1 --leaked-guests=1 --cpus=12 || exit 1
{
	offers '--device=sim:c.sim decommission ' 1 2 4
	offers '--device sim:c.sim decommission 2 ' 1 4
	offers 'decommission --device=sim:c.sim 2 4 1' 1
	offers '--device=sim:none decommission '
	offers '--device=sim:/dev/null decommission '
	offers '--device=nonsense decommission '
	offers '--device=sim:c.sim teardown --only=' --only={1,2,3,4}
	offers '--device=sim:c.sim teardown --only=1,3,' --only=1,3,{2,4}
	offers '--device=sim:c.sim teardown --only 1,3,' 1,3,{2,4}
} 2>&1 | result 'ids of guests complete, each once'
"$SEVADM" complete -- --device=sim:c.sim decommission '' | cut -f2 |
	paste -sd '|' - | grep -vx 'SNP running, .*\[[0-9]*\]|SNP running, .*\[[0-9]*\]|SNP running, no process' |
	result 'with what they are'
{
	offers '--device=sim:c.sim wbinvd --cpus=1' --cpus=1{,0,1}
	offers '--device=sim:c.sim wbinvd --cpus=0-8,' --cpus=0-8,{9,10,11}
	offers '--device=sim:c.sim wbinvd --cpus=9-' --cpus=9-{10,11}
	offers '--device=sim:c.sim wbinvd --cpus=1-9,4-' --cpus=1-9,4-{10,11}
	offers '--device=sim:c.sim wbinvd --cpus=x'
	offers '--device=sim:c.sim wbinvd --cpus=5-1,'
	offers '--device=sim:none wbinvd --cpus='
} 2>&1 | result 'CPUs complete, each once'

# All that was offered above, and nothing happened; what the file holds is what it was
sha256sum c.sim >sums
for words in 'decommission' 'teardown --only' 'wbinvd --cpus' 'guests'; do
	# shellcheck disable=SC2086 # words
	complete --device=sim:c.sim $words '' >/dev/null
done
sha256sum --quiet -c sums 2>&1 | result 'a simulated host is as it was'
{
	find . -mindepth 1 -printf '%f\n' | grep -vxE 'a|b|c\.sim|out|said|sums|act\.sim'
} | result 'and no file came into being'

# traced WORD... - the calls that the program makes to complete them; that standard output is no
# terminal it need not find out
traced() {
	# a leak cannot be looked for in a program that is traced
	strace -f -E ASAN_OPTIONS=detect_leaks=0 -o trace -e trace=ioctl,open,openat,unlink,rename,mkdir "$SEVADM" --color=never complete -- "$@" >out &&
		cat trace
}
if command -v strace >/dev/null && strace -o trace true 2>/dev/null; then
	for words in decommission 'teardown --only' 'wbinvd --cpus' '--device=sim:c.sim decommission'; do
		# shellcheck disable=SC2086 # words
		traced $words '' | grep -E '^[0-9]+ +(ioctl|unlink|rename|mkdir)\(|"/dev/|O_CREAT|O_TRUNC|O_WRONLY'
	done | result 'TAB issues no ioctl, opens no device and writes no file'
	traced decommission '' | grep -c '"/run/sevadm/guests", O_RDONLY' | grep -vx 1 |
		result 'guests of this host: those that were noted'
else
	skip 'TAB issues no ioctl, opens no device and writes no file' 'strace cannot trace here'
	skip 'guests of this host: those that were noted' 'strace cannot trace here'
fi

finish

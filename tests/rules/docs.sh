#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Manual pages and README against the program itself.  Speaks TAP.
#   SEVADM      path of the program
#   top_srcdir  of the sources
shopt -s lastpipe	# result counts at the end of a pipe
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"
SEVADM=$(realpath "${SEVADM:?}") || exit 1
man=$top_srcdir/man
unset ARGP_HELP_FMT

# differ WHAT A B: sorted lists in files that should be the same
differ() {
	comm -23 "$2" "$3" | sed "s/^/$1, only in the first: /"
	comm -13 "$2" "$3" | sed "s/^/$1, only in the second: /"
}

# ------------------------------------------------------------- the program

# shellcheck disable=SC2086 # a command can be two words
help_options() {
	"$SEVADM" ${1-} --help | sed -n 's/^ \{2,6\}\(-., \)\?\(--[a-z][a-z-]*\).*/\2/p' | sort -u
}

commands() {
	"$SEVADM" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\( [a-z-]\+\)\?\)  *[A-Z].*/\1/p'
}

# own COMMAND: options that are not everybody's
own() {
	help_options "$1" | comm -23 - "$tmp/globals"
}

page_of() {
	echo "$man/sevadm-${1%% *}.8"
}

mapfile -t commands < <(commands)
help_options >"$tmp/globals"
for command in "${commands[@]}"; do
	own "$command"
done | sort -u - "$tmp/globals" >"$tmp/known"

{
	[ "${#commands[@]}" -ge 10 ] || echo "--help lists ${#commands[@]} commands: ${commands[*]}"
	[ "$(wc -l <"$tmp/globals")" -ge 8 ] || cat "$tmp/globals"
	[ "$(wc -l <"$tmp/known")" -ge 20 ] || cat "$tmp/known"
} | result 'the program tells its commands and options'

# -------------------------------------------------------------------- pages

# Every option that a page names, in its text or in an example
named() {
	sed -e '/^\.\\"/d' -e 's/Fl -/--/g' "$1" |
		sed 's/| *-\([a-z]\)/| --\1/g' |
		grep -oE -- '(^|[^a-z-])--[a-z][a-z-]*' | sed 's/.*--/--/' | sort -u
}

# Those that it describes: items of lists
described() {
	sed -n 's/^\.It Fl .*/&/p' "$1" | sed 's/\.It Fl -/--/; s/\.It Fl [^-].* , -/--/' |
		sed -n 's/^\(--[a-z-]*\).*/\1/p' | sort -u
}

for command in "${commands[@]}"; do
	page=$(page_of "$command")
	{
		[ -f "$page" ] || echo "there is no $page"
		grep -q "^\.Cm $command\$" "$page" || echo "no synopsis of sevadm $command"
	} 2>&1 | result "sevadm $command has a manual page"
done

for page in "$man"/sevadm-*.8; do
	name=$(basename "$page" .8)
	case $name in *.service) continue ;; esac
	: >"$tmp/own"
	for command in "${commands[@]}"; do
		[ "$(page_of "$command")" != "$page" ] || own "$command" >>"$tmp/own"
	done
	{
		printf '%s\n' "${commands[@]}" | grep -qE "^${name#sevadm-}( |\$)" || echo 'no command'
		grep -q "^\.Xr $name 8\( ,\)\?\$" "$man/sevadm.8" || echo 'sevadm(8) does not refer to it'
	} | result "$name is the page of a command"
	described "$page" >"$tmp/described"
	sort -u -o "$tmp/own" "$tmp/own"
	differ 'options: program, page' "$tmp/own" "$tmp/described" |
		result "$name describes its options, and no other"
done

# Units: each has a page, which has its command among the examples, and names the settings
# that an administrator may want otherwise as they are
for unit in "$top_srcdir"/systemd/*.service.in; do
	name=$(basename "$unit" .in)
	page=$man/$name.8
	{
		[ -f "$page" ] || echo "there is no $page"
		grep -q "^\.Xr $name 8\( ,\)\?\$" "$man/sevadm.8" || echo 'sevadm(8) does not refer to it'
		args=$(sed -n 's/^ExecStart=[^ ]* //p' "$unit")
		grep -qe "^[$] sevadm --device=sim:[a-z.]* $args\$" "$page" || echo "no example of $args"
		for setting in FailureAction TimeoutStartSec ExecStart; do
			grep -q "^\.It Cm $setting=\$" "$page" || echo "$setting= is not there"
		done
		grep -q "^\.Cm $(sed -n 's/^FailureAction=//p' "$unit")\$" "$page" || echo 'another FailureAction='
	} 2>&1 | result "$name has a manual page that is true"
done

described "$man/sevadm.8" | differ 'options: program, page' "$tmp/globals" - |
	result 'sevadm(8) describes the global options, and no other'

for page in "$man"/*.8; do
	name=$(basename "$page" .8)
	named "$page" | comm -23 - "$tmp/known" | result "$name names no unknown option"
	case $name in
	*.service) ;;
	*)
		codes=$(sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It //p' "$page" | tr '\n' ' ')
		{ [ "$codes" = '0 1 2 3 4 5 6 64 ' ] || echo "codes: $codes"; } |
			result "$name has the table of exit codes"
		;;
	esac
	if command -v mandoc >/dev/null; then
		mandoc -T lint -W warning "$page" 2>&1 | result "$name: mandoc has nothing to say"
	else
		skip "$name: mandoc has nothing to say" 'there is no mandoc'
	fi
done

# ----------------------------------------------------------------- examples

# Lines of literal displays in EXAMPLES; one that ends in | goes on
examples() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$1" | sed 's/\\e/\\/g' |
		sed -e ':more' -e '/|$/{N;s/\n */ /;b more' -e '}' | sed -n "s/^$2 //p"
}

mkdir "$tmp/bin"
ln -s "$SEVADM" "$tmp/bin/sevadm"
for page in "$man"/*.8; do
	name=$(basename "$page" .8)
	dir=$tmp/$name
	mkdir "$dir"
	# with $: on a simulated host, in order, and they succeed
	examples "$page" '[$]' | while IFS= read -r line; do
		case $line in
		*jq*) command -v jq >/dev/null || continue ;;
		esac
		(cd "$dir" && PATH=$tmp/bin:$PATH bash -o pipefail -c "$line" \
			>out 2>&1 </dev/null) ||
			{ echo "exit $?: $line" && cat "$dir/out"; }
	done | result "$name: the examples work"
	{ [ -n "$(examples "$page" '[$]')" ] || echo none; } | result "$name has such examples"

	# with #: of a real host, so only: the program takes the command line
	mkdir "$dir/real"
	"$SEVADM" sim create --force "$dir/real.sim" --snp-guests=1 || exit 1
	examples "$page" '#' | sed 's/&&/\n/g; s/|/\n/g' | grep -E '^ *sevadm ' |
		while read -r _ line; do
			# shellcheck disable=SC2086 # words of a command line
			(cd "$dir/real" && "$SEVADM" --device="sim:$dir/real.sim" --yes $line) >"$dir/out" 2>&1 </dev/null
			[ $? -ne 64 ] || { echo "$line" && cat "$dir/out"; }
		done | result "$name: the examples for a real host are taken"
done

# ------------------------------------------------------------------- README

{
	sed -n '1,/^## /p' "$top_srcdir/README.md" >"$tmp/first"
	for command in ./demo ./check; do
		grep -qE "^ *$command\$" "$tmp/first" || echo "README.md does not start with $command"
		[ -x "$top_srcdir/$command" ] || echo "there is no $command"
	done
	grep -oE '\]\([A-Za-z][^):]*\)' "$top_srcdir/README.md" | tr -d ']()' | while read -r path; do
		[ -e "$top_srcdir/${path%%#*}" ] || echo "README.md refers to $path"
	done
} | result 'README.md starts with the two commands, and what it refers to is there'

# -------------------------------------------------------------- attestation

# Each line of sevadm's in docs/attestation.md, what is piped after it left out
said() {
	sed -n '/^```/,/^```/s/^\([$#] \)\?sevadm /sevadm /p' "$top_srcdir/docs/attestation.md" | sed 's/ | .*//'
}
{
	[ "$(said | wc -l)" -ge 8 ] || said
	said | while read -r _ words; do
		command=$(printf '%s\n' "${commands[@]}" | awk -v line="$words " '
			{ at = index(line, $0 " ") } at == 1 || (at > 1 && substr(line, 1, 9) == "--device=") { print; exit }')
		[ -n "$command" ] || { echo "no command: $words"; continue; }
		grep -oE -- ' --[a-z][a-z-]*' <<<" $words" | tr -d ' ' | while read -r option; do
			help_options "$command" | grep -qxe "$option" || echo "$command has no $option"
		done
	done
	# inline, too
	grep -oE '`sevadm [a-z]+( [a-z]+)?' "$top_srcdir/docs/attestation.md" | sed 's/`sevadm //' | while read -r name; do
		printf '%s\n' "${commands[@]}" | grep -qxe "$name" -e "${name% *}" || echo "no command: $name"
	done
} | result 'docs/attestation.md names commands and options that are there'
(
	mkdir "$tmp/attestation" && cd "$tmp/attestation" || exit
	sed -n '/^```/,/^```/s/^[$] //p' "$top_srcdir/docs/attestation.md" | while IFS= read -r line; do
		PATH=$tmp/bin:$PATH bash -o pipefail -c "$line" >out 2>&1 </dev/null || { echo "$line"; cat out; }
	done
) | result 'and what it does in a simulated guest works'

# ---------------------------------------------------------------- migrating

# What stands for another tool's command is one of ours
# shellcheck disable=SC2016 # backticks of Markdown
{
	names=$(sed -n 's/^|[^`]*| \(`.*`\) |.*/\1/p' "$top_srcdir/docs/migrating.md" | grep -o '`[^`]*`' |
		tr -d '`' | sort -u)
	[ "$(wc -l <<<"$names")" -ge 20 ] || echo "docs/migrating.md names few commands: $names"
	while read -r first second; do
		printf '%s\n' "${commands[@]}" | grep -qxe "$first" -e "$first $second" ||
			echo "docs/migrating.md names $first $second, which is no command"
	done <<<"$names"
} | result 'docs/migrating.md names commands that are there'

finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bash, zsh and fish with the completions of the tree: what they offer, and what becomes of a
# line on a terminal when TAB is pressed.  What there is to offer: completion.sh.  Speaks TAP.
#   SEVADM      path of the program
#   top_srcdir  of the sources
shopt -s lastpipe	# result counts at the end of a pipe
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"
SEVADM=$(realpath "${SEVADM:?}") || exit 1
completions=$top_srcdir/completions
rules=$top_srcdir/tests/rules

mkdir "$tmp/bin" "$tmp/home" "$tmp/work" "$tmp/work/my dir" || exit 1
ln -s "$SEVADM" "$tmp/bin/sevadm"
PATH=$tmp/bin:$PATH HOME=$tmp/home
export PATH HOME
unset BASH_ENV ENV ZDOTDIR XDG_CONFIG_HOME XDG_DATA_HOME
cd "$tmp/work" || exit 1
touch 'my dir/a file' 'it'\''s'
"$SEVADM" sim create c.sim --snp-guests=2 --sev-guests=1 --leaked-guests=1 || exit 1
sha256sum c.sim >"$tmp/sum"

# Lines, and what a shell offers behind each: exactly these words
cat >"$tmp/table" <<'EOF'
sevadm sim |act create set show step
sevadm -q te|teardown
sevadm --color=|--color=auto --color=always --color=never
sevadm --color |auto always never
sevadm status --device=|--device=kernel --device=replay: --device=sim-guest: --device=sim:
sevadm --device=sim:c.|--device=sim:c.sim
sevadm --device sim:c.|sim:c.sim
sevadm teardown --guests=s|--guests=stop --guests=stop:
sevadm kexec --guests=d|
sevadm explain WBIN|WBINVD_REQUIRED
sevadm sim act c|c.sim
sevadm sim act c.sim access=r|access=rw access=ro
sevadm sim act c.sim fail=SNP_DF_FLUSH:WB|fail=SNP_DF_FLUSH:WBINVD_REQUIRED
sevadm --device=sim:c.sim decommission |1 2 4
sevadm --device sim:c.sim decommission 2 |1 4
sevadm "--device=sim:c.sim" decommission '2' |1 4
sevadm --device=sim:none decommission |
sevadm --device=sim:c.sim teardown --only=1,3,|--only=1,3,2 --only=1,3,4
sevadm status x|
EOF
cut -d'|' -f1 "$tmp/table" >"$tmp/lines"
# as the lists below are: the line, and below it what comes
while IFS='|' read -r line words; do
	echo "$line:"
	tr ' ' '\n' <<<"$words" | sed '/^$/d' | sort
done <"$tmp/table" >"$tmp/wanted"

# each_line COMMAND - for the lines of the table
each_line() {
	while IFS= read -r line; do
		echo "$line:"
		"$@" "$line" | sort
	done <"$tmp/lines"
}

# ------------------------------------------------------------------------------ bash

with=''	# bash-completion itself
breaks=$COMP_WORDBREAKS

# replies LINE: what bash's function offers, as the words would stand there.  It leaves out
# what is there up to a break, so that is put before it again.
replies() (
	# shellcheck source=/dev/null
	[ -z "$with" ] || . "$with"
	# shellcheck source=/dev/null
	. "$completions/sevadm"
	COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDBREAKS=$breaks COMPREPLY=()
	_sevadm sevadm '' '' 2>&1
	printf '%s\n' "${COMPREPLY[@]}" | sed '/^$/d'
)

# whole LINE - the same, with what stands before it in the word
whole() {
	local word=${1##* }

	case $breaks in
	*=*:* | *:*=*) word=${word%"${word##*[=:]}"} ;;
	*) word='' ;;
	esac
	replies "$1" | sed "s/^/$word/"
}

bash -n "$completions/sevadm" 2>&1 | result 'the completion is correct bash'
breaks=$' \t\n"\'><=;|&(:'
each_line whole | diff - "$tmp/wanted" | result 'bash offers what there is'
breaks=$' \t\n"\'><;|&('
each_line whole | diff - "$tmp/wanted" | result 'bash the same where = and : break no words'
breaks=$' \t\n"\'><=;|&(:'
with=/usr/share/bash-completion/bash_completion
if [ -r "$with" ]; then
	each_line whole | diff - "$tmp/wanted" | result 'bash the same with bash-completion loaded'
else
	skip 'bash the same with bash-completion loaded' 'it is not installed'
fi
with=''

# Everything that the program would say reaches the shell
{
	for words in '' sim 'sim act f' teardown explain kexec; do
		replies "sevadm $words${words:+ }" | sort >"$tmp/a"
		# shellcheck disable=SC2086 # words
		"$SEVADM" complete -- $words '' | grep -v $'^\t' | cut -f1 | sort |
			comm -13 "$tmp/a" -
	done
} | result 'and leaves nothing out'

# ------------------------------------------------------------------------ zsh, fish

have_zsh=$(command -v zsh) have_fish=$(command -v fish)
if [ -n "$have_zsh" ]; then
	mapfile -t lines <"$tmp/lines"
	zsh -f "$rules/list_in.zsh" "$completions" "${lines[@]}" 2>&1 | diff - "$tmp/wanted" |
		result 'zsh offers what there is'
else
	skip 'zsh offers what there is' 'there is no zsh'
fi

# in_fish LINE
in_fish() {
	# shellcheck disable=SC2016 # fish's variables
	fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$completions/sevadm.fish" "$1" |
		cut -f1
}
if [ -n "$have_fish" ]; then
	each_line in_fish 2>&1 | diff - "$tmp/wanted" | result 'fish offers what there is'
	# shellcheck disable=SC2016 # fish's variables
	fish --no-config -c 'source $argv[1]; complete -C "sevadm tear"' "$completions/sevadm.fish" |
		grep -vx "teardown	$("$SEVADM" complete -- tear | cut -f2)" |
		result 'with what it does'
else
	skip 'fish offers what there is' 'there is no fish'
	skip 'with what it does' 'there is no fish'
fi

# -------------------------------------------------------------------- on a terminal

cat >"$tmp/typed" <<'EOF'
sevadm te
sevadm --device=sim:c.s
sevadm --device=sim:c.sim decommission 1 2 
sevadm sim show my\ dir/a
sevadm sim show 'my dir/a
sevadm status --output=my\ dir/a
sevadm sim show it
sevadm sim act f program=v
sevadm --colo
sevadm sim act f program=v	f
sevadm --col	alw	stat
sevadm status --output=my	a
EOF
cat >"$tmp/became" <<'EOF'
[sevadm][teardown]
[sevadm][--device=sim:c.sim]
[sevadm][--device=sim:c.sim][decommission][1][2][4]
[sevadm][sim][show][my dir/a file]
[sevadm][sim][show][my dir/a file]
[sevadm][status][--output=my dir/a file]
[sevadm][sim][show][it's]
[sevadm][sim][act][f][program=virsh:]
[sevadm][--color=]
[sevadm][sim][act][f][program=virsh:fails]
[sevadm][--color=always][status]
[sevadm][status][--output=my dir/a file]
EOF

# on_terminal SETUP SHELL... - its lines after TAB are those that they should become
on_terminal() {
	if ! command -v python3 >/dev/null; then
		skip "TAB on a terminal: $2" 'there is no python3'
	elif ! command -v "$2" >/dev/null; then
		skip "TAB on a terminal: $2" "there is no $2"
	else
		timeout 300 "$rules/type_in.py" "$@" <"$tmp/typed" 2>&1 | diff - "$tmp/became" |
			result "TAB on a terminal: $2"
	fi
}
on_terminal "source '$completions/sevadm'" bash --norc --noprofile -i
on_terminal "fpath=('$completions' \$fpath); autoload -Uz compinit; compinit -u -D" zsh -f -i
on_terminal "source '$completions/sevadm.fish'" fish --no-config -i

sha256sum --quiet -c "$tmp/sum" 2>&1 | result 'and the simulated host is as it was'

finish

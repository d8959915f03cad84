#!/usr/bin/zsh -f
# SPDX-License-Identifier: GPL-2.0-or-later
#
# list_in.zsh DIR LINE... - what zsh offers behind each of the lines, with the completions in
# DIR: "LINE:" and below it the candidates, as zsh would insert them.  compadd, which all of
# zsh's completion comes down to, is told to note what matches.
zmodload zsh/zpty || exit 1
export NOTES=$(mktemp) || exit 1
trap 'rm -f $NOTES' EXIT
zpty shell zsh -f -i
zpty -w shell "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=10000"
shift
zpty -w shell '
note() {
	compadd() {
		local -a hits
		if (( ! ${@[(I)-[AOD]*]} )); then
			builtin compadd -A hits "$@"
			(( $#hits )) && print -rl -- "$IPREFIX"${^hits} >>$NOTES
		fi
		builtin compadd "$@"
	}
	_main_complete
	unfunction compadd
	compstate[insert]= compstate[list]=
	print -r -- .done >>$NOTES
}
zle -C note complete-word note; bindkey "^X" note; print re""ady'
zpty -r -m shell answer '*ready*'
for line in "$@"; do
	: >$NOTES
	# from an empty line: ^U
	zpty -w -n shell $'\C-U'$line$'\C-X'
	repeat 600; do
		grep -qx .done $NOTES && break
		sleep 0.05
	done
	print -r -- "$line:"
	grep -vx .done $NOTES | sort -u
done
zpty -d shell

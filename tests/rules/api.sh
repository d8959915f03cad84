#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The public interface tells of each of its functions and structures what they are for, of
# each parameter and member what it is, and of each result what it can be.  TAP.
#   top_srcdir	of the sources
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"

# undocumented HEADER - what is not told of there, a line each.  Declarations begin in the
# first column and end with ";", structures with "};".
undocumented() {
	awk '
	# how many there are goes without saying
	function told(name,   of) {
		of = name
		return (sub(/^nr_/, "", of) && told(of)) || doc ~ ("@([a-z_, @*]*[ @])?" name "[,:]") || doc ~ ("@[a-z_]*\\*:")
	}
	function names(text, list,   n, i, parts) {
		gsub(/\/\*[^*]*\*\//, "", text)
		n = split(text, parts, ",")
		for (i = 1; i <= n; i++) {
			sub(/\[.*/, "", parts[i])
			sub(/\)\(.*/, "", parts[i])
			gsub(/[^a-z0-9_ ]/, " ", parts[i])
			sub(/ +$/, "", parts[i])
			sub(/.* /, "", parts[i])
			list[i] = parts[i]
		}
		return n
	}
	/^\/\*\*/ { doc = ""; in_doc = 1 }
	in_doc { doc = doc $0 "\n"; if (/\*\//) in_doc = 0; next }
	/^struct [a-z_]+ \{/ {
		if (doc !~ (" \\* struct " $2 " - ") && doc !~ (" \\* struct " $2 "\n"))
			print "struct " $2
		in_struct = $2
		next
	}
	in_struct && /^\};/ { in_struct = ""; doc = ""; next }
	in_struct && /;/ {
		n = names($0, member)
		for (i = 1; i <= n; i++)
			if (!told(member[i])) print "struct " in_struct ": @" member[i]
		next
	}
	/^(const |struct |enum )?[a-z_0-9]+ .*\(/ && !/^static/ && !/^#/ { call = ""; in_call = 1 }
	in_call {
		call = call " " $0
		if (!/;$/) next
		in_call = 0
		name = call
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		if (doc !~ (" \\* " name " - ")) { print name "()"; doc = ""; next }
		result = call
		if (result !~ ("^ *void " name) && doc !~ /Return: /) print name "(): Return"
		args = call
		sub(/^[^(]*\(/, "", args)
		while (match(args, /\(\*[a-z_]+\)\([^()]*\)/))
			args = substr(args, 1, RSTART - 1) \
				substr(args, RSTART + 2, index(substr(args, RSTART), ")(") - 3) \
				substr(args, RSTART + RLENGTH)
		sub(/\);$/, "", args)
		n = names(args, arg)
		for (i = 1; i <= n; i++)
			if (arg[i] != "void" && !told(arg[i])) print name "(): @" arg[i]
		doc = ""
		next
	}
	/^$/ { doc = "" }' "$1"
}

undocumented "$top_srcdir/include/sevadm.h" >"$tmp/bad"
result 'every function and structure of sevadm.h is told of' <"$tmp/bad"
sed 's|^ \* .* - | * |' "$top_srcdir/include/sevadm.h" >"$tmp/none.h"
undocumented "$tmp/none.h" | grep '^sevadm_[a-z_]*()$' | sort >"$tmp/functions"
grep -oE '\bsevadm_[a-z_]+\(' "$top_srcdir/include/sevadm.h" | grep -v '()' | sort -u |
	sed 's/$/)/' >"$tmp/mentioned"
comm -13 "$tmp/mentioned" "$tmp/functions" >"$tmp/bad"
result 'it finds functions that are there' <"$tmp/bad"
ok 'and all of them' test "$(wc -l <"$tmp/functions")" -eq "$(grep -cE \
	'^[a-z][^(]*[ *]sevadm_[a-z_]+\(' "$top_srcdir/include/sevadm.h")"

# ---- it is C++ as well, as it says

if command -v g++ >/dev/null; then
	ok 'sevadm.h is C++' g++ -fsyntax-only -Wall -Wextra -Werror -x c++ \
		-include "$top_srcdir/include/sevadm.h" /dev/null
else
	skip 'sevadm.h is C++' 'no g++'
fi

# ---- the same, broken

# noticed NAME TEXT WHAT
noticed() {
	printf '%b' "$2" >"$tmp/a.h"
	undocumented "$tmp/a.h" >"$tmp/out"
	if [ "$(cat "$tmp/out")" != "$3" ]; then
		echo "not '$3', but:"
		cat "$tmp/out"
	fi >"$tmp/bad"
	result "$1" <"$tmp/bad"
}
noticed 'a function without a comment' 'int sevadm_a(int b);\n' 'sevadm_a()'
noticed 'one with the comment of another' '/**\n * sevadm_b - x\n */\nint sevadm_a(void);\n' 'sevadm_a()'
noticed 'an empty line is an end' '/**\n * sevadm_a - x\n * Return: 0\n */\n\nint sevadm_a(void);\n' 'sevadm_a()'
noticed 'a parameter' '/**\n * sevadm_a - x\n * @b: x\n * Return: 0\n */\nint sevadm_a(int b,\n\tint (*cb)(void *arg, int n),\n\tint d);\n' \
	'sevadm_a(): @cb
sevadm_a(): @d'
noticed 'a result' '/**\n * sevadm_a - x\n */\nconst char *sevadm_a(void);\n' 'sevadm_a(): Return'
noticed 'none is wanted of void' '/**\n * sevadm_a - x\n */\nvoid sevadm_a(void);\n' ''
noticed 'a structure' 'struct a {\n\tint b;\n};\n' 'struct a
struct a: @b'
noticed 'a member' '/**\n * struct a - x\n * @b, @c: x\n */\nstruct a {\n\tint b, c[2], *d;\n};\n' 'struct a: @d'

finish

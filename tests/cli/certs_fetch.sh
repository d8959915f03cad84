#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# certs fetch, of a key distribution service on loopback: one that answers right, and every
# other.
#   tests/pki/make_pki, tests/unit/make_certs	make what it has, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
SEVADM=$(realpath "$SEVADM") || exit 99
pki=$(dirname "$SEVADM")/tests/pki/make_pki
legacy=$(dirname "$SEVADM")/tests/unit/make_certs
python=/usr/bin/python3
machine --generation=milan
host certs fetch ca --no-cache --base-url=https://127.0.0.1:1 --retries=0 "$work/x"
if said 'no libcurl'; then
	ok 'a build without libcurl says so, and what to do' 'code_is 4 && one_sentence && said "certs url" && [ ! -e "$work/x" ]'
	done_testing
fi
[ -x "$pki" ] && [ -x "$legacy" ] && command -v openssl >"$work/which" || {
	skip 'certs fetch' 'there is no make_pki, make_certs or openssl'
	done_testing
}
cd "$work" || exit 99
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
no_proxy='' NO_PROXY=''
export no_proxy NO_PROXY
servers=''
trap 'kill $servers 2>"$work/killed"; cd /; rm -rf "$work"' EXIT

# ---- what there is

# authority NAME - of TLS, and a certificate of its for this host, NAME.crt
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1 CA" \
		-keyout "$1-ca.key" -out "$1-ca.crt" 2>"$work/openssl" &&
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
			-keyout "$1.key" -out "$1.csr" 2>"$work/openssl" &&
		printf 'subjectAltName=%s\n' "$2" >"$1.ext" &&
		openssl x509 -req -in "$1.csr" -CA "$1-ca.crt" -CAkey "$1-ca.key" -CAcreateserial -days 30 \
			-extfile "$1.ext" -out "$1.crt" 2>"$work/openssl" || exit 99
}
# serve NAME WORD... - a service in the directory NAME; $port
serve() {
	dir=$1
	shift
	mkdir -p "$dir/www"
	"$python" "$top_srcdir/tests/cli/lib/kds_server.py" "$dir" "$@" 2>"$dir/err" &
	servers="$servers $!"
	for _ in $(seq 100); do
		[ ! -s "$dir/port" ] || break
		sleep 0.1
	done
	port=$(cat "$dir/port") || exit 99
}
authority right IP:127.0.0.1
authority other IP:127.0.0.1
authority elsewhere IP:127.0.0.2
serve kds right.crt right.key
url=https://127.0.0.1:$port
proxy=http://127.0.0.1:$(cat kds/proxy)

# publish PRODUCT WORD... - what the service has of the simulated host's chip
publish() {
	product=$1
	shift
	host certs url --json
	id=$(jq -r '.urls[] | select(.what == "cek") | .url | sub(".*/"; "")' "$out")
	path=$(jq -r '.urls[] | select(.what == "vcek") | .url | sub("https://[^/]*/"; "")' "$out")
	vlek=$(jq -r '.urls[] | select(.what == "vlek") | .url | sub("https://[^/]*/"; "")' "$out")
	tcb=$(echo "$path" | sed 's/.*?//; s/SPL//g; s/=0*\([0-9]\)/=\1/g; s/&/ /g')
	name=$(echo "$path" | cut -d/ -f3)
	hwid=$(echo "$path" | sed 's/.*\///; s/?.*//')
	rm -rf kds/www pki
	mkdir -p pki "kds/www/vcek/v1/$name/$hwid" "kds/www/vlek/v1/$name" kds/www/cek/id kds/www/developer/eula/sev
	rmdir "kds/www/vcek/v1/$name/$hwid"
	# shellcheck disable=SC2086 # words
	"$pki" all pki product=$product hwid=$hwid $tcb "$@" || exit 99
	cp pki/cert_chain "kds/www/vcek/v1/$name/cert_chain"
	cp pki/vlek_chain "kds/www/vlek/v1/$name/cert_chain"
	cp pki/crl "kds/www/vcek/v1/$name/crl"
	cp pki/crl "kds/www/vlek/v1/$name/crl"
	cp pki/vcek.der "kds/www/$path"
	# shellcheck disable=SC2086 # words
	"$pki" vlek product=$product $tcb >"kds/www/$vlek"
	cp legacy/cek.cert "kds/www/cek/id/$id"
	chain=$(jq -r '.urls[] | select(.what == "cek-ca") | .url | sub("https://[^/]*/"; "")' "$out")
	cat legacy/ask.cert legacy/ark.cert >"kds/www/$chain"
}
mkdir legacy
"$legacy" legacy || exit 99

# fetch WORD... - nothing kept, from the service, by the tests' own roots
fetch() {
	host certs fetch --no-cache --base-url="$url" --tls-ca=right-ca.crt --root=pki/ark.der "$@"
}
# mode LINE... - how the next requests go
mode() {
	printf '%s\n' "$@" >kds/mode
	: >kds/log
}
asked() { [ "$(grep -c ' GET ' kds/log)" -eq "$1" ]; }
one_sentence_and_more() { [ "$(grep -c '^sevadm' "$err")" -eq 1 ]; }
# written FILE... - these are in the directory "got", and nothing else
written() { [ "$(find got -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ')" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ]; }
nothing() { [ ! -e got ]; }

# ---- it goes well

for product in milan genoa turin; do
	machine --generation=$product
	publish $product
	mode right
	fetch got
	ok "$product: what guests need" 'code_is 0 && quiet && written ark.pem ask.pem crl.der vcek.der && asked 3 &&
		printed "4 files written, verified from your own root on, which is none of AMD"'
	ok "$product: as it is there" 'cmp got/vcek.der pki/vcek.der && cmp got/crl.der pki/crl &&
		cat got/ask.pem got/ark.pem | cmp - pki/cert_chain && [ "$(stat -c %a got got/ark.pem | tr "\n" " ")" = "700 600 " ]'
	rm -rf got
	fetch --form=pem --root=legacy/ark.cert cek cek-ca vcek ca crl vlek-ca vlek-crl vlek got
	ok "$product: all that there is" 'code_is 0 && written ark.cert ask.cert cek.cert ark.pem ask.pem crl.pem vcek.pem \
		asvk.pem vlek-crl.pem vlek.pem && cmp got/cek.cert legacy/cek.cert && cmp got/ark.cert legacy/ark.cert &&
		openssl x509 -in got/vcek.pem -outform der | cmp - pki/vcek.der &&
		openssl crl -in got/crl.pem -outform der | cmp - pki/crl'
	rm -rf got
	fetch --form=der ca got
	ok "$product: der" 'code_is 0 && written ark.der ask.der && cmp got/ark.der pki/ark.der'
	rm -rf got
done
machine --generation=milan
publish milan
fetch --json vcek got
ok 'as JSON' 'code_is 0 && quiet && json ".fetched | map([.what, .source, .requests, .root]) ==
	[[\"ca\", \"network\", 1, \"own\"], [\"vcek\", \"network\", 1, \"own\"]]" &&
	json ".files | length == 1 and .[0].file == \"vcek.der\" and .[0].sha256 == \"$(sha256sum <pki/vcek.der | cut -d" " -f1)\"" &&
	json ".fetched[1].size == $(stat -c %s pki/vcek.der) and (.fetched[1].url | startswith(\"$url/vcek/v1/Milan/\"))"'
ok 'what was not asked for is not written' 'written vcek.der'
fetch vcek got
ok 'once more, over what is there' 'code_is 0 && written vcek.der'
rm -rf got
mode right
fetch --dry-run got
ok 'a dry run asks nobody' 'code_is 0 && asked 0 && nothing && printed "/vcek/v1/Milan/cert_chain"'
run certs fetch --no-cache --base-url="$url/" --tls-ca=right-ca.crt --root=pki/ark.der --generation=milan \
	--hwid="$hwid" --tcb=bootloader=4,tee=0,snp=24,microcode=219 vcek got
ok 'without a device' 'code_is 0 && written vcek.der'
rm -rf got
host --record=recording certs fetch --no-cache --base-url="$url" --tls-ca=right-ca.crt --root=pki/ark.der vcek got
rm -rf got
run --device=replay:recording certs fetch --no-cache --base-url="$url" --tls-ca=right-ca.crt --root=pki/ark.der vcek got
ok 'a replay has the ids of the host that was recorded; the network is not recorded' 'code_is 0 && written vcek.der'
rm -rf got
mode right
fetch --proxy="$proxy" vcek got
ok 'through a proxy' 'code_is 0 && written vcek.der && grep -q "CONNECT 127.0.0.1:$port" kds/log'
rm -rf got

# ---- the cache

mode right
cached() {
	host certs fetch --cache=cache --base-url="$url" --tls-ca=right-ca.crt --root=pki/ark.der "$@"
}
cached --offline got
ok 'offline, nothing is kept yet' 'code_is 4 && asked 0 && one_sentence && said "not in the cache" && nothing'
cached got
ok 'what was fetched is kept' 'code_is 0 && quiet && asked 3 && [ "$(find cache -type f | wc -l)" -eq 3 ] &&
	[ "$(stat -c %a cache cache/* | sort -u | tr "\n" " ")" = "600 700 " ]'
rm -rf got
mode right
cached --json got
ok 'and not asked for again, but for what is revoked' 'code_is 0 && asked 1 && grep -q "/crl " kds/log &&
	json ".fetched | map([.what, .source]) == [[\"ca\", \"cache\"], [\"crl\", \"network\"], [\"vcek\", \"cache\"]]"'
rm -rf got
mode right
cached --offline got
ok 'offline' 'code_is 0 && asked 0 && written ark.pem ask.pem crl.der vcek.der'
rm -rf got
for file in cache/*; do
	# its first line tells whose it is
	{ head -n 1 "$file"; tail -n +2 "$file" | head -c 200; tail -n +2 "$file" | tail -c +201 | tr '\0-\177' '\200-\377'; } >bad
	cat bad >"$file"
done
mode right
cached got
ok 'what is wrong in the cache is fetched again, and said' 'code_is 0 && asked 3 && said "what the cache has of .* is not used" &&
	cmp got/vcek.der pki/vcek.der'
rm -rf got
for file in cache/*; do
	{ head -n 1 "$file"; echo nonsense; } >bad
	cat bad >"$file"
done
cached --offline got
ok 'and offline it is a failure' 'code_is 1 && asked 3 && nothing'
for file in cache/*; do echo 'sevadm cache 1 https://elsewhere' >"$file"; done
cached --offline got
ok 'an entry of something else is none' 'code_is 4 && nothing'
chmod 777 cache
mode right
cached got
ok 'a cache that others can write to is not used' 'code_is 0 && asked 3 && said "others than you can write to it"'
rm -rf got cache
ln -s kds cache
cached got
ok 'nor is a link' 'code_is 0 && said "is not kept in the cache" && [ -z "$(find kds -maxdepth 1 -name "????????????????*")" ]'
rm -rf got cache
mode html
cached ca got
ok 'what is not verified is not kept' 'code_is 1 && [ -z "$(find cache -type f 2>find.err)" ]'
rm -rf cache
if [ "$(id -u)" -eq 0 ] && command -v setpriv >"$work/which"; then
	mkdir home && chmod 777 home && chmod 711 . && chmod 755 right-ca.crt pki pki/ark.der
	as_nobody() {
		code=0
		env -u XDG_CACHE_HOME HOME="$work/home" "$@" setpriv --reuid=65534 --regid=65534 --clear-groups \
			"$SEVADM" certs fetch --generation=milan --base-url="$url" --tls-ca=right-ca.crt --root=pki/ark.der \
			ca home/got </dev/null >"$out" 2>"$err" || code=$?
	}
	as_nobody
	if said 'Permission denied' && code_is 126; then
		skip 'at home' 'others cannot run the program here'
	else
		ok "everybody else's is at home" 'code_is 0 && [ "$(find home/.cache/sevadm -type f | wc -l)" -eq 1 ]'
		as_nobody XDG_CACHE_HOME="$work/home/xdg"
		ok 'or where XDG_CACHE_HOME says' 'code_is 0 && [ "$(find home/xdg/sevadm -type f | wc -l)" -eq 1 ]'
	fi
fi

# ---- what does not go well

# bad NAME CODE SENTENCE MODE... - the first request goes so, and what comes of it; without retries
bad() {
	name=$1 want=$2 sentence=$3
	shift 3
	mode "$@"
	fetch --retries=0 ca got
	ok "$name" 'code_is "$want" && said "$sentence" && one_sentence && nothing && asked 1'
}
bad 'HTTP 404' 4 'the server has no such thing (HTTP 404)' 404
bad 'HTTP 429' 5 'too many requests, the server says (HTTP 429)' 429
bad 'HTTP 429 for an hour' 5 'wants 3600 s to pass (HTTP 429)' '429 3600'
bad 'HTTP 500' 1 'the server refused (HTTP 500)' 500
bad 'HTTP 403' 1 'the server refused (HTTP 403)' 403
bad 'HTTP 204' 1 'the server refused (HTTP 204)' 204
bad 'a redirection' 1 'sends us elsewhere (HTTP 302), which is not followed' "redirect $url/x"
bad 'cut off' 1 'cut off after 65 bytes, after 1 attempt$' truncated
bad 'HTML' 1 'this is a page of HTML: ' html
bad 'empty' 1 'the answer is empty' empty
bad 'too large, and said before' 1 'too large: more than 131072 bytes' 'large 200000'
bad 'too large' 1 'too large: more than 131072 bytes' 'large -200000'
bad 'no answer' 1 'fetch https://.*, after 1 attempt$' close
mode 'slow 5'
fetch --retries=0 --timeout=1 ca got
ok 'slow' 'code_is 1 && said "no answer within 1 s, after 1 attempt$" && one_sentence && nothing'
mode 'slow 1'
fetch --retries=0 --timeout=10 ca got
ok 'not so slow' 'code_is 0 && written ark.pem ask.pem'
rm -rf got
for word in vcek cek; do
	mv kds/www kds/gone
	mkdir kds/www
	case $word in vcek) mkdir -p kds/www/vcek/v1/Milan; cp kds/gone/vcek/v1/Milan/cert_chain kds/www/vcek/v1/Milan ;;
	*) cp -r kds/gone/developer kds/www ;; esac
	mode right
	fetch --root=legacy/ark.cert $word got
	ok "$word: AMD has none" 'code_is 4 && nothing && asked 2 && said "HTTP 404" && said "^AMD " &&
		{ [ "$word" = cek ] || said "bootloader 4, tee 0, snp 24, microcode 219, which the firmware reports.*newer"; }'
	rm -rf kds/www
	mv kds/gone kds/www
done

# what can go better another time is tried again, everything else is not
mode '429 1' 429 right
fetch ca got
ok 'HTTP 429: waited, as long as the server wants' 'code_is 0 && asked 3 && [ "$(grep -c "HTTP 429; again in" "$err")" -eq 2 ] &&
	awk "NR > 1 && \$1 - last < 1 { exit 1 } { last = \$1 }" kds/log && written ark.pem ask.pem'
rm -rf got
mode 500 truncated close right
fetch --quiet ca got
ok 'HTTP 500, cut off and no answer: tried again' 'code_is 0 && quiet && asked 4 && written ark.pem ask.pem'
rm -rf got
mode 'slow 3' right
fetch --timeout=1 ca got
ok 'slow: tried again' 'code_is 0 && asked 2'
rm -rf got
mode 500 500 500
fetch --retries=1 ca got
ok 'within a bound' 'code_is 1 && asked 2 && nothing'
for status in 404 403 html empty 'large 200000' "redirect $url/x" '429 3600'; do
	mode "$status" right
	fetch ca got
	ok "$status: not tried again" 'code_is 1 || code_is 4 || code_is 5 && asked 1 && nothing && one_sentence'
done

# ---- TLS

fetch_of() {
	host certs fetch --no-cache --root=pki/ark.der "$@"
}
fetch_of --base-url="$url" ca got
ok 'an authority that the system does not know' 'code_is 1 && said "TLS: " && said "tls-ca" && nothing && one_sentence'
fetch_of --base-url="$url" --tls-ca=other-ca.crt ca got
ok 'another authority' 'code_is 1 && said "TLS: " && nothing'
fetch_of --base-url="$url" --tls-ca=none ca got
ok 'a file that is not there' 'code_is 1 && said "read none: .*ENOENT" && nothing'
serve wrong elsewhere.crt elsewhere.key
fetch_of --base-url="https://127.0.0.1:$port" --tls-ca=elsewhere-ca.crt ca got
ok 'a certificate for another host' 'code_is 1 && said "TLS: " && nothing'
serve clients right.crt right.key other-ca.crt
cp -r kds/www clients
client="https://127.0.0.1:$port"
fetch_of --base-url="$client" --tls-ca=right-ca.crt --retries=0 vlek got
ok 'a service that wants to know who we are' 'code_is 1 && nothing'
fetch_of --base-url="$client" --tls-ca=right-ca.crt --client-cert=other.crt --client-key=other.key vlek got
ok 'is told' 'code_is 0 && written vlek.der'
rm -rf got
fetch_of --base-url="$client" --tls-ca=right-ca.crt --client-cert=other.crt --client-key=right.key vlek got
ok 'by a key that is not of the certificate' 'code_is 1 && nothing'
fetch_of --base-url=https://127.0.0.1:1 --retries=0 ca got
ok 'nobody there' 'code_is 1 && said "after 1 attempt" && one_sentence && nothing'
fetch_of --base-url="$url" --proxy=http://127.0.0.1:1 --retries=0 ca got
ok 'no proxy there' 'code_is 1 && one_sentence && nothing'

# ---- what came is not what it should be

# served FILE WHAT - fetch WHAT, where FILE of the service is the file "bad"
served() {
	cp "kds/www/$1" saved
	cp bad "kds/www/$1"
	# shellcheck disable=SC2086 # words
	fetch --root=legacy/ark.cert $2 got
	cp saved "kds/www/$1"
}
# refused NAME SENTENCE FILE WHAT - nobody vouches for it
refused() {
	sentence=$2
	served "$3" "$4"
	ok "$1" 'code_is 2 && said "not trusted: .*$sentence" && one_sentence && nothing'
}
ca=vcek/v1/Milan/cert_chain crl=vcek/v1/Milan/crl
# vcek WORD... - the right one, but for these
vcek() {
	# shellcheck disable=SC2086 # words
	"$pki" vcek product=milan hwid=$hwid $tcb "$@" >bad
}
crl() {
	"$pki" crl product=milan "$@" >bad
}
vcek flip=-3
refused 'a flipped bit of the VCEK' 'wrong signature' "$path" vcek
vcek signer=vcek
refused 'another signer' 'wrong signature' "$path" vcek
vcek "hwid=$(printf %0128d 7)"
refused 'the VCEK of another chip' 'VCEK HWID: ' "$path" vcek
vcek ucode=1
refused 'of another TCB' 'VCEK TCB: .*microcode 1 instead of 219' "$path" vcek
vcek until=2024-01-01
refused 'expired' 'ASK -> VCEK: expired' "$path" vcek
# shellcheck disable=SC2086 # words
"$pki" vcek product=genoa hwid=$hwid $tcb >bad
refused 'of another product' 'of Genoa, not of Milan' "$path" vcek
crl flip=-3
refused 'a list that nobody signed' 'CRL: wrong signature' "$crl" crl
crl from=2020-01-01 until=2021-01-01
refused 'an old list' 'CRL: expired' "$crl" crl
crl revoked=0x10001
refused 'a list that the ASK is on' 'ARK -> ASK: revoked' "$crl" crl
refused 'for the VCEK as well' 'ARK -> ASK: revoked' "$crl" 'crl vcek'
{ "$pki" ask product=milan form=pem; "$pki" ark product=milan key=genoa-ark form=pem; } >bad
refused 'another root' 'ARK: unknown root' "$ca" ca
with_flipped legacy/cek.cert 100 >bad
refused 'a CEK with another byte' 'ASK -> CEK: wrong signature' "cek/id/$id" cek
{ cat legacy/ask.cert; with_flipped legacy/ark.cert 600; } >bad
refused 'an ARK with one' 'ARK -> ARK: wrong signature' "$chain" cek-ca
{ with_flipped legacy/ask.cert 100; cat legacy/ark.cert; } >bad
refused 'an ASK with one' 'ARK -> ASK: wrong signature' "$chain" cek-ca
host certs fetch --no-cache --base-url="$url" --tls-ca=right-ca.crt ca got
ok "the tests' root is none of AMD's" 'code_is 2 && said "not trusted: ARK: " && nothing'
host certs fetch --no-cache --base-url="$url" --tls-ca=right-ca.crt cek-ca got
ok 'nor is the other one' 'code_is 2 && said "not trusted: ARK: unknown root" && nothing'
fetch cek-ca got
ok 'a root of one kind says nothing of the other' 'code_is 2 && said "not trusted: ARK: unknown root" && nothing'

# odd NAME SENTENCE FILE WHAT - it is not even of the kind
odd() {
	sentence=$2
	served "$3" "$4"
	ok "$1" 'code_is 1 && said "$sentence" && one_sentence && nothing'
}
cp pki/ask.der bad
odd 'an ASK where the VCEK should be' 'this is not a VCEK alone' "$path" vcek
cat pki/vcek.der pki/vcek.der >bad
odd 'two of them' 'this is not a VCEK alone' "$path" vcek
head -c 700 pki/vcek.der >bad
odd 'half of one' 'truncated' "$path" vcek
cp legacy/cek.cert bad
odd 'something else' 'certificate' "$path" vcek
cp pki/ask.der bad
odd 'a chain without its root' 'this is not an ASK with an ARK behind it' "$ca" ca
cp pki/vlek_chain bad
odd 'that of the VLEK' 'this is not an ASK with an ARK behind it' "$ca" ca
cp legacy/pek.cert bad
odd 'a PEK for a CEK' 'this is not a CEK alone' "cek/id/$id" cek
head -c 2000 legacy/cek.cert >bad
odd 'half of a CEK' 'truncated' "cek/id/$id" cek
cp legacy/ark.cert bad
odd 'an ARK without its ASK' 'not an ASK with an ARK' "$chain" cek-ca
echo '<html>' >bad
odd 'HTML for a CEK' 'this is a page of HTML' "cek/id/$id" cek

# ---- files

mkdir got
echo mine >got/ark.pem
mkdir got/vcek.der
fetch got
ok 'one that cannot be written: none is' 'code_is 1 && one_sentence_and_more && said "write got/vcek.der: .*EISDIR" &&
	written ark.pem vcek.der && [ "$(cat got/ark.pem)" = mine ]'
rm -rf got
: >got
fetch ca got
ok 'a file where the directory should be' 'code_is 1 && said "write got.*ENOTDIR" && [ -f got ]'
rm got
fetch ca none/got
ok 'no directory to make it in' 'code_is 1 && said ENOENT && [ ! -e none ]'
mode right
host certs fetch --no-cache --base-url="$url" --tls-ca=right-ca.crt --root=pki/none ca got
ok 'no file of --root' 'code_is 1 && said "read pki/none: .*ENOENT" && asked 0'
for file in pki/ask.der legacy/ask.cert legacy/pek.cert right.key; do
	host certs fetch --no-cache --base-url="$url" --tls-ca=right-ca.crt --root=$file ca got
	ok "$file is no root" 'code_is 1 && said "this is no root" && asked 0'
done
host certs fetch --no-cache --base-url="$url" --root=pki/ark.der --root=pki/ark.der ca got
ok 'the same root twice' 'code_is 1 && said "this is no root" && asked 0'

# ---- the host

act access=none >acted
fetch vcek got
ok 'no access to the device: nobody is asked' 'code_is 3 && asked 0 && nothing'
machine --generation=milan --snp-guests=1
keep
fetch vcek got
ok 'a host with a guest' 'code_is 0 && unchanged'
rm -rf got

# ---- mistakes

while read -r words; do
	sentence=${words#*: }
	words=${words%%: *}
	# shellcheck disable=SC2086 # words
	host certs fetch $words
	ok "certs fetch $words" 'usage_error && said "$sentence"'
done <<EOF
--no-cache: name a directory
vcek: name a directory to write to behind .vcek.
ark got: not .ark.
ca got --base-url=http://127.0.0.1: begins with https://
ca got --timeout=0: --timeout takes
ca got --timeout=x: --timeout takes
ca got --retries=21: --retries takes
ca got --form=txt: --form takes
ca got --no-cache --cache=x: --no-cache goes neither
ca got --no-cache --offline: --no-cache goes neither
ca got --client-key=x: goes with --client-cert
vlek got: say --client-cert
ca got --root=1 --root=2 --root=3: no more than two
EOF

done_testing

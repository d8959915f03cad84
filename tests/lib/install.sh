# SPDX-License-Identifier: GPL-2.0-or-later
# install_missing FILE... - install the Debian packages that the files name and
# that are not there.  Sourced by ./demo and ./check.

install_missing() {
	missing=
	for package in $(cat "$@" | grep -v '^#'); do
		dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -q '^installed$' ||
			missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || {
			echo "these packages are missing, and only root can install them:$missing" >&2
			return 1
		}
		as_root=sudo
	fi
	echo "== installing$missing" >&2
	$as_root apt-get -q update >&2
	# shellcheck disable=SC2086 # a list
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y install --no-install-recommends $missing >&2
}

# build_into DIR [CONFIGURE-OPTION...] - configure and build, quietly unless it fails
build_into() {
	build_dir=$1
	shift
	mkdir -p "$build_dir"
	build_log=$build_dir/build.log
	{
		{ [ -x configure ] && [ configure -nt configure.ac ] && [ configure -nt Makefile.am ]; } ||
			./bootstrap
		cd "$build_dir"
		[ -f Makefile ] && [ Makefile -nt ../../configure ] || ../../configure "$@"
		make -j"$(nproc)"
		cd ../..
	} >"$build_log" 2>&1 || {
		tail -40 "$build_log" >&2
		echo "the build failed; all of it is in $build_log" >&2
		return 1
	}
}

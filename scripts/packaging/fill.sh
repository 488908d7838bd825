#!/bin/sh
# Usage: scripts/packaging/fill.sh RELEASE DIRECTORY
# Writes PKGBUILD, APKBUILD and package.nix into DIRECTORY, for the tarballs in RELEASE, a directory that release.sh made. An architecture without a
# tarball there gets no sum, and its package cannot be built.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

fail() {
    echo "fill.sh: $1" >&2
    exit 1
}

[ $# = 2 ] || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(dirname "$0")
version=$("$here/../version.sh")
. "$here/../project"
ls "$1/virttime-$version-linux-"*.tar.gz >/dev/null 2>&1 || fail "$1: has no tarball of $version; make one by scripts/release.sh"
mkdir -p "$2"

# sum RELEASE COMMAND ARCH
sum() {
    file=$1/virttime-$version-linux-$3.tar.gz
    if [ -e "$file" ]; then "$2" <"$file" | cut -d' ' -f1; else echo missing; fi
}

# Names and addresses contain neither | nor &.
for recipe in PKGBUILD APKBUILD package.nix; do
    sed "s|@VERSION@|$version|g; s|@HOMEPAGE@|$homepage|g; s|@SUMMARY@|$summary|g; s|@MAINTAINER@|${VIRTTIME_MAINTAINER:-$maintainer}|g
        s|@SHA256_X64@|$(sum "$1" sha256sum x64)|g; s|@SHA256_ARM64@|$(sum "$1" sha256sum arm64)|g
        s|@SHA512_X64@|$(sum "$1" sha512sum x64)|g; s|@SHA512_ARM64@|$(sum "$1" sha512sum arm64)|g" "$here/$recipe.in" >"$2/$recipe"
done

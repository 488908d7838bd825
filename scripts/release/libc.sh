#!/bin/sh
# Usage: libc.sh arm64 DIRECTORY
# Prints the directory of the static C library for another architecture, in the same version as this machine's. Downloads it below DIRECTORY if it is
# missing, from apt's archives, with their signatures checked and without a change to the machine. Prints nothing if the C library is not Debian's.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || exit 0
version=$(dpkg-query --show --showformat='${Version}' libc6-dev 2>/dev/null) || exit 0
directory=$2/libc6-dev_${version}_$1
if [ ! -e "$directory" ]; then
    mkdir -p "$2"
    state=$(mktemp -d) # a directory for apt, which changes its user for downloads; that user must be able to enter it
    trap 'rm -rf "$state" "$directory.new"' EXIT
    chmod 755 "$state"
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    : >"$state/status"
    apt() {
        apt-get --quiet --quiet -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
            -o Dir::Cache="$state/cache" -o APT::Architecture="$1" -o APT::Architectures="$1" -o APT::Sandbox::User= \
            -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Acquire::Languages=none "$2" ${3:+"$3"} >&2
    }
    (cd "$state" && apt "$1" update && apt "$1" download "libc6-dev:$1=$version") || {
        echo "libc.sh: libc6-dev $version for $1 cannot be downloaded; update this machine's libc6-dev, or see what apt says" >&2
        exit 1
    }
    rm -rf "$directory.new"
    dpkg-deb --extract "$state"/libc6-dev_*.deb "$directory.new"
    mv "$directory.new" "$directory"
fi
case $1 in
    arm64) echo "$directory/usr/lib/aarch64-linux-gnu" ;;
esac

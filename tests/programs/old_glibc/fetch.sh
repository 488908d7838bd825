#!/bin/sh
# usage: fetch.sh DIRECTORY
# Unpacks the C library of Debian 11 (glibc 2.31) into DIRECTORY. It comes from where this machine's own packages come from, if that is Debian.
set -eu

target=$1
work=$target.unfinished
. /etc/os-release
[ "${ID:-}" = debian ] || { echo "this is not Debian" >&2; exit 1; }
rm -rf "$work"
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
for source in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    case $source in
        *.list | *.sources) [ ! -f "$source" ] || sed "s/$VERSION_CODENAME/bullseye/g" "$source" >"$work/sources/${source##*/}" ;;
    esac
done

old_apt() {
    apt-get -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources" -o "Dir::State::Lists=$work/lists" \
        -o "Dir::Cache=$work/cache" -o Dir::State::Status=/dev/null "$@"
}

# What the old release no longer has is passed over: its updates, say.
(
    cd "$work"
    old_apt update || :
    old_apt download libc6
    dpkg-deb --extract libc6_*.deb root
) >"$work/log" 2>&1 </dev/null || { tail -n 3 "$work/log" >&2; exit 1; }
mv "$work/root" "$target"
rm -rf "$work"

#!/bin/sh
# usage: fetch.sh DIRECTORY SUITE PACKAGE...
# Unpacks packages of another release of Debian into DIRECTORY. The packages come from this machine's own package source, if that is Debian's.
set -eu

target=$1 suite=$2
shift 2
work=$target.unfinished
. /etc/os-release
[ "${ID:-}" = debian ] || { echo "this is not Debian" >&2; exit 1; }
rm -rf "$work"
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
for source in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    case $source in
        *.list | *.sources) [ ! -f "$source" ] || sed "s/$VERSION_CODENAME/$suite/g" "$source" >"$work/sources/${source##*/}" ;;
    esac
done

other_apt() {
    apt-get -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources" -o "Dir::State::Lists=$work/lists" \
        -o "Dir::Cache=$work/cache" -o Dir::State::Status=/dev/null "$@"
}

# Packages that an old release no longer offers are skipped, for example its updates.
(
    cd "$work"
    other_apt update || :
    for package in "$@"; do
        other_apt download "$package"
        dpkg-deb --extract "${package%%:*}"_*.deb root
    done
) >"$work/log" 2>&1 </dev/null || { tail -n 3 "$work/log" >&2; exit 1; }
mv "$work/root" "$target"
rm -rf "$work"

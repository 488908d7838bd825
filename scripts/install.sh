#!/bin/sh
# Usage: [PREFIX=/usr/local] [DESTDIR=] scripts/install.sh [uninstall]
# Installs the files of scripts/files.list, as built by scripts/build.sh. `uninstall` removes all of them.
#   PREFIX   the path of the installation. It must be absolute, and must not contain a space, a colon or a dollar sign: LD_PRELOAD cannot hold these
#   DESTDIR  a directory that is put before PREFIX while installing
# Packagers may also set:
#   DIST     the directory of the built files, instead of artifacts/dist
#   PARTS    the parts of the list to install, instead of "main debug"
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
DIST=${DIST:-artifacts/dist}
PARTS=${PARTS:-main debug}
case $PREFIX in
    [!/]* | *[\ :$]*) fail "PREFIX: \"$PREFIX\" is not an absolute path without spaces, colons and dollar signs; try /usr/local" ;;
esac
case $DESTDIR in
    [!/]*) DESTDIR=$PWD/$DESTDIR ;;
esac
PREFIX=${PREFIX%/}
manifest=$DESTDIR$PREFIX/lib/virttime/manifest # lines `d PATH` for created directories, `f PATH` for files

# check_writable PATH: checks, before anything is changed, the directory of PATH, or the first one above it that exists.
check_writable() {
    place=$DESTDIR$1
    while place=${place%/*} && [ -n "$place" ] && [ ! -d "$place" ]; do :; done
    [ -w "${place:-/}" ] || fail "${place:-/}: this user may not write there; use sudo, or a prefix of your own: PREFIX=\$HOME/.local scripts/install.sh"
}

# make_directory PATH: records each part of the path that it creates.
make_directory() {
    [ ! -d "$DESTDIR$1" ] || return 0
    make_directory "${1%/*}"
    mkdir "$DESTDIR$1"
    echo "d $1" >>"$log"
}

# put MODE SOURCE PATH: installs by renaming, because a running program may have the old file mapped.
put() {
    path=$PREFIX/$3
    make_directory "${path%/*}"
    echo "f $path" >>"$log"
    case $2 in
        README.md | docs/*.md) sed 's:(\(\(\.\./\)*\)scripts/\(container\|cluster\)):(\1examples/\3):g' "$2" >"$DESTDIR$path.new" ;;
        scripts/man/*) sed "s/@VERSION@/$(scripts/version.sh)/" "$2" >"$DESTDIR$path.new" ;;
        *) cp "$2" "$DESTDIR$path.new" ;;
    esac
    chmod "$1" "$DESTDIR$path.new"
    mv -f "$DESTDIR$path.new" "$DESTDIR$path"
}

# Also runs after a failure, so that the files installed until then can be uninstalled.
write_manifest() {
    if [ -d "${manifest%/*}" ]; then
        [ -e "$manifest" ] || echo "f $PREFIX/lib/virttime/manifest" >>"$log"
        cat "$manifest" "$log" 2>/dev/null | awk '!seen[$0]++' >"$manifest.new" && mv -f "$manifest.new" "$manifest"
    fi
    rm -f "$log"
}

install() {
    cd "$(dirname "$0")/.."
    { [ -x "$DIST/virttime-run" ] && [ -e "$DIST/libvirttime.so" ]; } || fail "$DIST: not complete; run scripts/build.sh first"
    sed '/^#/d' scripts/files.list | while read -r mode path source part; do
        check_writable "$PREFIX/$path"
    done
    umask 022
    log=$(mktemp)
    trap write_manifest EXIT
    [ -d "$DESTDIR/" ] || { mkdir -p "$DESTDIR" && echo "d " >>"$log"; }
    sed '/^#/d' scripts/files.list | while read -r mode path source part; do
        case $source in
            dist/*) source=$DIST/${source#dist/} ;;
        esac
        case " $PARTS " in
            *" ${part:-main} "*) [ "${part:-}" = debug ] && [ ! -e "$source" ] || put "$mode" "$source" "$path" ;;
        esac
    done
}

# In reverse order, so that a directory comes after the files in it. A directory with other files stays.
uninstall() {
    [ -e "$manifest" ] || fail "$manifest: not found; nothing is installed there"
    sed -n 's/^f //p' "$manifest" | while read -r path; do
        check_writable "$path"
    done
    sed '1!G;h;$!d' "$manifest" | while read -r kind path; do
        case $kind in
            f) rm -f "$DESTDIR$path" ;;
            d) rmdir "$DESTDIR$path" 2>/dev/null || true ;;
        esac
    done
}

case "$*" in
    '') install ;;
    uninstall) uninstall ;;
    *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

#!/bin/sh
# Usage: [PREFIX=/usr/local] [DESTDIR=] scripts/install.sh [uninstall]
# Installs what scripts/build.sh built, with man pages and completions; `uninstall` takes all of it away again.
#   PREFIX   where it will be used; absolute, without a space, colon or dollar sign, which LD_PRELOAD cannot hold
#   DESTDIR  put in front of PREFIX while installing, as packagers need it
set -eu

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
case $PREFIX in
    [!/]* | *[\ :$]*) fail "PREFIX: \"$PREFIX\" is not an absolute path without spaces, colons and dollar signs; try /usr/local" ;;
esac
case $DESTDIR in
    [!/]*) DESTDIR=$PWD/$DESTDIR ;;
esac
PREFIX=${PREFIX%/}
manifest=$DESTDIR$PREFIX/lib/virttime/manifest # lines `d PATH` for directories that were made, `f PATH` for files

# make_directory PATH: notes each part of it that was not there.
make_directory() {
    [ ! -d "$DESTDIR$1" ] || return 0
    make_directory "${1%/*}"
    mkdir "$DESTDIR$1"
    echo "d $1" >>"$log"
}

# put MODE SOURCE PATH: by renaming, since a running program may have the old file mapped.
put() {
    path=$PREFIX/$3
    make_directory "${path%/*}"
    echo "f $path" >>"$log"
    cp "$2" "$DESTDIR$path.new"
    chmod "$1" "$DESTDIR$path.new"
    mv -f "$DESTDIR$path.new" "$DESTDIR$path"
}

# Also after a failure, so that what was installed until then can be uninstalled.
write_manifest() {
    if [ -d "${manifest%/*}" ]; then
        [ -e "$manifest" ] || echo "f $PREFIX/lib/virttime/manifest" >>"$log"
        cat "$manifest" "$log" 2>/dev/null | awk '!seen[$0]++' >"$manifest.new" && mv -f "$manifest.new" "$manifest"
    fi
    rm -f "$log"
}

install() {
    cd "$(dirname "$0")/.."
    dist=artifacts/dist
    { [ -x $dist/virttime-run ] && [ -e $dist/libvirttime.so ]; } || fail "$dist: not complete; run scripts/build.sh first"
    umask 022
    log=$(mktemp)
    trap write_manifest EXIT
    [ -d "$DESTDIR/" ] || { mkdir -p "$DESTDIR" && echo "d " >>"$log"; }
    put 644 $dist/libvirttime.so lib/virttime/libvirttime.so
    [ ! -e $dist/.debug/libvirttime.so.debug ] || put 644 $dist/.debug/libvirttime.so.debug lib/virttime/.debug/libvirttime.so.debug
    put 755 scripts/criu-action.sh lib/virttime/criu-action.sh
    put 755 $dist/virttime-run bin/virttime-run
    put 644 scripts/man/virttime-run.1 share/man/man1/virttime-run.1
    put 644 scripts/man/libvirttime.7 share/man/man7/libvirttime.7
    put 644 scripts/completions/virttime-run.bash share/bash-completion/completions/virttime-run
    put 644 scripts/completions/virttime-run.zsh share/zsh/site-functions/_virttime-run
    put 644 scripts/completions/virttime-run.fish share/fish/vendor_completions.d/virttime-run.fish
    for document in README.md CHANGELOG.md LICENSE scripts/config-example.py scripts/config-example.rs; do
        put 644 $document "share/doc/virttime/${document##*/}"
    done
}

# In reverse, so that a directory comes after what is in it; one that holds something else stays.
uninstall() {
    [ -e "$manifest" ] || fail "$manifest: not found; nothing is installed there"
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
    *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

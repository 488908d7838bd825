#!/bin/sh
# Usage: tarball.sh ARCH
# Makes an archive of the installed tree and one of the debug files. Both unpack into the same directory.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cd "$(dirname "$0")/../.."
name=virttime-$VERSION-linux-$1
for part in main debug; do
    suffix=
    [ $part = main ] || suffix=-debug
    scripts/release/tree.sh "$1" "$WORK/$part" "/$name" $part
    scripts/release/archive.sh "$WORK/$part.tar" "$WORK/$part" "$name"
    gzip -n -9 <"$WORK/$part.tar" >"$OUTPUT/$name$suffix.tar.gz"
done

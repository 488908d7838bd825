#!/bin/sh
# Usage: source.sh REPOSITORY
# Makes an archive of the commit's files, from which all other files are built.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cd "$(dirname "$0")/../.."
name=virttime-$VERSION
mkdir -p "$WORK/$name"
git -C "$1" archive --output="$WORK/export.tar" HEAD
tar -x -C "$WORK/$name" -f "$WORK/export.tar"
scripts/release/archive.sh "$WORK/tar" "$WORK" "$name"
gzip -n -9 <"$WORK/tar" >"$OUTPUT/$name-source.tar.gz"

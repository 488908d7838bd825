#!/bin/sh
# Usage: SOURCE_DATE_EPOCH=SECONDS archive.sh ARCHIVE DIRECTORY NAME...
# Makes a tar archive that depends only on the contents of the files, their names, and which of them are executable. ARCHIVE is absolute.
# It contains no directories: unpacked over existing files, they would replace symbolic links and change modes and owners.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

archive=$1
list=$(mktemp)
trap 'rm -f "$list"' EXIT
cd "$2"
shift 2
find "$@" ! -type d -print0 | sort -z >"$list"
tar --create --format=gnu --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --no-recursion \
    --null --files-from="$list" --file="$archive"

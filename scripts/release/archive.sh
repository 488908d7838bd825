#!/bin/sh
# Usage: SOURCE_DATE_EPOCH=SECONDS archive.sh DIRECTORY NAME...
# Writes a tar archive to standard output that depends on nothing but what the files hold, their names, and which can be executed.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

directory=$1
shift
exec tar --create --directory="$directory" --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX -- "$@"

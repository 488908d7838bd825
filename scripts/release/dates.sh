#!/bin/sh
# Usage: SOURCE_DATE_EPOCH=SECONDS dates.sh DIRECTORY
# Gives all files below DIRECTORY the date of the commit.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

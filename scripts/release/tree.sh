#!/bin/sh
# Usage: VERSION=V tree.sh ARCH DESTDIR PREFIX PART
# Installs into DESTDIR as install.sh does, in the form that packages need: without a manifest, and with the commit's date on all files.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cd "$(dirname "$0")/../.."
dist=artifacts/dist
[ "$1" = x64 ] || dist=artifacts/dist-$1
mkdir -p "$2"
DIST=$dist DESTDIR=$2 PREFIX=$3 PARTS=$4 scripts/install.sh
rm -f "$2$3/lib/virttime/manifest"
rmdir "$2$3/lib/virttime" 2>/dev/null || :
scripts/release/dates.sh "$2"

#!/bin/sh
# Usage: notes.sh VERSION
# Prints the section of CHANGELOG.md for a version.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

changelog=$(dirname "$0")/../../CHANGELOG.md
awk -v version="$1" '
    /^## / { inside = $2 == version; found += inside; next }
    inside && (text || NF) { print; text = 1 }
    END { exit !found }
' "$changelog" || {
    echo "notes.sh: CHANGELOG.md has no heading for $1; add \"## $1 (DATE)\"" >&2
    exit 1
}

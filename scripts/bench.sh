#!/bin/sh
# Usage: scripts/bench.sh [--quick] [--json FILE] [--only WORD]
# Measures what VirtTime costs, side by side with what it replaces, and prints ratios.
#   --quick   a short run, to see that it works
#   --json    the same figures into FILE
#   --only    only the measures with WORD in their name
# What else is installed is measured too: faketime, java, python3, redis.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

project=$(dirname "$0")/../tests/bench/VirtTime.Bench.csproj
dotnet build "$project" --nologo --verbosity quiet >&2
exec dotnet run --no-build --project "$project" -- "$@"

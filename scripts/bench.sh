#!/bin/sh
# Usage: scripts/bench.sh [--quick] [--json FILE] [--only WORD]
# Measures the costs of VirtTime beside those of the alternatives, and prints ratios.
#   --quick   a short run, to see that it works
#   --json    also write the figures to FILE
#   --only    only the measurements with WORD in their name
# It also measures with these programs, if they are installed: faketime, go, java, python3, redis.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

project=$(dirname "$0")/../tests/bench/VirtTime.Bench.csproj
dotnet build "$project" --nologo --verbosity quiet >&2
exec dotnet run --no-build --project "$project" -- "$@"

#!/bin/sh
# Usage: sbom.sh
# Writes the bill of materials of the files in OUTPUT, in SPDX.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cd "$(dirname "$0")/../.."
mkdir -p "$WORK"
cp scripts/release/sbom.cs "$WORK"
date=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
# dotnet run builds the program below XDG_DATA_HOME, where it would otherwise stay.
XDG_DATA_HOME=$WORK dotnet run "$WORK/sbom.cs" -- "$PWD" "$OUTPUT" "$VERSION" "$date" "${VIRTTIME_MAINTAINER%% <*}" "$HOMEPAGE" "$LICENSE_EXPRESSION" $ARCHS

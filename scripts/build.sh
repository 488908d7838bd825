#!/bin/sh
# Usage: scripts/build.sh
# Builds virttime-run and libvirttime.so into artifacts/dist/, a folder that can be copied anywhere.
set -eu

cd "$(dirname "$0")/.."
for tool in dotnet gcc ld objcopy; do
    command -v "$tool" >/dev/null || {
        echo "build.sh: $tool: not found; install the .NET 10 SDK, gcc and binutils" >&2
        exit 1
    }
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in libvirttime launcher; do
    dotnet build "$project/$project.csproj" --nologo --verbosity quiet >"$log" 2>&1 || {
        cat "$log" >&2
        echo "build.sh: $project: the build failed" >&2
        exit 1
    }
done
echo "built artifacts/dist" >&2

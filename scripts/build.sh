#!/bin/sh
# Usage: scripts/build.sh [--arch x64|arm64]
# Builds virttime-run and libvirttime.so into artifacts/dist/, a folder that can be copied anywhere.
#   --arch   build for this processor; arm64 uses a cross compiler and artifacts/dist-arm64/
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

fail() {
    echo "build.sh: $1" >&2
    exit 1
}

arch=x64 dist=artifacts/dist prefix= packages='the .NET 10 SDK, gcc and binutils'
case $# in
    0) ;;
    2) [ "$1" = --arch ] && arch=$2 || arch= ;;
    *) arch= ;;
esac
case $arch in
    x64) ;;
    arm64)
        dist=artifacts/dist-arm64 prefix=aarch64-linux-gnu-
        packages="the .NET 10 SDK and Debian's gcc-aarch64-linux-gnu and libc6-dev-arm64-cross"
        ;;
    *) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
[ "$(uname -m)" = x86_64 ] || fail 'this machine is not x86-64; to build for arm64, run scripts/build.sh --arch arm64 on an x86-64 machine'
cd "$(dirname "$0")/.."
for tool in dotnet "${prefix}gcc" "${prefix}ld" "${prefix}as" "${prefix}objcopy"; do
    command -v "$tool" >/dev/null || fail "$tool: not found; install $packages"
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in libvirttime launcher; do
    dotnet build "$project/$project.csproj" "-p:TargetArchitecture=$arch" --nologo --verbosity quiet >"$log" 2>&1 || {
        cat "$log" >&2
        fail "$project: the build failed"
    }
done
echo "built $dist" >&2

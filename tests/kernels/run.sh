#!/bin/sh
# usage: tests/kernels/run.sh [NAME...]
# Boots Debian kernels under qemu-system, one after another, and checks VirtTime on each; without a name, on all of them. Writes a small text file
# into results/ for each, from which report.sh makes docs/support.md. A kernel may take KERNEL_SECONDS (360) seconds of this machine's time.
# KERNEL_GROUPS names groups of checks (guest/main.py) to run; then no result is kept. Run scripts/build.sh first, for arm64 with --arch arm64.
# The last line is `N passed, N failed`.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
state=artifacts/kernels
names="x64-5.10 x64-6.1 x64-6.12 x64-newest arm64-6.1 arm64-newest arm64-16k"

suite_of() {
    case $1 in
        *-5.10) echo bullseye ;;
        *-6.1) echo bookworm ;;
        *-6.12) echo trixie ;;
        *-newest) echo sid ;;
        arm64-16k) echo sid arm64-16k ;;
    esac
}

# An image is made again after a new build, or if checks or programs have changed.
needs_image() {
    [ -e "$state/$1.cpio" ] || return 0
    built=artifacts/dist
    [ "$1" = x64 ] || built=artifacts/dist-$1
    [ -n "$(find "$built" "$here/guest" "$here"/*.c "$here/image.sh" tests/programs/conformance tests/programs/placement -newer "$state/$1.cpio" -type f ! -name '*.pyc' | head -n 1)" ]
}

# Expected results are only counted. All others are kept with their output.
condense() {
    printf 'run\t%s\n' "$(date +%F)"
    tr -d '\r' <"$1" | awk -F'\t' '
        !/result\t/ { next }
        { sub(/.*result\t/, "") } # the first line has what the firmware wrote
        $1 == "kernel" && $2 == "release" { print "release\t" $5; next }
        { split($4, verdict, " ") }
        verdict[1] == "agrees" { print "agrees\t" $2 "\t" verdict[2] "\t" verdict[4]; next }
        $1 == "difference" || $4 != "ok" { print "case\t" $0 }
        $1 != "difference" { all[$1]++; ok[$1] += $4 == "ok" }
        END { for (group in all) print "count\t" group "\t" ok[group] "\t" all[group] | "sort"; }'
    tr -d '\r' <"$1" | grep -q '^guest: over' || printf 'case\tguest\tthe checks\troot\tfails\tnot over in %s s\n' "$2"
}

check() {
    arch=${1%%-*} suite=$(suite_of "$1") limit=${KERNEL_SECONDS:-360}
    "$here/fetch.sh" "$state" "$arch" $suite || return 1
    ! needs_image "$arch" || "$here/image.sh" "$state" "$arch" || return 1
    "$here/boot.sh" "$state" "$arch" "$state/$arch-$(echo $suite | tr ' ' -)/vmlinuz" "$limit" ${KERNEL_GROUPS:-} >"$state/$1.log" 2>&1 || :
    if [ -n "${KERNEL_GROUPS:-}" ]; then
        tr -d '\r' <"$state/$1.log" | grep -a -v '	ok	$' || :
        return 0
    fi
    mkdir -p "$here/results"
    condense "$state/$1.log" "$limit" >"$here/results/$1.txt"
}

missing() {
    for package in qemu-system-x86_64:qemu-system-x86 qemu-system-aarch64:qemu-system-arm cpio:cpio gcc:gcc aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu; do
        command -v "${package%%:*}" >/dev/null || echo "${package#*:}"
    done
}
if [ -n "$(missing)" ] && [ "$(id -u)" = 0 ]; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(missing) ipxe-qemu seabios >/dev/null
fi
[ -z "$(missing)" ] || { echo "run.sh: not installed:" $(missing) >&2; exit 1; }

for name in ${*:-$names}; do
    [ -n "$(suite_of "$name")" ] || { echo "run.sh: $name: not one of: $names" >&2; exit 2; }
    echo "== $name"
    check "$name" || { echo "run.sh: $name could not be checked" >&2; lost=1; }
done
[ -z "${KERNEL_GROUPS:-}" ] || exit 0
"$here/report.sh" >docs/support.md
cat docs/support.md
"$here/report.sh" --count ${*:-$names}
[ -z "${lost:-}" ]

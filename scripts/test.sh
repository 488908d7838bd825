#!/bin/sh
# usage: scripts/test.sh [--full] [--filter EXPRESSION] [--arch ARCH]
#        scripts/test.sh --kernels [NAME...]
#
# Builds everything and runs the tests, and some of them once more for arm64 by an emulator. Installs what they need when that is missing and
# we are root.
#   --full     the long tests too
#   --filter   an expression of `dotnet test`, for example FullyQualifiedName~Slots; for x64 only, unless --arch says otherwise
#   --arch     those for x64 or for arm64 only
#   --kernels  boots kernels of Debian under qemu-system in place of the tests (tests/kernels/run.sh): all, or those that are named
# The last line is `N passed, N failed`, with `, N skipped` when there are any.

set -eu
cd "$(dirname "$0")/.."

filter= archs= kernels=
while [ $# -gt 0 ]; do
    case $1 in
        --full) export VIRTTIME_TEST_FULL=1 ;;
        --filter) filter=${2:?--filter: an expression is missing}; shift ;;
        --arch) archs=${2:?--arch: an architecture is missing}; shift ;;
        --kernels) shift; kernels=1; break ;;
        *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
    shift
done

if [ -n "$kernels" ]; then
    case " ${*:-x64 arm64}" in *' x64'*) scripts/build.sh ;; esac
    case " ${*:-x64 arm64}" in *' arm64'*) scripts/build.sh --arch arm64 ;; esac
    exec tests/kernels/run.sh "$@"
fi

if [ -z "$archs" ]; then
    archs='x64 arm64'
    [ -z "$filter" ] || archs=x64
fi
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
results=artifacts/test-results
# A bounded set: what is observed of waits, through the launcher; slots in waits that are cancelled, nested and left; children; the launcher with
# programs of its own architecture. libvirttime/README.md says what an emulator answers otherwise than a kernel, and so is not among them.
arm64_tests=
for name in Abi.Arm64CodeTests Conformance.WaitTests.The_launcher Conformance.FutexTests.The_launcher Conformance.TimerDescriptorTests.The_launcher \
    Slots.SlotTests ProcessTests.Child_of ProcessTests.Waits_of \
    'EndToEnd.ConfigReuseTests&FullyQualifiedName!~Deadline_in_flight' LauncherTests.Nested LauncherTests.Wrong_usage \
    LauncherTests.Help LauncherTests.Command_that InstallOptionTests.Copy_runs; do
    arm64_tests="$arm64_tests${arm64_tests:+|}FullyQualifiedName~$name"
done
# With an emulator that has a vDSO, and keeps MADV_WIPEONFORK.
arm64_vdso_tests="$arm64_tests|FullyQualifiedName~SleepTests.The_launcher|FullyQualifiedName~Conformance.TimerTests.The_launcher"
arm64_vdso_tests="$arm64_vdso_tests|FullyQualifiedName~LookupTests.The_launcher|FullyQualifiedName~ChildTests&DisplayName~fork"

# Prints the packages that are missing; below, `PACKAGE CHECK`.
missing_packages() {
    while read -r package check; do
        sh -c "$check" >/dev/null 2>&1 </dev/null || echo "$package"
    done <<'END'
default-jdk-headless command -v javac
nodejs command -v node
python3 command -v python3
ruby command -v ruby
perl perl -MTime::HiRes -e 1
g++ command -v g++
musl-tools command -v musl-gcc
util-linux command -v setpriv && command -v unshare
libjemalloc2 ls /usr/lib/*/libjemalloc.so.2
golang-go command -v go
rustc command -v rustc
groff-base command -v groff
man-db command -v man
mandoc command -v mandoc
zsh command -v zsh
fish command -v fish
erlang-base command -v erl
redis-server command -v redis-server
redis-tools command -v redis-benchmark
nginx-light command -v nginx
curl command -v curl
openssl command -v openssl
sqlite3 command -v sqlite3
faketime command -v faketime
gcc-aarch64-linux-gnu command -v aarch64-linux-gnu-gcc
libc6-dev-arm64-cross ls /usr/aarch64-linux-gnu/lib/libc.a
qemu-user-static command -v qemu-aarch64-static
stress-ng command -v stress-ng
strace command -v strace
libcap2-bin command -v setcap
runc command -v runc
golang-github-containers-common ls /usr/share/containers/seccomp.json
spin command -v spin
procps command -v ps && command -v top && command -v uptime && command -v vmstat
END
    [ -z "${VIRTTIME_TEST_FULL:-}" ] || missing_for_full
}

missing_for_full() {
    for package in lintian rpm umoci buildah npm debootstrap slurmctld slurmd munge:munged slurm-client:srun iproute2:ip; do
        command -v "${package#*:}" >/dev/null || echo "${package%%:*}"
    done
}

install_missing() {
    packages=$(missing_packages)
    [ -n "$packages" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing:" $packages
        # One at a time on failure, so that a package that a release lacks does not keep the others out.
        export DEBIAN_FRONTEND=noninteractive
        install="timeout 300 apt-get install -y -qq --no-install-recommends"
        { timeout 120 apt-get update -qq && { $install $packages || for package in $packages; do $install "$package"; done; }; } >artifacts/apt.log 2>&1 || true
    fi
    packages=$(missing_packages)
    [ -z "$packages" ] || echo "not installed, so the tests that need them are skipped:" $packages
}

# run_tests NAME FILTER: into NAME.trx.
run_tests() {
    rm -f "$results/$1.trx"
    dotnet test tests/tests.csproj --no-build --results-directory "$results" --logger "trx;LogFileName=$1.trx" ${2:+--filter "$2"} </dev/null || status=$?
    if [ -e "$results/$1.trx" ]; then
        reports="$reports $results/$1.trx"
    else
        echo "the tests did not run: $1"
        lost=$((lost + 1))
    fi
}

# run_arm64_tests NAME QEMU FILTER
run_arm64_tests() {
    if ! tests/programs/arm64/enter.sh "$2" artifacts/dist-arm64/virttime-run --version >/dev/null 2>"$results/$1.log"; then
        echo "not tested on arm64: $2 cannot run it: $(tail -n 1 "$results/$1.log")"
        return
    fi
    VIRTTIME_TEST_ARCH=arm64 VIRTTIME_TEST_QEMU=$2
    export VIRTTIME_TEST_ARCH VIRTTIME_TEST_QEMU
    run_tests "$1" "${filter:-$3}"
    unset VIRTTIME_TEST_ARCH VIRTTIME_TEST_QEMU
}

# Before any test: some look at its machine code.
build_arm64() {
    if ! command -v aarch64-linux-gnu-gcc >/dev/null; then
        echo 'not built for arm64: gcc-aarch64-linux-gnu is not installed'
    elif ! scripts/build.sh --arch arm64; then
        lost=$((lost + 1))
    fi
}

test_arm64() {
    [ -x artifacts/dist-arm64/virttime-run ] || return 0
    qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64 || :)
    if [ -z "$qemu" ]; then
        echo 'not tested on arm64: qemu-user-static is not installed'
        return
    fi
    run_arm64_tests tests-arm64 "$qemu" "$arm64_tests"
    [ -n "${VIRTTIME_TEST_FULL:-}" ] || return 0

    # An emulator that has a vDSO, as a real kernel does; Debian 12's has none.
    newer=$PWD/artifacts/qemu-10
    if [ -e "$newer" ] || tests/programs/old_glibc/fetch.sh "$newer" trixie qemu-user; then
        find "$newer/usr/bin" ! -name qemu-aarch64 -type f -delete # 400 MB of others
        run_arm64_tests tests-arm64-vdso "$newer/usr/bin/qemu-aarch64" "$arm64_vdso_tests"
    else
        echo 'not tested on arm64 with a vDSO: qemu-user of Debian 13 cannot be had'
    fi
}

# Test names and reasons, from the reports: a machine may lack what a test needs. Failures once more at the end, where whoever sees only that
# finds them.
list_failed() {
    tr '\n' ' ' <"$1" | sed 's/<UnitTestResult /\n&/g' | sed -n '/^<UnitTestResult [^>]*outcome="Failed"/{
        s/.*testName="\([^"]*\)".*<Message>\([^<]*\)<.*/failed: \1: \2/
        s/&quot;/"/g; s/&#xD;&#xA;\|&#xA;/ /g
        p
    }'
}

list_skipped() {
    tr '\n' ' ' <"$1" | sed 's/<UnitTestResult /\n&/g' | sed -n '/outcome="NotExecuted"/{
        s/.*testName="\([^"]*\)".*<Message>\([^<]*\)<.*/skipped: \1: \2/
        s/.*testName="\([^"]*\)".*<StdOut>\([^<]*\)<.*/skipped: \1: \2/
        s/&quot;/"/g
        p
    }'
}

# counter NAME: over all reports.
counter() {
    cat /dev/null $reports | sed -n "s/.*<Counters.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}

mkdir -p "$results"
rm -f artifacts/tests/conformance.txt artifacts/tests/libcs.txt
install_missing
status=0 lost=0 reports=
dotnet build VirtTime.sln --verbosity quiet </dev/null || status=$? lost=1
if [ "$status" = 0 ]; then
    case $archs in
        *arm64*) build_arm64 ;;
    esac
    for arch in $archs; do
        case $arch in
            x64) run_tests tests "$filter" ;;
            arm64) test_arm64 ;;
        esac
    done
fi

for table in conformance libcs; do
    [ ! -e "artifacts/tests/$table.txt" ] || cat "artifacts/tests/$table.txt"
done
for report in $reports; do
    list_skipped "$report"
done
for report in $reports; do
    list_failed "$report"
done
total=$(counter total) passed=$(counter passed) executed=$(counter executed)
failed=$((executed - passed + lost)) skipped=$((total - executed))
[ "$failed" = 0 ] || status=1
[ "$failed" != 0 ] || [ "$status" = 0 ] || failed=1
if [ "$skipped" = 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
exit "$status"

#!/bin/sh
# usage: scripts/test.sh [--full] [--filter EXPRESSION] [--arch ARCH]
#        scripts/test.sh --kernels [NAME...]
#
# Builds everything and runs the tests, some of them a second time for arm64 in an emulator. If packages that the tests need are missing and you are
# root, it installs them.
#   --full     also run the long tests
#   --filter   an expression of `dotnet test`, for example FullyQualifiedName~Slots; it runs for x64 only, unless --arch is given
#   --arch     only the tests for x64, or only those for arm64
#   --kernels  instead of the tests, boot Debian kernels under qemu-system (tests/kernels/run.sh): all, or the named ones
# Each test class prints a line with its time when it ends. A test that failed is run once more at the end, alone. If it passes then, it counts as
# passed and is listed as `failed, then passed`.
# The last line is `N passed, N failed`, with `, N skipped` if there are any.

set -eu
cd "$(dirname "$0")/.."

usage() {
    sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' scripts/test.sh
}

filter= archs= kernels=
while [ $# -gt 0 ]; do
    case $1 in
        --full) export VIRTTIME_TEST_FULL=1 ;;
        --filter) filter=${2:?--filter: an expression is missing}; shift ;;
        --arch) archs=${2:?--arch: an architecture is missing}; shift ;;
        --kernels) shift; kernels=1; break ;;
        -h | --help) usage; exit ;;
        *) usage >&2; exit 2 ;;
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

# arm64_filter KIND...: prints a filter for tests of tests/arm64.txt. That file gives the reason for tests that do not run for arm64.
arm64_filter() {
    awk -F'\t' -v kinds=" $* " 'index(kinds, " " $1 " ") { printf "%sFullyQualifiedName~%s", (many++ ? "|" : ""), $2 }' tests/arm64.txt
}
arm64_tests=$(arm64_filter run) arm64_vdso_tests=$(arm64_filter run vdso)

# Prints the missing packages. The list below has lines `PACKAGE CHECK`.
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

# why_not PACKAGE: prints apt's reason for this package, or for all packages.
why_not() {
    if [ -z "$can_install" ]; then
        echo 'only root can install it, with apt-get'
    else
        grep -h -m 1 '^E: ' "artifacts/apt/$1.log" "$apt_log" 2>/dev/null | head -n 1 | grep . || echo 'apt-get installed it, but a file that the tests need is missing'
    fi
}

# Another apt may be running. apt itself waits for each of its locks except that of the package lists.
update_lists() {
    for attempt in 1 2 3 4 5 6; do
        timeout 120 apt-get update -qq >>"$apt_log" 2>&1 && return
        tail -n 3 "$apt_log" | grep -q 'Could not get lock' || return
        sleep 10
    done
}

# install_packages LOG PACKAGE...
install_packages() {
    log=$1
    shift
    timeout 480 apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=180 "$@" >>"$log" 2>&1
}

install_missing() {
    packages=$(missing_packages)
    [ -n "$packages" ] || return 0
    can_install= apt_log=artifacts/apt/all.log
    rm -rf artifacts/apt
    mkdir -p artifacts/apt
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        can_install=yes
        echo "installing:" $packages
        export DEBIAN_FRONTEND=noninteractive
        update_lists || :
        # On failure, each package is installed alone, so that one unavailable package does not keep out the others.
        install_packages "$apt_log" $packages || for package in $packages; do
            install_packages "artifacts/apt/$package.log" "$package" || :
        done
    fi
    for package in $(missing_packages); do
        echo "not installed, so tests that need it are skipped: $package: $(why_not "$package")${can_install:+; the logs are in artifacts/apt}"
    done
}

# dotnet_test NAME FILTER [ARGUMENT]...: writes NAME.trx, and prints a line when a test class ends. VSTest's own output is shown only on failure.
dotnet_test() {
    name=$1 expression=$2
    shift 2
    rm -f "$results/$name.trx"
    progress=$PWD/$results/$name.progress
    : >"$progress"
    VIRTTIME_TEST_PROGRESS=$progress dotnet test tests/tests.csproj --no-build --results-directory "$results" --logger "trx;LogFileName=$name.trx" \
        ${expression:+--filter "$expression"} "$@" </dev/null >"$results/$name.log" 2>&1 &
    tests=$!
    tail -n +1 -f --pid="$tests" "$progress"
    wait "$tests" || return
}

# run_tests NAME FILTER
run_tests() {
    # A filter may need only a few programs. Then the first test that needs a program compiles it.
    [ -n "$2" ] || export VIRTTIME_TEST_COMPILE=1
    run_status=0
    dotnet_test "$1" "$2" || run_status=$?
    unset VIRTTIME_TEST_COMPILE
    if [ -e "$results/$1.trx" ]; then
        reports="$reports $results/$1.trx"
        repeat_failed "$1"
        # Failed tests are counted below. If no test failed, or if the process of the tests ended early, the run itself has failed.
        if [ "$run_status" != 0 ] && { [ ! -s "$results/$1.failed" ] || ended_early "$results/$1.trx"; }; then
            cat "$results/$1.log"
            status=$run_status
        fi
    else
        cat "$results/$1.log"
        echo "the tests did not run: $1"
        lost=$((lost + 1))
    fi
}

# ended_early REPORT: tells whether the report has an error other than that of a failed test.
ended_early() {
    tr '\n' ' ' <"$1" | sed 's/<RunInfo /\n&/g; s/<\/RunInfos>/\n&/g' | grep '^<RunInfo [^>]*outcome="Error"' | grep -qv '\[FAIL\]'
}

# outcomes OUTCOME REPORT: prints the sorted names of the tests with this outcome. The name of a theory's row contains its arguments.
outcomes() {
    tr '\n' ' ' <"$2" | sed 's/<UnitTestResult /\n&/g' | sed -n "/^<UnitTestResult [^>]*outcome=\"$1\"/s/.*testName=\"\([^\"]*\)\".*/\1/p" | sort -u
}

# repeat_failed NAME: writes NAME-again.trx, and lists in NAME.repaired the tests that failed and then passed. It runs all rows of a theory one by
# one.
repeat_failed() {
    outcomes Failed "$results/$1.trx" >"$results/$1.failed"
    : >"$results/$1.repaired"
    rm -f "$results/$1-again.trx"
    methods=$(sed 's/(.*//' "$results/$1.failed" | sort -u)
    [ -n "$methods" ] || return 0
    if [ "$(echo "$methods" | wc -l)" -gt "$most_repeated" ]; then
        echo "more than $most_repeated tests failed, so none of them is run again"
        return 0
    fi
    echo 'running again, one by one:' $methods
    expression=
    for method in $methods; do
        expression="$expression${expression:+|}FullyQualifiedName=$method"
    done
    dotnet_test "$1-again" "$expression" -- xUnit.ParallelizeTestCollections=false || :
    [ -e "$results/$1-again.trx" ] || return 0
    outcomes Failed "$results/$1-again.trx" >"$results/$1-again.failed"
    outcomes Passed "$results/$1-again.trx" | comm -23 - "$results/$1-again.failed" | comm -12 "$results/$1.failed" - >"$results/$1.repaired"
    repaired=$((repaired + $(wc -l <"$results/$1.repaired")))
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

# Runs before all tests: some of them examine the machine code for arm64.
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

    # An emulator with a vDSO, which a real kernel has. Debian 12's emulator has none.
    newer=$PWD/artifacts/qemu-10
    if [ -e "$newer" ] || tests/programs/old_glibc/fetch.sh "$newer" trixie qemu-user; then
        find "$newer/usr/bin" ! -name qemu-aarch64 -type f -delete # 400 MB of other emulators
        run_arm64_tests tests-arm64-vdso "$newer/usr/bin/qemu-aarch64" "$arm64_vdso_tests"
    else
        echo 'not tested on arm64 with a vDSO: qemu-user of Debian 13 is unavailable'
    fi
}

# Prints test names and reasons from the reports: a machine may lack a tool that a test needs. Failures come once more at the end, where a reader of
# the last lines finds them.
list_failed() {
    tr '\n' ' ' <"$1" | sed 's/<UnitTestResult /\n&/g' | sed -n '/^<UnitTestResult [^>]*outcome="Failed"/{
        s/.*testName="\([^"]*\)".*<Message>\([^<]*\)<.*/\1\t\2/
        s/&#xD;&#xA;\|&#xA;/ /g
        p
    }' | awk -F '\t' -v repaired="${1%.trx}.repaired" '
        BEGIN { while ((getline name <repaired) > 0) passed[name] = 1 }
        { print ($1 in passed ? "failed, then passed: " : "failed: ") $1 ": " $2 }
    ' | sort | sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

list_skipped() {
    tr '\n' ' ' <"$1" | sed 's/<UnitTestResult /\n&/g' | sed -n '/outcome="NotExecuted"/{
        s/.*testName="\([^"]*\)".*<Message>\([^<]*\)<.*/skipped: \1: \2/
        s/.*testName="\([^"]*\)".*<StdOut>\([^<]*\)<.*/skipped: \1: \2/
        s/&quot;/"/g
        p
    }'
}

# counter NAME: prints the sum over all reports.
counter() {
    cat /dev/null $reports | sed -n "s/.*<Counters.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}

mkdir -p "$results"
rm -f artifacts/tests/conformance.txt artifacts/tests/libcs.txt artifacts/tests/freeze.txt
install_missing
status=0 lost=0 repaired=0 reports= most_repeated=20
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

for table in conformance libcs freeze; do
    [ ! -e "artifacts/tests/$table.txt" ] || cat "artifacts/tests/$table.txt"
done
for report in $reports; do
    list_skipped "$report"
done
for report in $reports; do
    list_failed "$report"
done
total=$(counter total) executed=$(counter executed) passed=$(($(counter passed) + repaired))
failed=$((executed - passed + lost)) skipped=$((total - executed))
if [ -n "$filter" ] && [ -n "$reports" ] && [ "$total" = 0 ]; then
    echo "no test matches the filter: $filter"
    failed=1
fi
[ "$failed" = 0 ] || status=1
[ "$failed" != 0 ] || [ "$status" = 0 ] || failed=1
if [ "$skipped" = 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
exit "$status"

#!/bin/sh
# usage: scripts/test.sh [--full] [--filter EXPRESSION]
#
# Builds everything and runs the tests. Installs what they need when that is missing and we are root.
#   --full     the long tests too
#   --filter   an expression of `dotnet test`, for example FullyQualifiedName~Slots
# The last line is `N passed, N failed`, with `, N skipped` when there are any.

set -eu
cd "$(dirname "$0")/.."

filter=
while [ $# -gt 0 ]; do
    case $1 in
        --full) export VIRTTIME_TEST_FULL=1 ;;
        --filter) filter=${2:?--filter: an expression is missing}; shift ;;
        *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
    shift
done

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
results=artifacts/test-results
report=$results/tests.trx
conformance=artifacts/tests/conformance.txt

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
stress-ng command -v stress-ng
strace command -v strace
libcap2-bin command -v setcap
procps command -v ps && command -v top && command -v uptime && command -v vmstat
END
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

# Once more at the end, where whoever sees only that finds them.
list_failed() {
    tr '\n' ' ' <"$report" | sed 's/<UnitTestResult /\n&/g' | sed -n '/^<UnitTestResult [^>]*outcome="Failed"/{
        s/.*testName="\([^"]*\)".*<Message>\([^<]*\)<.*/failed: \1: \2/
        s/&quot;/"/g; s/&#xD;&#xA;\|&#xA;/ /g
        p
    }'
}

# Test names and reasons, from the report: a machine may lack what a test needs.
list_skipped() {
    tr '\n' ' ' <"$report" | sed 's/<UnitTestResult /\n&/g' | sed -n '/outcome="NotExecuted"/{
        s/.*testName="\([^"]*\)".*<Message>\([^<]*\)<.*/skipped: \1: \2/
        s/.*testName="\([^"]*\)".*<StdOut>\([^<]*\)<.*/skipped: \1: \2/
        s/&quot;/"/g
        p
    }'
}

counter() {
    sed -n "s/.*<Counters.* $1=\"\([0-9]*\)\".*/\1/p" "$report"
}

mkdir -p "$results"
rm -f "$report" "$conformance"
install_missing
status=0
dotnet build VirtTime.sln --verbosity quiet </dev/null || status=$?
if [ "$status" = 0 ]; then
    dotnet test tests/tests.csproj --no-build --results-directory "$results" --logger 'trx;LogFileName=tests.trx' \
        ${filter:+--filter "$filter"} </dev/null || status=$?
fi
if [ ! -e "$report" ]; then
    echo "the tests did not run"
    echo "0 passed, 1 failed"
    exit 1
fi

[ ! -e "$conformance" ] || cat "$conformance"
list_skipped
list_failed
total=$(counter total) passed=$(counter passed) executed=$(counter executed)
failed=$((executed - passed)) skipped=$((total - executed))
[ "$failed" = 0 ] || status=1
[ "$failed" != 0 ] || [ "$status" = 0 ] || failed=1
if [ "$skipped" = 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
exit "$status"

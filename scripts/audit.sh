#!/bin/sh
# Usage: scripts/audit.sh
# Asks the package registry which packages of the lock files have published security advisories. No build does this, so an old commit can be built
# even if an advisory is published later or the registry is out of reach.
# Exit status: 0 for none, 1 for some, 2 if the registry could not be asked.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
mkdir -p artifacts
log=artifacts/audit.log status=0

if ! dotnet list VirtTime.sln package --vulnerable --include-transitive >"$log" 2>&1; then
    echo "audit.sh: the registry cannot be asked: $(grep -m 1 'error' "$log" || tail -n 1 "$log"); the log is $log" >&2
    exit 2
fi
# The log has a table of packages for each project, with the severity and the address of the advisory. A row begins with `>`.
if grep -q '^ *> ' "$log"; then
    grep -E '^Project|^ *> ' "$log"
    status=1
fi
[ "$status" != 0 ] || echo 'no package has a published security advisory'
exit "$status"

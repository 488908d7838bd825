#!/bin/sh
# Usage: VIRTTIME_CRIU_CONFIG=FILE criu dump|restore --action-script .../criu-action.sh ...
# Notes the virtual clocks of the process tree when it has been dumped, and lets them go on when it has been restored.
#   VIRTTIME_CRIU_CONFIG  the config file that the tree runs with; absolute, since CRIU changes its directory
#   VIRTTIME_RUN          the launcher; otherwise ../../bin/virttime-run, else virttime-run in PATH
#
# At post-dump all threads are stopped, and a failure fails the dump; at post-restore all are parked with the config file
# mapped, and a failure kills them and fails the restore. At other stages threads run, or a failure has no consequence.
set -eu

fail() {
    echo "criu-action.sh: ${CRTOOLS_SCRIPT_ACTION:-}: $1" >&2
    exit 1
}

case ${CRTOOLS_SCRIPT_ACTION:-} in
    post-dump) action=--save ;;
    post-restore) action=--resume ;;
    '') fail 'CRTOOLS_SCRIPT_ACTION is not set; this script is for criu --action-script' ;;
    *) exit 0 ;;
esac

pid=${CRTOOLS_INIT_PID:-}
case $pid in
    '' | *[!0-9]* | 0*) fail "CRTOOLS_INIT_PID: \"$pid\" is not a process id" ;;
esac

config=${VIRTTIME_CRIU_CONFIG:-}
[ -n "$config" ] || fail 'VIRTTIME_CRIU_CONFIG is not set; it names the config file'
[ -f "$config" ] || fail "$config: no such file"

run=${VIRTTIME_RUN:-$(dirname "$0")/../../bin/virttime-run}
[ -n "${VIRTTIME_RUN:-}" ] || [ -x "$run" ] || run=virttime-run

# The process and its descendants.
tree() {
    echo "$1"
    for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
        tree "$child"
    done
}

# Every process that the launcher finds a config file through has to use this one; others are on the host's clocks.
through=
for process in $(tree "$pid"); do
    state=$("$run" --pid "$process" --json 2>&1) || { reason=${reason:-$state}; continue; }
    used=$(printf '%s\n' "$state" | sed -n '/^  "config": "/{ s///; s/",$//; s/\\\(["\\]\)/\1/g; p; }')
    [ -n "$used" ] && [ "$config" -ef "$used" ] || fail "$config: process $process runs with another config file: $used"
    through=${through:-$process}
done
[ -n "$through" ] || fail "$reason"

# Through a process, since its time namespace may be another than ours: a privileged restore brings the old clocks along.
message=$("$run" --pid "$through" "$action" 2>&1) || fail "$message"

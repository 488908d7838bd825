#!/bin/sh
# Usage: VIRTTIME_CRIU_CONFIG=FILE criu dump|restore --action-script .../criu-action.sh ...
# After a dump, saves the virtual clocks and the config file among the images. Brings the file back before the processes are restored, and continues
# the clocks afterwards.
#   VIRTTIME_CRIU_CONFIG   the config file of the processes; an absolute path, because CRIU changes its directory
#   VIRTTIME_CRIU_ELAPSED  if not empty, the clocks also advance by the time that has passed since the dump
#   VIRTTIME_RUN           the launcher; by default ../../bin/virttime-run, else virttime-run in PATH
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

fail() {
    echo "criu-action.sh: ${CRTOOLS_SCRIPT_ACTION:-}: $1" >&2
    exit 1
}

case ${CRTOOLS_SCRIPT_ACTION:-} in
    post-dump | pre-restore | post-restore) ;;
    '') fail 'CRTOOLS_SCRIPT_ACTION is not set; this script is for criu --action-script' ;;
    *) exit 0 ;;
esac

config=${VIRTTIME_CRIU_CONFIG:-}
[ -n "$config" ] || fail 'VIRTTIME_CRIU_CONFIG is not set; it names the config file'

run=${VIRTTIME_RUN:-$(dirname "$0")/../../bin/virttime-run}
[ -n "${VIRTTIME_RUN:-}" ] || [ -x "$run" ] || run=virttime-run
message=$("$run" --criu-action --config "$config" ${VIRTTIME_CRIU_ELAPSED:+--elapsed} 2>&1) || fail "$message"

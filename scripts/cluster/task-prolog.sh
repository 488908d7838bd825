#!/bin/sh
# Usage: VIRTTIME_OPTIONS='--monotonic-since 2024-01-01Z' srun --task-prolog="$PWD/task-prolog.sh" COMMAND [ARG]...
# Slurm runs it before each rank, and puts what it prints into the rank's environment; it does as TaskProlog= of slurm.conf as well, where
# jobs without VIRTTIME_OPTIONS are left alone. An Epilog= removes the file: rm -f /dev/shm/virttime-$SLURM_JOB_ID.conf
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

[ -n "${VIRTTIME_OPTIONS:-}" ] || exit 0
config=/dev/shm/virttime-$SLURM_JOB_ID.conf
if [ ! -e "$config" ]; then
    # The ranks of a node race. Each makes a file, one gives it the name, and no clock is set that another rank reads already.
    mine=$config.$SLURM_PROCID
    trap 'rm -f "$mine"' EXIT
    virttime-run $VIRTTIME_OPTIONS --config "$mine" >/dev/null
    ln "$mine" "$config" 2>/dev/null || [ -e "$config" ]
fi
environment=$(virttime-run --config "$config" --print-env)
echo "$environment" | sed 's/^/export /'

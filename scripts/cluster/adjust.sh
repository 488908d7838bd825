#!/bin/sh
# Usage: adjust.sh JOB OPTION...
# Sets the clocks of a running job of job.sh or task-prolog.sh, on each of its nodes: adjust.sh 1234 --monotonic-since 2024-01-01Z
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

job=$1
shift
nodes=$(squeue --noheader --jobs="$job" --format=%D)
exec srun --jobid="$job" --overlap --nodes="$nodes" --ntasks="$nodes" --ntasks-per-node=1 \
    virttime-run "$@" --config "/dev/shm/virttime-$job.conf"

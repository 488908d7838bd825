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

# On each node, the job's file is the one that this user owns: other users may have made files with such names.
exec srun --jobid="$job" --overlap --nodes="$nodes" --ntasks="$nodes" --ntasks-per-node=1 sh -euc '
    job=$1
    shift
    for config in /dev/shm/virttime-"$job".conf /dev/shm/virttime-"$job".*.conf /dev/shm/virttime-"$job".*/shared.conf; do
        [ ! -f "$config" ] || [ -L "$config" ] || [ ! -O "$config" ] || exec virttime-run "$@" --config "$config"
    done
    echo "adjust.sh: $(hostname): job $job has no config file here" >&2
    exit 1' sh "$job" "$@"

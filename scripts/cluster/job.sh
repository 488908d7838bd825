#!/bin/sh
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
# Usage: sbatch job.sh SECONDS COMMAND [ARG]...
# A job for Slurm whose ranks all see the same monotonic clock, on all nodes. The clock reads SECONDS when the job starts.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

# The clock counts from one moment of the wall clock, which NTP synchronises. The nodes were booted at different times.
since=@$(($(date +%s) - $1))
shift

# No other user can make a file of this name first: its last part is random, and the same on all nodes.
random=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
config=/dev/shm/virttime-$SLURM_JOB_ID.$random.conf

on_each_node() {
    srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 "$@"
}

# This runs before the ranks, which only use the file. So no rank sets a clock that another rank reads already.
trap 'on_each_node rm -f "$config"' EXIT
on_each_node virttime-run --monotonic-since "$since" --config "$config" >/dev/null
srun virttime-run --config "$config" -- "$@"

#!/bin/sh
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
# Usage: sbatch job.sh SECONDS COMMAND [ARG]...
# A job for Slurm each of whose ranks sees a monotonic clock that reads SECONDS as the job starts, and the same one on all nodes.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

# It counts from one moment of the wall clock, which NTP keeps together; the nodes themselves were booted at different times.
since=@$(($(date +%s) - $1))
shift

# No other user can make a file of this name first: the last part is random, and the same on all nodes.
random=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
config=/dev/shm/virttime-$SLURM_JOB_ID.$random.conf

on_each_node() {
    srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 "$@"
}

# Before the ranks, which only join: none of them sets a clock that another one reads already.
trap 'on_each_node rm -f "$config"' EXIT
on_each_node virttime-run --monotonic-since "$since" --config "$config" >/dev/null
srun virttime-run --config "$config" -- "$@"

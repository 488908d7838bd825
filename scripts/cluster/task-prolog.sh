#!/bin/sh
# Usage: VIRTTIME_OPTIONS='--monotonic-since 2024-01-01Z' srun --task-prolog="$PWD/task-prolog.sh" COMMAND [ARG]...
# Slurm runs this script before each rank, and adds the variables that it prints to the rank's environment. It also works as TaskProlog= of
# slurm.conf, where it ignores jobs without VIRTTIME_OPTIONS. An Epilog= should remove the files: rm -rf /dev/shm/virttime-$SLURM_JOB_ID.*
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

[ -n "${VIRTTIME_OPTIONS:-}" ] || exit 0
shm=/dev/shm
name=$shm/virttime-$SLURM_JOB_ID.conf

# Finds the job's file that this user owns: under its usual name, or in a directory of this user if another user has taken that name.
find_own() {
    for config in "$name" "$shm/virttime-$SLURM_JOB_ID".*/shared.conf; do
        [ ! -f "$config" ] || [ -L "$config" ] || [ ! -O "$config" ] || return 0
    done
    return 1
}

if ! find_own; then
    # The ranks of a node race. Each makes a file, and one of them gives its file the name. So no rank sets a clock that another rank reads already.
    mine=$(mktemp -d "$shm/virttime-$SLURM_JOB_ID.XXXXXXXXXX")
    trap 'rm -rf "$mine"' EXIT
    virttime-run $VIRTTIME_OPTIONS --config "$mine/conf" >/dev/null
    ln "$mine/conf" "$name" 2>/dev/null || find_own || {
        # Another user has the name, so the file of the node's first rank is used.
        if [ "${SLURM_LOCALID:-0}" = 0 ]; then
            mv "$mine/conf" "$mine/shared.conf"
            trap - EXIT
        fi
        for try in $(seq 100); do
            ! find_own || break
            sleep 0.1
        done
    }
    find_own || {
        echo "task-prolog.sh: $name: belongs to another user, and the first rank of this node made no other; see its messages" >&2
        exit 1
    }
fi
environment=$(virttime-run --config "$config" --print-env)
echo "$environment" | sed 's/^/export /'

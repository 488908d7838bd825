#!/bin/sh
# Replaces criu(8) with the part that the recipe uses: calls the action script at the same stages as CRIU.
# "Restores" by starting the program anew with its environment, stopped until the script has run.
set -eu

command=$1
shift
while [ $# -gt 0 ]; do
    case $1 in
        --tree) pid=$2; shift ;;
        --images-dir) images=$2; shift ;;
        --action-script) script=$2; shift ;;
        --shell-job | --restore-detached) ;;
        *) echo "criu: unknown option $1" >&2; exit 1 ;;
    esac
    shift
done
[ -d "$images" ] || exit 1

stage() {
    (cd "$images" && exec env CRTOOLS_IMAGE_DIR="$PWD" CRTOOLS_SCRIPT_ACTION="$@" "$script") # CRIU's work directory is that of the images
}

case $command in
    dump)
        stage pre-dump CRTOOLS_INIT_PID="$pid"
        kill -STOP "$pid"
        readlink "/proc/$pid/exe" >"$images/exe"
        cp "/proc/$pid/environ" "$images/environ"
        cat /proc/uptime /proc/sys/kernel/random/uuid >"$images/inventory.img" # as CRIU's inventory, it differs for each dump
        stage post-dump CRTOOLS_INIT_PID="$pid"
        kill -KILL "$pid"
        ;;
    restore)
        stage pre-restore
        read -r exe <"$images/exe"
        IFS='
'
        set -f
        env -i $(tr '\0' '\n' <"$images/environ") sh -c 'kill -STOP $$; exec "$0"' "$exe" </dev/null >>app.log 2>&1 &
        pid=$!
        until grep -q '^State:.T' "/proc/$pid/status"; do sleep 0.1; done
        echo "$pid" >"$images/pid"
        stage post-restore CRTOOLS_INIT_PID="$pid" || { kill -KILL "$pid"; exit 1; }
        kill -CONT "$pid"
        stage post-resume CRTOOLS_INIT_PID="$pid"
        ;;
esac

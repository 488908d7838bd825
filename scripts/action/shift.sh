#!/bin/bash
# Runs the input `command` with the clocks that were asked for, or lets the steps that follow run with them.
set -eu

options=()
for name in MONOTONIC_AT MONOTONIC_OFFSET BOOTTIME_AT BOOTTIME_OFFSET; do
    input=INPUT_$name option=${name,,}
    [ -z "${!input:-}" ] || options+=("--${option/_/-}" "${!input}")
done
config=${INPUT_CONFIG:-} command=${INPUT_COMMAND:-}
# The command is to have the environment of the job.
unset "${!INPUT_@}"

if [ -n "$command" ]; then
    script=$RUNNER_TEMP/virttime-command.sh
    printf '%s\n' "$command" >"$script"
    exec virttime-run "${options[@]}" ${config:+--config "$config"} -- bash --noprofile --norc -eo pipefail "$script"
fi
virttime-run "${options[@]}" --config "${config:-$RUNNER_TEMP/virttime.conf}" --print-env >>"$GITHUB_ENV"

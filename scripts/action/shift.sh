#!/bin/bash
# Runs the input `command` with the clocks that were asked for, or lets the steps that follow run with them.
set -eu

options=()
for input in "${!INPUT_@}"; do
    option=${input#INPUT_} option=${option,,}
    case $option in
        *_at | *_offset | *_since) [ -z "${!input}" ] || options+=("--${option/_/-}" "${!input}") ;;
    esac
done
config=${INPUT_CONFIG:-} command=${INPUT_COMMAND:-}
# The command is to have the environment of the job.
unset "${!INPUT_@}"

if [ -n "$command" ]; then
    script=$RUNNER_TEMP/virttime-command.sh
    printf '%s\n' "$command" >"$script"
    exec virttime-run "${options[@]}" ${config:+--config "$config"} -- bash --noprofile --norc -eo pipefail "$script"
fi

# A line feed would make a variable of the rest.
config=${config:-$RUNNER_TEMP/virttime.conf}
if [[ $config == *[$'\n\r']* ]]; then
    echo "::error title=VirtTime::config: a line feed is in it; give another path"
    exit 1
fi
virttime-run "${options[@]}" --config "$config" --print-env >>"$GITHUB_ENV"

#!/bin/bash
# Runs the input `command` with the given clocks. Without a command, lets the steps that follow run with them, or on the host's clocks again.
set -eu

. "$GITHUB_ACTION_PATH/report.sh"
options=()
for input in "${!INPUT_@}"; do
    option=${input#INPUT_} option=${option,,}
    case $option in
        *_at | *_offset | *_since | *_rate) [ -z "${!input}" ] || options+=("--${option/_/-}=${!input}") ;;
    esac
done
config=${INPUT_CONFIG:-} command=${INPUT_COMMAND:-} off=${INPUT_OFF:-}
# The command must have the job's environment.
unset "${!INPUT_@}"

# run ARGUMENT...: runs the launcher. Its message becomes the step's error.
run() {
    local message
    message=$(virttime-run "$@" 2>&1 >"$RUNNER_TEMP/virttime-output") || fail "${message#virttime-run: }"
    [ -z "$message" ] || printf '%s\n' "$message" >&2
}

# Prints LD_PRELOAD without the library.
without_library() {
    local parts kept=() part
    IFS=': ' read -ra parts <<<"${LD_PRELOAD:-}"
    for part in "${parts[@]}"; do
        [[ $part == */libvirttime.so ]] || kept+=("$part")
    done
    (IFS=:; echo "${kept[*]-}")
}

case $off in
    '' | false | true) ;;
    *) fail "off: \"$off\" is neither true nor false" ;;
esac
case $config in
    *$'\n'* | *$'\r'*) fail 'config: a path cannot have more than one line' ;;
esac
[ -z "$config" ] || [ "${config:0:1}" = / ] || config=$PWD/$config
if [ "$off" = true ]; then
    [ -z "$command$config" ] && [ ${#options[@]} = 0 ] || fail 'off: ends the shift; give no clock, config or command with it'
    # A step can set a variable to empty for later steps, but cannot remove it.
    printf 'LD_PRELOAD=%s\nVIRT_TIME_CONF=\n' "$(without_library)" >>"$GITHUB_ENV"
    exit
fi
if [ ${#options[@]} = 0 ] && [ ! -e "$config" ]; then
    [ -z "$config" ] || fail "config: $config does not exist; give a clock, with which it is created"
    [ -z "$command" ] || fail 'command: give a clock for it, or a config file that exists'
    exit # only the installation was wanted
fi

if [ -n "$command" ]; then
    script=$(mktemp "$RUNNER_TEMP/virttime-command-XXXXXX")
    printf '%s\n' "$command" >"$script"
    options+=(${config:+"--config=$config"})
    run "${options[@]}" --check -- bash
    [ -z "$config" ] || echo "config=$config" >>"$GITHUB_OUTPUT"
    exec virttime-run "${options[@]}" -- bash --noprofile --norc -eo pipefail "$script"
fi

# A second shift replaces the first. Programs that still run keep the first one's file.
[ -n "$config" ] || config=$(mktemp -u "$RUNNER_TEMP/virttime-config-XXXXXX")
run "${options[@]}" "--config=$config"
echo "config=$config" >>"$GITHUB_OUTPUT"
# --print-env accepts only a plain name, so the variables get a link with a plain name.
plain=$config
if [[ $config == *[!a-zA-Z0-9/._+:,@%=-]* ]]; then
    plain=$(mktemp -u "$RUNNER_TEMP/virttime-link-XXXXXX")
    ln -s "$config" "$plain"
fi
LD_PRELOAD=$(without_library) run "--config=$plain" --print-env
cat "$RUNNER_TEMP/virttime-output" >>"$GITHUB_ENV"

# bash completion for virttime-run; needs the bash-completion package to complete the command's own arguments

_virttime_run() {
    local options='--backend --monotonic-at --monotonic-offset --monotonic-since --boottime-at --boottime-offset --boottime-since
        --realtime-at --realtime-offset --realtime-rate --advance --config --config-mode --config-layout --pid --list --save --resume --elapsed --no-freeze --keep-waits --criu-action --none --install --generate --split-string
        --check --force --json --print-env --verbose --log-level --help --version'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local word i

    # readline completes file names itself (compopt -o default) and quotes them.
    COMPREPLY=()
    # The command begins at the first word that is neither an option nor an option's value. readline splits a word that contains = in three.
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            --) ((++i)); break ;;
            --monotonic-at | --monotonic-offset | --monotonic-since | --boottime-at | --boottime-offset | --boottime-since | \
                --realtime-at | --realtime-offset | --realtime-rate | --advance | --backend | --config | --config-mode | --config-layout | --pid | --install | --generate | --split-string | --log-level)
                [[ ${COMP_WORDS[i + 1]} != = ]] || ((++i))
                ((++i)) ;;
            -c | -p | -S) ((++i)) ;;
            -*) ;;
            *) break ;;
        esac
    done
    if ((i < COMP_CWORD)) || [[ $i == "$COMP_CWORD" && $previous == -- ]]; then
        if declare -F _command_offset >/dev/null; then
            _command_offset "$i"
        elif ((i == COMP_CWORD)) && [[ $current != */* ]]; then
            mapfile -t COMPREPLY < <(compgen -A command -- "$current")
        else
            compopt -o default
        fi
        return
    fi

    if [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $current == = ]]; then
        current=
    fi
    case $previous in
        -c | --config) compopt -o default ;;
        --install) compopt -o dirnames ;;
        -p | --pid) mapfile -t COMPREPLY < <(cd /proc && compgen -W "$(echo [0-9]*)" -- "$current") ;;
        --config-mode) mapfile -t COMPREPLY < <(compgen -W '0600 0640 0660 0644 0666' -- "$current") ;;
        --config-layout) mapfile -t COMPREPLY < <(compgen -W 'virttime c' -- "$current") ;;
        --log-level) mapfile -t COMPREPLY < <(compgen -W 'trace debug information warning error critical none' -- "$current") ;;
        --generate) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish man' -- "$current") ;;
        --backend) mapfile -t COMPREPLY < <(compgen -W 'preload place namespace auto' -- "$current") ;;
        --boottime-offset) mapfile -t COMPREPLY < <(compgen -W 'monotonic' -- "$current") ;;
        --monotonic-at | --monotonic-offset | --monotonic-since | --boottime-at | --boottime-since | \
            --realtime-at | --realtime-offset | --realtime-rate | --advance | -S | --split-string) ;;
        *)
            if [[ $current == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$options -c -p -S -v -h -V" -- "$current")
            elif [[ $current == */* ]]; then
                compopt -o default
            else
                mapfile -t COMPREPLY < <(compgen -A command -- "$current")
            fi ;;
    esac
}

complete -F _virttime_run virttime-run

# fish completion for virttime-run

# The short options come first: __fish_complete_subcommand would take leading long options as its own.
set -g __virttime_run_with_value -c -p -S --monotonic-at --monotonic-offset --monotonic-since --boottime-at --boottime-offset \
    --boottime-since --realtime-at --realtime-offset --realtime-rate --advance --backend --config --config-mode --config-layout --pid --install --generate --split-string --log-level

# Whether the word to complete still belongs to the launcher: no word before it is a command.
function __virttime_run_option
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        string match -q -- -- $words[1]; and return 1
        string match -q -- '-*' $words[1]; or return 1
        contains -- $words[1] $__virttime_run_with_value; and set -e words[1]
        set -e words[1]
    end
end

complete -c virttime-run -f
complete -c virttime-run -f -a '(__fish_complete_subcommand $__virttime_run_with_value)'

complete -c virttime-run -n __virttime_run_option -x -l monotonic-at -d 'Set CLOCK_MONOTONIC at the start of the command, or now without one'
complete -c virttime-run -n __virttime_run_option -x -l monotonic-offset -d 'Add a time to the host clock'
complete -c virttime-run -n __virttime_run_option -x -l monotonic-since -d 'The date at which CLOCK_MONOTONIC read 0'
complete -c virttime-run -n __virttime_run_option -x -l boottime-at -d 'Set CLOCK_BOOTTIME at the start of the command, or now without one'
complete -c virttime-run -n __virttime_run_option -x -l boottime-offset -a monotonic -d 'Add a time to the host clock, or follow CLOCK_MONOTONIC'
complete -c virttime-run -n __virttime_run_option -x -l boottime-since -d 'The date at which CLOCK_BOOTTIME read 0'
complete -c virttime-run -n __virttime_run_option -x -l realtime-at -d 'Set the date at the start of the command, or now without one'
complete -c virttime-run -n __virttime_run_option -x -l realtime-offset -d 'Add a time to the host\'s date'
complete -c virttime-run -n __virttime_run_option -x -l realtime-rate -d 'How fast the date runs; 0: it stands still'
complete -c virttime-run -n __virttime_run_option -x -l advance -d 'Move the virtual clocks forward or back'
complete -c virttime-run -n __virttime_run_option -r -F -s c -l config -d 'Create, reuse or change a config file'
complete -c virttime-run -n __virttime_run_option -x -l config-mode -a '0600 0640 0660 0644 0666' -d 'Permissions of a new file'
complete -c virttime-run -n __virttime_run_option -x -l config-layout -a 'virttime c' -d 'Layout of a new file'
complete -c virttime-run -n __virttime_run_option -x -s p -l pid -a '(__fish_complete_pids)' -d 'Use the config file of a running program'
complete -c virttime-run -n __virttime_run_option -l list -d 'Show the programs with shifted clocks'
complete -c virttime-run -n __virttime_run_option -l save -d 'Save the virtual clocks in the config file'
complete -c virttime-run -n __virttime_run_option -l resume -d 'Continue the virtual clocks from the saved values'
complete -c virttime-run -n __virttime_run_option -l elapsed -d 'With --resume: add the time since --save'
complete -c virttime-run -n __virttime_run_option -l no-freeze -d 'Change the clocks without stopping the programs'
complete -c virttime-run -n __virttime_run_option -l keep-waits -d 'Do not move the deadlines of calls in flight'
complete -c virttime-run -n __virttime_run_option -l criu-action -d 'Run as an action script of CRIU'
complete -c virttime-run -n __virttime_run_option -x -l install -a '(__fish_complete_directories)' -d 'Copy virttime-run and its library into a directory'
complete -c virttime-run -n __virttime_run_option -x -l generate -a 'bash zsh fish man' -d 'Print a completion or the manual page'
complete -c virttime-run -n __virttime_run_option -x -l backend -a 'preload place namespace auto' -d 'How to shift the clocks'
complete -c virttime-run -n __virttime_run_option -x -s S -l split-string -d 'Split a string into arguments, for #! lines'
complete -c virttime-run -n __virttime_run_option -l none -d 'Run the command on the host\'s clocks'
complete -c virttime-run -n __virttime_run_option -l check -d 'Tell whether the clocks of the command can be shifted; run nothing'
complete -c virttime-run -n __virttime_run_option -l force -d 'Run a command whose clocks cannot be shifted; accept a config file of another boot or user'
complete -c virttime-run -n __virttime_run_option -l json -d 'Print the state as JSON'
complete -c virttime-run -n __virttime_run_option -l print-env -d 'Print LD_PRELOAD=... and VIRT_TIME_CONF=...'
complete -c virttime-run -n __virttime_run_option -s v -l verbose -d 'Write diagnostics to standard error'
complete -c virttime-run -n __virttime_run_option -x -l log-level -a 'trace debug information warning error critical none' -d 'Write diagnostics from this level on'
complete -c virttime-run -n __virttime_run_option -s h -l help -d 'Print the help'
complete -c virttime-run -n __virttime_run_option -s V -l version -d 'Print the version'

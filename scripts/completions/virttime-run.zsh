#compdef virttime-run

local time='a number with a unit, or several joined\: 12345s, 3d12h, 250ms'
local date='a date\: 2030-01-31, "2030-01-31 12\:00", 2030-01-31T12\:00\:00Z, @1900000000'

_arguments -s -S \
    "(--monotonic-offset --monotonic-since)--monotonic-at=[what CLOCK_MONOTONIC reads when the command starts]:$time:" \
    "(--monotonic-at --monotonic-since)--monotonic-offset=[virtual minus host clock]:$time:" \
    "(--monotonic-at --monotonic-offset)--monotonic-since=[count CLOCK_MONOTONIC from a date]:$date:" \
    "(--boottime-offset --boottime-since)--boottime-at=[what CLOCK_BOOTTIME reads when the command starts]:$time:" \
    "(--boottime-at --boottime-since)--boottime-offset=[virtual minus host clock]:$time, or as the monotonic clock:(monotonic)" \
    "(--boottime-at --boottime-offset)--boottime-since=[count CLOCK_BOOTTIME from a date]:$date:" \
    "(--realtime-offset)--realtime-at=[the date when the command starts]:$date:" \
    "(--realtime-at)--realtime-offset=[virtual minus host date]:$time:" \
    '--realtime-rate=[how fast the date runs]:a number such as 3600 or 1.0005, +200ppm, or 0\: the date stands still:' \
    "--advance=[move the virtual clocks from where they are]:$time, with a sign:" \
    '(-p --pid)'{-c+,--config=}'[create or reuse a config file]:config file:_files' \
    '--config-mode=[permissions of a file that is created]:octal mode:(0600 0640 0660 0644 0666)' \
    '--config-layout=[layout of a file that is created]:layout:(virttime c)' \
    '(-c --config --config-mode --config-layout)'{-p+,--pid=}'[find the config file through a running program]:process:_pids' \
    '(- *)--list[show the programs with shifted clocks]' \
    '(--resume)--save[note the virtual clocks in the config file]' \
    '(--save)--resume[let the virtual clocks go on from those saved]' \
    '--elapsed[with --resume, add the time that has passed meanwhile]' \
    '(-)--install=[copy virttime-run and its library into a directory]:directory:_files -/' \
    '(-)--generate=[print a completion or the manual page]:what:(bash zsh fish man)' \
    '--no-freeze[change the clocks without stopping the programs that use them]' \
    '(--resume --save)--keep-waits[calls in flight keep the time that they have left]' \
    '--criu-action[act as an action script of criu]' \
    '--backend=[by what the command gets its clocks]:backend:(preload namespace auto)' \
    '*'{-S+,--split-string=}'[split a string into arguments, for #! lines]:string:' \
    "--none[run the command on the host's clocks]" \
    '--check[inspect the command, run nothing]' \
    '--force[run a command that would escape, or use a file of another boot]' \
    '--json[print the state as JSON]' \
    '--print-env[print LD_PRELOAD=... and VIRT_TIME_CONF=...]' \
    '(--log-level -v --verbose)'{-v,--verbose}'[diagnostics on standard error]' \
    '(-v --verbose)--log-level=[diagnostics from this level on]:level:(trace debug information warning error critical none)' \
    '(- *)'{-h,--help}'[show the help]' \
    '(- *)'{-V,--version}'[show the version]' \
    '(-)1:command: _command_names -e' \
    '*::arguments: _normal'

#compdef virttime-run

local time='a number with a unit, or several of them joined\: 12345s, 3d12h, 250ms'
local date='a date\: 2030-01-31, 2030-01-31Z, "2030-01-31 12\:00", 2030-01-31T12\:00\:00Z, @1900000000'

_arguments -s -S \
    "(--monotonic-offset --monotonic-since)--monotonic-at=[set CLOCK_MONOTONIC at the start of the command, or now without one]:$time:" \
    "(--monotonic-at --monotonic-since)--monotonic-offset=[add a time to the host clock]:$time:" \
    "(--monotonic-at --monotonic-offset)--monotonic-since=[the date at which CLOCK_MONOTONIC read 0]:$date:" \
    "(--boottime-offset --boottime-since)--boottime-at=[set CLOCK_BOOTTIME at the start of the command, or now without one]:$time:" \
    "(--boottime-at --boottime-since)--boottime-offset=[add a time to the host clock]:$time, or follow CLOCK_MONOTONIC:(monotonic)" \
    "(--boottime-at --boottime-offset)--boottime-since=[the date at which CLOCK_BOOTTIME read 0]:$date:" \
    "(--realtime-offset)--realtime-at=[set the date at the start of the command, or now without one]:$date:" \
    "(--realtime-at)--realtime-offset=[add a time to the host's date]:$time:" \
    '--realtime-rate=[how fast the date runs]:a number such as 3600 or 1.0005, +200ppm, or 0\: the date stands still:' \
    "--advance=[move the virtual clocks forward or back]:$time, with a sign:" \
    '(-p --pid)'{-c+,--config=}'[create, reuse or change a config file]:config file:_files' \
    '--config-mode=[permissions of a new file]:octal mode:(0600 0640 0660 0644 0666)' \
    '--config-layout=[layout of a new file]:layout:(virttime c)' \
    '(-c --config --config-mode --config-layout)'{-p+,--pid=}'[use the config file of a running program]:process:_pids' \
    '(- *)--list[show the programs with shifted clocks]' \
    '(--resume)--save[save the virtual clocks in the config file]' \
    '(--save)--resume[continue the virtual clocks from the saved values]' \
    '--elapsed[with --resume, add the time since --save]' \
    '(-)--install=[copy virttime-run and its library into a directory]:directory:_files -/' \
    '(-)--generate=[print a completion or the manual page]:what:(bash zsh fish man)' \
    '--no-freeze[change the clocks without stopping the programs that use them]' \
    '(--resume --save)--keep-waits[do not move the deadlines of calls in flight]' \
    '--criu-action[run as an action script of CRIU]' \
    '--backend=[how to shift the clocks]:backend:(preload place namespace auto)' \
    '*'{-S+,--split-string=}'[split a string into arguments, for #! lines]:string:' \
    "--none[run the command on the host's clocks]" \
    '--check[tell whether the clocks of the command can be shifted; run nothing]' \
    '--force[run a command whose clocks cannot be shifted; accept a config file of another boot or user]' \
    '--json[print the state as JSON]' \
    '--print-env[print LD_PRELOAD=... and VIRT_TIME_CONF=...]' \
    '(--log-level -v --verbose)'{-v,--verbose}'[write diagnostics to standard error]' \
    '(-v --verbose)--log-level=[write diagnostics from this level on]:level:(trace debug information warning error critical none)' \
    '(- *)'{-h,--help}'[print the help]' \
    '(- *)'{-V,--version}'[print the version]' \
    '(-)1:command: _command_names -e' \
    '*::arguments: _normal'

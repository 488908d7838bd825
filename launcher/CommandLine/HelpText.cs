namespace VirtTime.CommandLine;

/// <summary>What <c>--help</c> prints: at most 80 columns, options in the order of use.</summary>
internal static class HelpText
{
    /// <summary>What <c>--version</c> prints.</summary>
    public static string VersionLine => $"virttime-run {Version}\n";

    public static string Version => typeof(HelpText).Assembly.GetName().Version!.ToString(3);

    public const string Text =
        """
        Usage:
          virttime-run [OPTION]... [--] COMMAND [ARG]...
          virttime-run [OPTION]... --config FILE
          virttime-run [OPTION]... --pid PID
          virttime-run [--json] --list
          virttime-run --install DIR
          virttime-run --generate WHAT

        Run COMMAND with shifted clocks. Without COMMAND: create, adjust or show the
        config file, or the clocks of a running program.

        Clocks:
              --monotonic-at TIME      what CLOCK_MONOTONIC reads when COMMAND starts
              --monotonic-offset TIME  virtual minus host clock, with a sign
              --monotonic-since WHEN   it counts from WHEN by the host's wall clock
              --boottime-at TIME       the same for CLOCK_BOOTTIME, which otherwise
              --boottime-offset TIME     has the offset of CLOCK_MONOTONIC, and
              --boottime-since WHEN      with "monotonic" has it again
              --realtime-at WHEN       what CLOCK_REALTIME reads when COMMAND starts
              --realtime-offset TIME   virtual minus host date
              --advance TIME           move the virtual clocks of a config file or a
                                         running program, with a sign

        Config file:
          -c, --config FILE            create or reuse FILE (default: a private file)
              --config-mode MODE       permissions of a file that is created (0600)
              --config-layout LAYOUT   of a file that is created: virttime (default), or
                                         c for tools of the C libvirttime
          -p, --pid PID                find the file through a running program, also
                                         to run COMMAND on its clocks
              --list                   show the programs with shifted clocks
              --save                   note the virtual clocks in the file
              --resume                 let the virtual clocks go on from those saved
              --elapsed                with the time that has passed meanwhile
              --no-freeze              change the clocks without stopping the programs
                                         that use them meanwhile
              --keep-waits             calls in flight keep the time left
              --criu-action            act as an action script of criu

        Running:
              --backend BACKEND        preload (default); namespace: a time namespace,
                                         for static programs too; or auto: preload,
                                         else namespace
          -S, --split-string STRING    split STRING into arguments, for #! lines
              --none                   run COMMAND on the host's clocks, from within a
                                         program whose clocks are shifted
              --check                  inspect COMMAND, run nothing
              --install DIR            copy virttime-run and its library into DIR
              --force                  run a command that would escape, or use a file
                                         of another boot, with a warning

        Output:
              --json                   print the state as JSON
              --print-env              print LD_PRELOAD=... and VIRT_TIME_CONF=...
          -v, --verbose                diagnostics on standard error
              --log-level LEVEL        trace, debug, information, warning, error,
                                         critical, none (default)
              --generate WHAT          print the completion for bash, zsh or fish, or
                                         the manual page (man)
          -h, --help                   this text
          -V, --version                the version

        TIME is a number with a unit, or several joined: 12345s, 90m, 1.5h, 3d12h,
        250ms, "2h 30min". Units: ns us ms s m h d w, or as systemd writes them;
        without a unit, seconds. Options may be abbreviated.

        WHEN is a date: 2030-01-31, "2030-01-31 12:00" (local time),
        2030-01-31T12:00:00.5Z, 2030-01-31T12:00+01:00, or @SECONDS since 1970; others
        as "$(date -d 'last friday' +@%s)". It runs on from there.

        Exit status: COMMAND's own; 125 if virttime-run fails, 126 if COMMAND cannot be
        run, 127 if it is not found.

        """;
}

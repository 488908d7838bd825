using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>All options, in the order of the help.</summary>
/// <remarks>
/// The scanner, abbreviations, rules and the help read this table. Tests compare it with the classes in OptionGroups.cs, the completions and the
/// manual page.
/// </remarks>
internal static class OptionTable
{
    private const string HostDate = "a time namespace cannot shift the date";
    private const string HostRate = "a time namespace cannot give the date another rate";
    private const string NotSaved = "the clocks of a time namespace cannot be saved";
    private const string NotShown = "a time namespace has no config file to show";

    public static readonly OptionRow[] Rows =
    [
        new(OptionGroup.Clocks, OptionNames.MonotonicAt, "TIME", "set CLOCK_MONOTONIC to TIME at the start of\n  COMMAND, or now without COMMAND")
        {
            Contradicts = [OptionNames.MonotonicOffset, OptionNames.MonotonicSince],
        },
        new(OptionGroup.Clocks, OptionNames.MonotonicOffset, "TIME", "add TIME to the host clock: +400d or -1h")
        {
            Contradicts = [OptionNames.MonotonicSince],
        },
        new(OptionGroup.Clocks, OptionNames.MonotonicSince, "WHEN", "the clock read 0 at WHEN, by the host's wall\n  clock"),
        new(OptionGroup.Clocks, OptionNames.BoottimeAt, "TIME", "set CLOCK_BOOTTIME to TIME at the start of\n  COMMAND, or now without COMMAND; by default it\n  follows CLOCK_MONOTONIC")
        {
            Contradicts = [OptionNames.BoottimeOffset, OptionNames.BoottimeSince],
        },
        new(OptionGroup.Clocks, OptionNames.BoottimeOffset, "TIME", "add TIME to the host clock; the word \"monotonic\"\n  restores the default")
        {
            Words = [OptionValues.AsMonotonic],
            Contradicts = [OptionNames.BoottimeSince],
        },
        new(OptionGroup.Clocks, OptionNames.BoottimeSince, "WHEN", "the clock read 0 at WHEN, by the host's wall\n  clock"),
        new(OptionGroup.Clocks, OptionNames.RealtimeAt, "WHEN", "set the date (CLOCK_REALTIME) to WHEN at the\n  start of COMMAND, or now without COMMAND")
        {
            Contradicts = [OptionNames.RealtimeOffset],
            NotInNamespace = HostDate,
        },
        new(OptionGroup.Clocks, OptionNames.RealtimeOffset, "TIME", "add TIME to the host's date") { NotInNamespace = HostDate },
        new(OptionGroup.Clocks, OptionNames.RealtimeRate, "RATE", "how fast the date runs: 3600, 1.0005, +200ppm;\n  0: it stands still") { NotInNamespace = HostRate },
        new(OptionGroup.Clocks, OptionNames.Advance, "TIME", "move all virtual clocks, including the date if it\n  is virtual, by TIME: 1h or -1h; needs --config\n  or --pid"),

        new(OptionGroup.ConfigFile, OptionNames.Config, "FILE", "create or reuse FILE (default: a private file);\n  a clock option changes an existing FILE")
        {
            Letter = 'c',
            Contradicts = [OptionNames.Pid],
            NotInNamespace = "a time namespace has no config file, so its clocks cannot be shared, changed or saved",
        },
        new(OptionGroup.ConfigFile, OptionNames.ConfigMode, "MODE", "permissions of a new file (default: 0600)")
        {
            Words = ["0600", "0640", "0660", "0644", "0666"],
        },
        new(OptionGroup.ConfigFile, OptionNames.ConfigLayout, "LAYOUT", "layout of a new file: virttime (default), or c\n  for tools of the C libvirttime")
        {
            Words = ["virttime", "c"],
        },
        new(OptionGroup.ConfigFile, OptionNames.Pid, "PID", "use the config file of a running program: show or\n  change its clocks, or run COMMAND on them")
        {
            Letter = 'p',
            NotInNamespace = "a time namespace has no config file, so it cannot share a program's clocks",
        },
        new(OptionGroup.ConfigFile, OptionNames.List, null, "show the programs with shifted clocks")
        {
            Company = new(
                [OptionNames.Json, OptionNames.Verbose, OptionNames.LogLevel],
                "lists all programs; combine it only with --json, --verbose and --log-level"),
            NotInNamespace = NotShown,
        },
        new(OptionGroup.ConfigFile, OptionNames.Save, null, "save the virtual clocks in the config file")
        {
            Contradicts = [OptionNames.Resume],
            NotInNamespace = NotSaved,
        },
        new(OptionGroup.ConfigFile, OptionNames.Resume, null, "continue the virtual clocks from the saved values") { NotInNamespace = NotSaved },
        new(OptionGroup.ConfigFile, OptionNames.Elapsed, null, "with --resume: add the time since --save") { NotInNamespace = NotSaved },
        new(OptionGroup.ConfigFile, OptionNames.NoFreeze, null, "change the clocks without stopping the programs\n  that use them"),
        new(OptionGroup.ConfigFile, OptionNames.KeepWaits, null, "do not move the deadlines of calls that wait:\n  each ends after the time that it had left"),
        new(OptionGroup.ConfigFile, OptionNames.CriuAction, null, "run as an action script of CRIU")
        {
            Company = new(
                [OptionNames.Config, OptionNames.Elapsed, OptionNames.Verbose, OptionNames.LogLevel],
                "can be combined only with --config FILE, --elapsed, --verbose and --log-level"),
            NotInNamespace = NotSaved,
        },

        new(OptionGroup.Running, OptionNames.Backend, "BACKEND", "how to shift the clocks: preload, place (into a\n  static program), namespace (a time namespace)\n  or auto (the first that works); by default\n  preload, or place for static Go programs")
        {
            Words = ["preload", "place", "namespace", "auto"],
        },
        new(OptionGroup.Running, OptionNames.SplitString, "STRING", "split STRING into arguments, for #! lines") { Letter = 'S' },
        new(OptionGroup.Running, OptionNames.None, null, "run COMMAND on the host's clocks, from inside a\n  program whose clocks are shifted")
        {
            Company = new(
                [OptionNames.Verbose, OptionNames.LogLevel],
                "runs a command on the host's clocks; combine it only with --verbose and --log-level",
                TakesCommand: true),
        },
        new(OptionGroup.Running, OptionNames.Check, null, "tell whether the clocks of COMMAND can be\n  shifted; run nothing"),
        new(OptionGroup.Running, OptionNames.Install, "DIR", "copy virttime-run and its library into DIR")
        {
            Company = new([], "copies virttime-run; give no other option and no command"),
        },
        new(OptionGroup.Running, OptionNames.Force, null, "run COMMAND even if its clocks cannot be shifted;\n  accept a config file of another boot or user,\n  or with deadlines that cannot be moved"),

        new(OptionGroup.Output, OptionNames.Json, null, "print the state as JSON") { NotInNamespace = NotShown },
        new(OptionGroup.Output, OptionNames.PrintEnvironment, null, "print LD_PRELOAD=... and VIRT_TIME_CONF=...")
        {
            NotInNamespace = "environment variables cannot move a program into a time namespace",
        },
        new(OptionGroup.Output, OptionNames.Verbose, null, "write diagnostics to standard error")
        {
            Letter = 'v',
            Contradicts = [OptionNames.LogLevel],
        },
        new(OptionGroup.Output, OptionNames.LogLevel, "LEVEL", "write diagnostics from LEVEL on: trace, debug,\n  information, warning, error, critical, none\n  (default)")
        {
            Words = ["trace", "debug", "information", "warning", "error", "critical", "none"],
        },
        new(OptionGroup.Output, OptionNames.Generate, "WHAT", "print the completion for bash, zsh or fish, or\n  the manual page (man)")
        {
            Words = ["bash", "zsh", "fish", "man"],
            Company = new([], "prints a completion or the manual page; give no other option and no command"),
        },
        new(OptionGroup.Output, OptionNames.Help, null, "print this help") { Letter = 'h' },
        new(OptionGroup.Output, OptionNames.Version, null, "print the version") { Letter = 'V' },
    ];

    /// <summary>
    /// Finds the option with this name, else the only option whose name starts with it, as <c>getopt_long(3)</c> does; null if there is none.
    /// </summary>
    /// <exception cref="LauncherException">Several names start with it, and none is equal.</exception>
    public static OptionRow? Complete(string typed)
    {
        if (typed.Length == 0)
            return null;

        if (Array.Find(Rows, row => row.Name == typed) is OptionRow exact)
            return exact;

        OptionRow[] candidates = Array.FindAll(Rows, row => row.Name.StartsWith(typed, StringComparison.Ordinal));
        return candidates.Length <= 1
            ? candidates.FirstOrDefault()
            : throw new LauncherException("--" + typed, $"is ambiguous; it may be --{string.Join(", --", candidates.Select(row => row.Name))}");
    }

    public static OptionRow? WithLetter(char letter) => Array.Find(Rows, row => row.Letter == letter);

    /// <param name="name">One of <see cref="OptionNames"/>.</param>
    public static OptionRow Named(string name) => Array.Find(Rows, row => row.Name == name)!;
}

using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>All options, in the order of the help.</summary>
/// <remarks>
/// The scanner, abbreviations, rules and the help read this table. Tests compare it with the classes in OptionGroups.cs, the completions and the
/// manual page.
/// </remarks>
internal static class OptionTable
{
    private const string HostDate = "a time namespace has the host's date";
    private const string HostRate = "the date in a time namespace runs as fast as the host's";
    private const string NotSaved = "the clocks of a time namespace cannot be saved";
    private const string NotShown = "a time namespace has no config file that could be shown";

    public static readonly OptionRow[] Rows =
    [
        new(OptionGroup.Clocks, OptionNames.MonotonicAt, "TIME", "what CLOCK_MONOTONIC reads when COMMAND starts")
        {
            Contradicts = [OptionNames.MonotonicOffset, OptionNames.MonotonicSince],
        },
        new(OptionGroup.Clocks, OptionNames.MonotonicOffset, "TIME", "virtual minus host clock, with a sign")
        {
            Contradicts = [OptionNames.MonotonicSince],
        },
        new(OptionGroup.Clocks, OptionNames.MonotonicSince, "WHEN", "it counts from WHEN by the host's wall clock"),
        new(OptionGroup.Clocks, OptionNames.BoottimeAt, "TIME", "the same for CLOCK_BOOTTIME, which otherwise")
        {
            Contradicts = [OptionNames.BoottimeOffset, OptionNames.BoottimeSince],
        },
        new(OptionGroup.Clocks, OptionNames.BoottimeOffset, "TIME", "  has the offset of CLOCK_MONOTONIC, and")
        {
            Words = [OptionValues.AsMonotonic],
            Contradicts = [OptionNames.BoottimeSince],
        },
        new(OptionGroup.Clocks, OptionNames.BoottimeSince, "WHEN", "  with \"monotonic\" has it again"),
        new(OptionGroup.Clocks, OptionNames.RealtimeAt, "WHEN", "what CLOCK_REALTIME reads when COMMAND starts")
        {
            Contradicts = [OptionNames.RealtimeOffset],
            NotInNamespace = HostDate,
        },
        new(OptionGroup.Clocks, OptionNames.RealtimeOffset, "TIME", "virtual minus host date") { NotInNamespace = HostDate },
        new(OptionGroup.Clocks, OptionNames.RealtimeRate, "RATE", "how fast the date runs: 3600, 1.0005, +200ppm;\n  0: it stands still") { NotInNamespace = HostRate },
        new(OptionGroup.Clocks, OptionNames.Advance, "TIME", "move the virtual clocks of a config file or a\n  running program, with a sign"),

        new(OptionGroup.ConfigFile, OptionNames.Config, "FILE", "create or reuse FILE (default: a private file)")
        {
            Letter = 'c',
            Contradicts = [OptionNames.Pid],
            NotInNamespace = "a time namespace has no config file, by which it could be shared, adjusted or saved",
        },
        new(OptionGroup.ConfigFile, OptionNames.ConfigMode, "MODE", "permissions of a file that is created (0600)")
        {
            Words = ["0600", "0640", "0660", "0644", "0666"],
        },
        new(OptionGroup.ConfigFile, OptionNames.ConfigLayout, "LAYOUT", "of a file that is created: virttime (default), or\n  c for tools of the C libvirttime")
        {
            Words = ["virttime", "c"],
        },
        new(OptionGroup.ConfigFile, OptionNames.Pid, "PID", "find the file through a running program, also\n  to run COMMAND on its clocks")
        {
            Letter = 'p',
            NotInNamespace = "a time namespace has no config file, by which it could share a program's clocks",
        },
        new(OptionGroup.ConfigFile, OptionNames.List, null, "show the programs with shifted clocks")
        {
            Company = new(
                [OptionNames.Json, OptionNames.Verbose, OptionNames.LogLevel],
                "lists all programs; it goes with --json, --verbose and --log-level only"),
            NotInNamespace = NotShown,
        },
        new(OptionGroup.ConfigFile, OptionNames.Save, null, "note the virtual clocks in the file")
        {
            Contradicts = [OptionNames.Resume],
            NotInNamespace = NotSaved,
        },
        new(OptionGroup.ConfigFile, OptionNames.Resume, null, "let the virtual clocks go on from those saved") { NotInNamespace = NotSaved },
        new(OptionGroup.ConfigFile, OptionNames.Elapsed, null, "with the time that has passed meanwhile") { NotInNamespace = NotSaved },
        new(OptionGroup.ConfigFile, OptionNames.NoFreeze, null, "change the clocks without stopping the programs\n  that use them meanwhile"),
        new(OptionGroup.ConfigFile, OptionNames.KeepWaits, null, "calls in flight keep the time left"),
        new(OptionGroup.ConfigFile, OptionNames.CriuAction, null, "act as an action script of criu")
        {
            Company = new(
                [OptionNames.Config, OptionNames.Elapsed, OptionNames.Verbose, OptionNames.LogLevel],
                "goes with --config FILE, --elapsed, --verbose and --log-level only"),
            NotInNamespace = NotSaved,
        },

        new(OptionGroup.Running, OptionNames.Backend, "BACKEND", "preload (default); namespace: a time namespace,\n  for static programs too; or auto: preload,\n  else namespace")
        {
            Words = ["preload", "namespace", "auto"],
        },
        new(OptionGroup.Running, OptionNames.SplitString, "STRING", "split STRING into arguments, for #! lines") { Letter = 'S' },
        new(OptionGroup.Running, OptionNames.None, null, "run COMMAND on the host's clocks, from within a\n  program whose clocks are shifted")
        {
            Company = new(
                [OptionNames.Verbose, OptionNames.LogLevel],
                "runs a command on the host's clocks; it goes with --verbose and --log-level only",
                TakesCommand: true),
        },
        new(OptionGroup.Running, OptionNames.Check, null, "inspect COMMAND, run nothing"),
        new(OptionGroup.Running, OptionNames.Install, "DIR", "copy virttime-run and its library into DIR")
        {
            Company = new([], "copies virttime-run; no other option and no command goes with it"),
        },
        new(OptionGroup.Running, OptionNames.Force, null, "run a command that would escape, or use a file\n  of another boot, with a warning"),

        new(OptionGroup.Output, OptionNames.Json, null, "print the state as JSON") { NotInNamespace = NotShown },
        new(OptionGroup.Output, OptionNames.PrintEnvironment, null, "print LD_PRELOAD=... and VIRT_TIME_CONF=...")
        {
            NotInNamespace = "variables do not bring a program into a time namespace",
        },
        new(OptionGroup.Output, OptionNames.Verbose, null, "diagnostics on standard error")
        {
            Letter = 'v',
            Contradicts = [OptionNames.LogLevel],
        },
        new(OptionGroup.Output, OptionNames.LogLevel, "LEVEL", "trace, debug, information, warning, error,\n  critical, none (default)")
        {
            Words = ["trace", "debug", "information", "warning", "error", "critical", "none"],
        },
        new(OptionGroup.Output, OptionNames.Generate, "WHAT", "print the completion for bash, zsh or fish, or\n  the manual page (man)")
        {
            Words = ["bash", "zsh", "fish", "man"],
            Company = new([], "prints a completion or the manual page; give it alone"),
        },
        new(OptionGroup.Output, OptionNames.Help, null, "this text") { Letter = 'h' },
        new(OptionGroup.Output, OptionNames.Version, null, "the version") { Letter = 'V' },
    ];

    /// <summary>
    /// Finds the option with this name, or the only one whose name begins so, as <c>getopt_long(3)</c> does; null if there is none.
    /// </summary>
    /// <exception cref="LauncherException">The names of several options begin so.</exception>
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

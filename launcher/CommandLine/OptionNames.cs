using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>The options' names, and which of them take a value: the one list that the scanner and the parser share.</summary>
internal static class OptionNames
{
    public const string MonotonicAt = "monotonic-at";
    public const string MonotonicOffset = "monotonic-offset";
    public const string MonotonicSince = "monotonic-since";
    public const string BoottimeAt = "boottime-at";
    public const string BoottimeOffset = "boottime-offset";
    public const string BoottimeSince = "boottime-since";
    public const string RealtimeAt = "realtime-at";
    public const string RealtimeOffset = "realtime-offset";

    /// <summary>As the value of <see cref="BoottimeOffset"/>: what the monotonic clock has.</summary>
    public const string AsMonotonic = "monotonic";

    public const string Advance = "advance";

    public const string Backend = "backend";
    public const string Config = "config";
    public const char ConfigLetter = 'c';
    public const string ConfigMode = "config-mode";
    public const string ConfigLayout = "config-layout";
    public const string Pid = "pid";
    public const char PidLetter = 'p';
    public const string List = "list";
    public const string Save = "save";
    public const string Resume = "resume";
    public const string Elapsed = "elapsed";
    public const string NoFreeze = "no-freeze";
    public const string KeepWaits = "keep-waits";
    public const string CriuAction = "criu-action";
    public const string None = "none";
    public const string Install = "install";
    public const string Generate = "generate";
    public const string SplitString = "split-string";
    public const char SplitStringLetter = 'S';
    public const string Check = "check";
    public const string Force = "force";
    public const string Json = "json";
    public const string PrintEnvironment = "print-env";
    public const string Verbose = "verbose";
    public const char VerboseLetter = 'v';
    public const string LogLevel = "log-level";
    public const string Help = "help";
    public const char HelpLetter = 'h';
    public const string Version = "version";
    public const char VersionLetter = 'V';

    private static readonly string[] s_all =
    [
        Backend,
        MonotonicAt, MonotonicOffset, MonotonicSince, BoottimeAt, BoottimeOffset, BoottimeSince, RealtimeAt, RealtimeOffset, Advance, Config, ConfigMode, ConfigLayout,
        Pid, List, Save, Resume, Elapsed, NoFreeze, KeepWaits, CriuAction, None, Install, Generate, SplitString, Check, Force, Json, PrintEnvironment, Verbose,
        LogLevel, Help, Version,
    ];

    /// <summary>The one name that begins with what was typed, as for <c>getopt_long(3)</c>; what fits no name stays as it is.</summary>
    /// <exception cref="LauncherException">Several names begin so.</exception>
    public static string Complete(string typed)
    {
        if (typed.Length == 0 || Array.IndexOf(s_all, typed) >= 0)
            return typed;

        string[] candidates = Array.FindAll(s_all, name => name.StartsWith(typed, StringComparison.Ordinal));
        return candidates.Length switch
        {
            0 => typed,
            1 => candidates[0],
            _ => throw new LauncherException("--" + typed, $"is ambiguous; it may be --{string.Join(", --", candidates)}"),
        };
    }

    public static bool TakesValue(string name) => name is MonotonicAt or MonotonicOffset or BoottimeAt or BoottimeOffset
        or Advance or Backend or Config or ConfigMode or ConfigLayout or Pid or Install or Generate or SplitString or LogLevel || HasDate(name);

    /// <summary>Whether it is one of <see cref="DatedOptions"/>.</summary>
    public static bool HasDate(ReadOnlySpan<char> name) => name is RealtimeAt or RealtimeOffset or MonotonicSince or BoottimeSince;

    public static bool TakesValue(char letter) => letter is ConfigLetter or PidLetter or SplitStringLetter;

    public static bool TakesNone(string name) =>
        name is List or Save or Resume or Elapsed or NoFreeze or KeepWaits or CriuAction or None or Check or Force or Json or PrintEnvironment or Verbose
            or Help or Version;
}

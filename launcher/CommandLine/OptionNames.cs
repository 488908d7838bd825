namespace VirtTime.CommandLine;

/// <summary>The options' long names, for <see cref="OptionTable"/> and for attributes, which need constants.</summary>
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
    public const string RealtimeRate = "realtime-rate";
    public const string Advance = "advance";

    public const string Config = "config";
    public const string ConfigMode = "config-mode";
    public const string ConfigLayout = "config-layout";
    public const string Pid = "pid";
    public const string List = "list";
    public const string Save = "save";
    public const string Resume = "resume";
    public const string Elapsed = "elapsed";
    public const string NoFreeze = "no-freeze";
    public const string KeepWaits = "keep-waits";
    public const string CriuAction = "criu-action";

    public const string Backend = "backend";
    public const string SplitString = "split-string";
    public const string None = "none";
    public const string Check = "check";
    public const string Install = "install";
    public const string Force = "force";

    public const string Json = "json";
    public const string PrintEnvironment = "print-env";
    public const string Verbose = "verbose";
    public const string LogLevel = "log-level";
    public const string Generate = "generate";
    public const string Help = "help";
    public const string Version = "version";
}

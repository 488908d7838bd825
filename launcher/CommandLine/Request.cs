using Microsoft.Extensions.Logging;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Config;

namespace VirtTime.CommandLine;

/// <summary>What the user wants, checked as far as the command line alone allows.</summary>
internal sealed record Request
{
    public required ArgumentList Arguments { get; init; }

    public required ConfigOptions Config { get; init; }

    public required RunningOptions Running { get; init; }

    public required OutputOptions Output { get; init; }

    /// <summary>The command and its arguments; empty where there is none.</summary>
    public string[] Command => Arguments.Command;

    /// <summary>Null: the monotonic family is not to be changed.</summary>
    public RequestedClock? Monotonic { get; init; }

    /// <summary>Null: the boottime family is not to be changed, or shares the monotonic offset.</summary>
    public RequestedClock? Boottime { get; init; }

    /// <summary>Null: the realtime family is not to be changed. Where it is to be the host's, it loses its offset.</summary>
    public RequestedClock? Realtime { get; init; }

    /// <summary>The boottime family is to lose the offset of its own.</summary>
    public bool SharesBoottime { get; init; }

    /// <summary>How far the virtual clocks are to be moved from where they are, in nanoseconds; null for not at all.</summary>
    public Int128? Advance { get; init; }

    /// <summary>By what the command gets its clocks.</summary>
    public Backend Backend { get; init; }

    /// <summary>Permission bits of a config file that is created.</summary>
    public uint ConfigMode { get; init; }

    /// <summary>The size of a config file that is created, in bytes, which tells its layout.</summary>
    public long ConfigSize { get; init; }

    /// <summary>Null where no process was named.</summary>
    public int? Pid { get; init; }

    public LogLevel LogLevel { get; init; }

    /// <summary>What a new config file is to hold, from the host clocks of the moment of the call.</summary>
    public ConfigContent NewContent() => ConfigContent.For(Monotonic, Boottime, Realtime);

    public bool ChangesClocks => Monotonic is not null || Boottime is not null || SharesBoottime || Realtime is not null || Advance is not null;

    /// <exception cref="LauncherException">A value that cannot be, or options that contradict each other.</exception>
    public static Request From(ArgumentList list, TypedOptions typed)
    {
        OptionRules.CheckContradictions(list);
        ClockOptions clocks = typed.Clocks;
        ConfigOptions config = typed.Config;
        Request request = new()
        {
            Arguments = list,
            Config = config,
            Running = typed.Running,
            Output = typed.Output,
            Monotonic = At(OptionNames.MonotonicAt, clocks.MonotonicAt)
                ?? Offset(OptionNames.MonotonicOffset, clocks.MonotonicOffset)
                ?? Since(OptionNames.MonotonicSince, clocks.MonotonicSince),
            Boottime = At(OptionNames.BoottimeAt, clocks.BoottimeAt)
                ?? (clocks.BoottimeOffset == OptionValues.AsMonotonic ? null : Offset(OptionNames.BoottimeOffset, clocks.BoottimeOffset))
                ?? Since(OptionNames.BoottimeSince, clocks.BoottimeSince),
            SharesBoottime = clocks.BoottimeOffset == OptionValues.AsMonotonic,
            Realtime = Date(OptionNames.RealtimeAt, clocks.RealtimeAt) ?? Offset(OptionNames.RealtimeOffset, clocks.RealtimeOffset),
            Advance = clocks.Advance is string advance ? TimeValue.Parse(OptionNames.Advance, advance, isOffset: true) : null,
            Backend = OptionValues.ParseBackend(typed.Running.Backend),
            ConfigMode = OptionValues.ParseMode(config.Mode),
            ConfigSize = OptionValues.ParseLayout(config.Layout),
            Pid = OptionValues.ParsePid(config.Pid),
            LogLevel = OptionValues.ParseLogLevel(typed.Output.LogLevel, typed.Output.Verbose),
        };
        RequestRules.Check(request);
        return request;
    }

    private static RequestedClock? At(string option, string? text) => text is null
        ? null
        : new RequestedClock(option, TimeValue.Parse(option, text, isOffset: false), SettingKind.At);

    private static RequestedClock? Offset(string option, string? text) => text is null
        ? null
        : new RequestedClock(option, TimeValue.Parse(option, text, isOffset: true), SettingKind.Offset);

    private static RequestedClock? Since(string option, string? text) => text is null
        ? null
        : new RequestedClock(option, DateValue.Parse(option, text), SettingKind.Since);

    private static RequestedClock? Date(string option, string? text)
    {
        if (text is null)
            return null;

        Int128 date = DateValue.Parse(option, text);
        return date >= 0
            ? new RequestedClock(option, date, SettingKind.At)
            : throw new LauncherException("--" + option, $"\"{text}\" is before 1970, where Linux clocks begin; give a later date");
    }
}

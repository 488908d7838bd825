using Microsoft.Extensions.Logging;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.CommandLine;

/// <summary>The user's request, checked as far as the command line alone allows.</summary>
internal sealed record Request
{
    public required ArgumentList Arguments { get; init; }

    public required ConfigOptions Config { get; init; }

    public required RunningOptions Running { get; init; }

    public required OutputOptions Output { get; init; }

    /// <summary>The command and its arguments; empty if there is no command.</summary>
    public string[] Command => Arguments.Command;

    /// <summary>What is requested for the monotonic clocks; null if they do not change.</summary>
    public RequestedClock? Monotonic { get; init; }

    /// <summary>What is requested for the boottime clocks; null if they do not change, or follow the monotonic clocks.</summary>
    public RequestedClock? Boottime { get; init; }

    /// <summary>What is requested for the realtime clocks; null if they do not change. Their offset stays in force even if it is 0.</summary>
    public RequestedClock? Realtime { get; init; }

    /// <summary>The rate of the realtime clocks (<see cref="ClockLine"/>); null if it does not change.</summary>
    public ulong? RealtimeRate { get; init; }

    /// <summary>Whether the boottime clocks lose their own offset, and so follow the monotonic clocks.</summary>
    public bool SharesBoottime { get; init; }

    /// <summary>By how much to move the virtual clocks, in nanoseconds; null if they are not moved.</summary>
    public Int128? Advance { get; init; }

    /// <summary>How the command's clocks are shifted.</summary>
    public Backend Backend { get; init; }

    /// <summary>The permission bits of a new config file.</summary>
    public uint ConfigMode { get; init; }

    /// <summary>The size of a new config file in bytes, which determines its layout.</summary>
    public long ConfigSize { get; init; }

    /// <summary>The process id of <c>--pid</c>; null without this option.</summary>
    public int? Pid { get; init; }

    public LogLevel LogLevel { get; init; }

    /// <summary>Computes the content of a new config file from what the host clocks read now.</summary>
    public ConfigContent NewContent() => ConfigContent.For(Monotonic, Boottime, Realtime, RealtimeRate);

    public bool ChangesClocks => Monotonic is not null || Boottime is not null || SharesBoottime || ChangesDate || Advance is not null;

    /// <summary>Whether the realtime clocks are set or get another rate.</summary>
    public bool ChangesDate => Realtime is not null || RealtimeRate is not null;

    /// <exception cref="LauncherException">A value is invalid, or options contradict each other.</exception>
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
            RealtimeRate = clocks.RealtimeRate is string rate ? RateValue.Parse(OptionNames.RealtimeRate, rate) : null,
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

using Microsoft.Extensions.Logging;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Config;

namespace VirtTime.CommandLine;

/// <summary>What the user wants, checked as far as the command line alone allows.</summary>
internal sealed record Request
{
    public required LauncherOptions Options { get; init; }

    public required string[] Command { get; init; }

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
    public static Request From(LauncherOptions options, string[] command)
    {
        DatedOptions? dated = options as DatedOptions;
        Request request = new()
        {
            Options = options,
            Command = command,
            Monotonic = Setting(
                new(OptionNames.MonotonicAt, options.MonotonicAt),
                new(OptionNames.MonotonicOffset, options.MonotonicOffset),
                new(OptionNames.MonotonicSince, dated?.MonotonicSince)),
            Boottime = Setting(
                new(OptionNames.BoottimeAt, options.BoottimeAt),
                new(OptionNames.BoottimeOffset, options.BoottimeOffset),
                new(OptionNames.BoottimeSince, dated?.BoottimeSince)),
            SharesBoottime = options.BoottimeOffset == OptionNames.AsMonotonic,
            Realtime = Date(new(OptionNames.RealtimeAt, dated?.RealtimeAt), new(OptionNames.RealtimeOffset, dated?.RealtimeOffset)),
            Advance = options.Advance is string advance ? TimeValue.Parse(OptionNames.Advance, advance, isOffset: true) : null,
            Backend = OptionValues.ParseBackend((options as BackendOptions)?.Backend),
            ConfigMode = OptionValues.ParseMode(options.ConfigMode),
            ConfigSize = OptionValues.ParseLayout(options.ConfigLayout),
            Pid = OptionValues.ParsePid(options.Pid),
            LogLevel = OptionValues.ParseLogLevel(options.LogLevel, options.Verbose),
        };
        RequestRules.Check(request);
        return request;
    }

    private static RequestedClock? Setting(Typed at, Typed offset, Typed since)
    {
        RefuseBoth(at, offset);
        RefuseBoth(at, since);
        RefuseBoth(offset, since);
        if (at.Value is not null)
            return new RequestedClock(at.Option, TimeValue.Parse(at.Option, at.Value, isOffset: false), SettingKind.At);
        if (since.Value is not null)
            return new RequestedClock(since.Option, DateValue.Parse(since.Option, since.Value), SettingKind.Since);

        bool sharesMonotonic = offset.Value == OptionNames.AsMonotonic && offset.Option == OptionNames.BoottimeOffset;
        return sharesMonotonic ? null : Offset(offset);
    }

    private static RequestedClock? Date(Typed at, Typed offset)
    {
        RefuseBoth(at, offset);
        if (at.Value is null)
            return Offset(offset);

        Int128 date = DateValue.Parse(at.Option, at.Value);
        return date >= 0
            ? new RequestedClock(at.Option, date, SettingKind.At)
            : throw new LauncherException("--" + at.Option, $"\"{at.Value}\" is before 1970; a clock cannot be set below zero");
    }

    private static RequestedClock? Offset(Typed offset) => offset.Value is null
        ? null
        : new RequestedClock(offset.Option, TimeValue.Parse(offset.Option, offset.Value, isOffset: true), SettingKind.Offset);

    private static void RefuseBoth(Typed one, Typed other)
    {
        if (one.Value is not null && other.Value is not null)
            throw new LauncherException("--" + one.Option, $"contradicts --{other.Option}; give one of them");
    }

    private readonly record struct Typed(string Option, string? Value);
}

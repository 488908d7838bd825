using Microsoft.Extensions.Logging;
using VirtTime.Config;

namespace VirtTime.CommandLine;

/// <summary>What the user wants, checked as far as the command line alone allows.</summary>
internal sealed record Request
{
    public required LauncherOptions Options { get; init; }

    public required string[] Command { get; init; }

    /// <summary>Null: the monotonic family is not to be changed.</summary>
    public ClockSetting? Monotonic { get; init; }

    /// <summary>Null: the boottime family is not to be changed, or shares the monotonic offset.</summary>
    public ClockSetting? Boottime { get; init; }

    /// <summary>The boottime family is to lose the offset of its own.</summary>
    public bool SharesBoottime { get; init; }

    /// <summary>How far the virtual clocks are to be moved from where they are, in nanoseconds; null for not at all.</summary>
    public Int128? Advance { get; init; }

    /// <summary>Permission bits of a config file that is created.</summary>
    public uint ConfigMode { get; init; }

    /// <summary>Null where no process was named.</summary>
    public int? Pid { get; init; }

    public LogLevel LogLevel { get; init; }

    /// <summary>What a new config file is to hold, from the host clocks of the moment of the call.</summary>
    public ConfigContent NewContent() => ConfigContent.For(Monotonic, Boottime);

    public bool ChangesClocks => Monotonic is not null || Boottime is not null || SharesBoottime || Advance is not null;

    /// <exception cref="LauncherException">A value that cannot be, or options that contradict each other.</exception>
    public static Request From(LauncherOptions options, string[] command)
    {
        Request request = new()
        {
            Options = options,
            Command = command,
            Monotonic = Setting(OptionNames.MonotonicAt, options.MonotonicAt, OptionNames.MonotonicOffset, options.MonotonicOffset),
            Boottime = Setting(OptionNames.BoottimeAt, options.BoottimeAt, OptionNames.BoottimeOffset, options.BoottimeOffset),
            SharesBoottime = options.BoottimeOffset == OptionNames.AsMonotonic,
            Advance = options.Advance is string advance ? TimeValue.Parse(OptionNames.Advance, advance, isOffset: true) : null,
            ConfigMode = OptionValues.ParseMode(options.ConfigMode),
            Pid = OptionValues.ParsePid(options.Pid),
            LogLevel = OptionValues.ParseLogLevel(options.LogLevel, options.Verbose),
        };
        RequestRules.Check(request);
        return request;
    }

    private static ClockSetting? Setting(string atOption, string? at, string offsetOption, string? offset)
    {
        if (at is not null && offset is not null)
            throw new LauncherException("--" + atOption, $"contradicts --{offsetOption}; give one of them");

        if (at is not null)
            return new ClockSetting(atOption, TimeValue.Parse(atOption, at, isOffset: false), IsOffset: false);

        bool sharesMonotonic = offset == OptionNames.AsMonotonic && offsetOption == OptionNames.BoottimeOffset;
        return offset is null || sharesMonotonic
            ? null
            : new ClockSetting(offsetOption, TimeValue.Parse(offsetOption, offset, isOffset: true), IsOffset: true);
    }
}

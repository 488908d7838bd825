using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>What the value of a <see cref="RequestedClock"/> means.</summary>
internal enum SettingKind
{
    /// <summary>The time that the virtual clock reads.</summary>
    At,

    /// <summary>Virtual − host.</summary>
    Offset,

    /// <summary>The date, by the host's wall clock, at which the virtual clock read zero.</summary>
    Since,
}

/// <summary>The user's setting for one clock.</summary>
/// <param name="Option">The option's name, for messages.</param>
internal sealed record RequestedClock(string Option, Int128 Nanoseconds, SettingKind Kind)
{
    /// <summary>The offset for the config file: host − virtual.</summary>
    /// <param name="host">The host clock now.</param>
    /// <param name="wallClock">The host's <c>CLOCK_REALTIME</c> at the same moment.</param>
    /// <exception cref="LauncherException">The virtual clock would read less than zero, or more than a config file can hold.</exception>
    public timespec OffsetAt(timespec host, timespec wallClock)
    {
        Int128 hostNow = Nanoseconds128.Of(host);
        Int128 virtualNow = Kind switch
        {
            SettingKind.Offset => hostNow + Nanoseconds,
            SettingKind.Since => Nanoseconds128.Of(wallClock) - Nanoseconds,
            _ => Nanoseconds,
        };
        if (virtualNow < 0)
            throw BelowZero(hostNow, virtualNow);

        timespec offset = Nanoseconds128.ToTimespec(hostNow - virtualNow);
        return ConfigFormat.IsPlausible(offset)
            ? offset
            : throw new LauncherException("--" + Option, $"too far; a clock cannot go beyond {TimespecMath.FarthestSeconds} s");
    }

    private LauncherException BelowZero(Int128 hostNow, Int128 virtualNow) => new("--" + Option, Kind == SettingKind.Since
        ? $"the date lies {Nanoseconds128.Format(-virtualNow)} s in the future of the host's wall clock; a clock cannot be set below zero"
        : $"the clock would read {Nanoseconds128.Format(virtualNow)} s; a clock cannot be set below zero (the host's reads {Nanoseconds128.Format(hostNow)} s)");
}

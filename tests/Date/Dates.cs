using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Dates far from the host's date, in seconds since 1970.</summary>
internal static class Dates
{
    /// <summary>2038-01-19T03:14:00Z, eight seconds before a signed 32-bit time overflows.</summary>
    public const long Ahead = 2_147_483_640;

    /// <summary>1980-01-01.</summary>
    public const long Behind = 315_532_800;

    /// <summary>9999-12-01.</summary>
    public const long Far = 253_399_622_400;

    /// <summary>One minute after 1970-01-01, the earliest date that Linux has.</summary>
    public const long First = 60;

    /// <summary>Returns whether a language can represent a date. Some count nanoseconds in 64 bits, which overflow in 2262.</summary>
    public static bool CanBeIn(string language, long date) => date != Far || language is not ("python" or "c++");

    /// <summary>Runs a command at a date. Returns its result and the bounds between which the virtual date was.</summary>
    public static async Task<(Result Result, decimal Earliest, decimal Latest)> RunAsync(Command command, long date)
    {
        using ConfigFile config = ConfigFile.AtDate(date);
        decimal offset = config.RealtimeOffset;
        decimal earliest = HostClock.Realtime() - offset;
        Result result = (await command.Under(config).RunAsync()).Succeeded();
        return (result, earliest, HostClock.Realtime() - offset);
    }
}

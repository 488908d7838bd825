using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>The offsets of two clocks: virtual − host, in seconds, as <c>unshare --monotonic --boottime</c> takes them.</summary>
internal sealed record Shift(string Name, long Monotonic, long Boottime)
{
    private const long Hour = 3600;
    private const long Day = 24 * Hour;

    // A clock cannot be set below zero, and the machine may have been up for a few minutes only.
    private static readonly long s_behind = Math.Min(Hour, Math.Max(1, (long)HostClock.Monotonic() - 30));

    public static readonly Shift[] All =
    [
        new("none", 0, 0),
        new("+1h", Hour, Hour),
        new("+400d, boottime +1h", 400 * Day, Hour),
        new("behind", -s_behind, -s_behind),
        new("behind, boottime +1d", -s_behind / 2, Day),
    ];

    /// <summary>
    /// The offset of the realtime clocks, virtual − host, in seconds; null if they are not shifted. The other clocks are not changed.
    /// </summary>
    public long? Realtime { get; private init; }

    /// <summary>Names of the shifts: 1 hour back (less if the machine's uptime is shorter), +1 h, +400 days.</summary>
    public static readonly string[] OfRealPrograms = ["behind", "+1h", "+400d, boottime +1h"];

    public bool IsBehind => Monotonic < 0 || Boottime < 0;

    public static Shift Named(string name) => All.Single(shift => shift.Name == name);

    /// <param name="seconds">The virtual date, in seconds since 1970.</param>
    public static Shift ToDate(long seconds) =>
        new($"date {DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime:yyyy-MM-dd}", 0, 0) { Realtime = seconds - (long)HostClock.Realtime() };

    public ConfigFile CreateConfig()
    {
        if (Realtime is { } realtime)
        {
            ConfigFile dated = ConfigFile.Create(0);
            dated.RealtimeOffset = -realtime;
            return dated;
        }

        ConfigFile config = ConfigFile.Create(-Monotonic);
        long flags = (long)ConfigExtension.HasBoottimeOffset << 32;
        config.WriteRaw(ConfigLayout.ExtensionPosition, (long)ConfigExtension.MagicValue, ConfigExtension.CurrentVersion | flags);
        config.WriteRaw(ConfigLayout.ExtensionPosition + 16, -Boottime, 0);
        return config;
    }

    /// <summary>Returns the command changed so that it runs in its own time namespace.</summary>
    public Command InNamespace(Command command) => command with
    {
        File = "unshare",
        Arguments =
        [
            "--time", "--monotonic", Text(Monotonic), "--boottime", Text(Boottime), "--fork", "--kill-child",
            command.File, .. command.Arguments,
        ],
    };

    public Command ByLauncher(Command command, params string[] options) => command with
    {
        File = Paths.Launcher,
        Arguments =
        [
            .. options, "--monotonic-offset", Text(Monotonic), "--boottime-offset", Text(Boottime), "--", command.File, .. command.Arguments,
        ],
    };

    private static string Text(long seconds) => seconds.ToString(CultureInfo.InvariantCulture);
}

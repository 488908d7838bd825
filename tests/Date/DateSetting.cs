using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Programs that set the clock. A guard always keeps them from setting the host's clock.</summary>
internal static class DateSetting
{
    /// <summary>The error that the guard returns for every system call that would set the host's clock.</summary>
    public const int Denied = 71;

    /// <summary>The error that the library returns for what it refuses where the date is virtual.</summary>
    public const int NotPermitted = 1;

    /// <summary>The ways of <c>date/set_date.c</c> to set the clock.</summary>
    public static readonly string[] Setters =
    [
        "by_clock_settime", "by_settimeofday", "by_bound_stime", "by_raw_clock_settime", "by_raw_settimeofday", "by_looked_up_stime",
        "by_stime_of_libc", "by_settimeofday_of_libc",
    ];

    /// <summary>The ways to adjust the clock, or to set more than the clock.</summary>
    public static readonly string[] Adjusters =
    [
        "zone_only", "time_and_zone", "raw_zone", "by_adjtimex", "by_slewing_adjtimex", "by_ntp_adjtime", "by_internal_adjtimex", "by_clock_adjtime", "by_raw_adjtimex",
        "by_raw_clock_adjtime", "by_stepping_under_a_reading_mode", "by_adjtime",
    ];

    public static readonly string[] Readers =
        ["read_adjtime", "read_adjtimex", "read_slew", "read_ntp_adjtime", "read_clock_adjtime", "read_raw_adjtimex"];

    /// <summary>Returns a command behind a filter of system calls, with the tests' own privileges.</summary>
    public static Task<Command> FilteredAsync(string program, params string[] arguments) => GuardedAsync("filter", program, arguments);

    /// <summary>Returns a command without the privilege to set the clock.</summary>
    public static Task<Command> UnprivilegedAsync(string program, params string[] arguments) => GuardedAsync("unprivileged", program, arguments);

    /// <summary>Builds a program of <c>tests/programs/date</c>.</summary>
    public static Task<string> BuildAsync(string name) => NativeProgram.BuildAsync($"date/{name}.c");

    /// <summary>Returns the outcome of each way.</summary>
    public static (string Way, int Error, decimal Realtime, decimal Monotonic)[] Outcomes(Result result) =>
        [.. result.Succeeded().Lines.Select(line => line.Split(' ')).Select(parts => (parts[0], (int)Number(parts[1]), Number(parts[2]), Number(parts[3])))];

    private static async Task<Command> GuardedAsync(string guard, string program, string[] arguments)
    {
        string guarded = await BuildAsync("guarded");
        Result possible = await Command.Of(guarded, guard, "true").RunAsync();
        Assert.SkipUnless(possible.ExitCode == 0, $"needs a guard: {possible.Error}");
        return Command.Of(guarded, [guard, program, .. arguments]);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

namespace VirtTime.Tests.Harness;

/// <summary>Bounds that a loaded machine keeps and a hang or a missing wait does not.</summary>
internal static class Limits
{
    /// <summary>For a test, in milliseconds. Its programs have limits of their own (<see cref="Command.Limit"/>).</summary>
    public const int Test = 120_000;

    /// <summary>For a compiler: with cold caches, beside others of its kind.</summary>
    public static readonly TimeSpan Compiler = TimeSpan.FromMinutes(5);

    /// <summary>Asserts that a wait of 300 ms waited. Clocks and timers may differ by a scheduler tick.</summary>
    public static void AssertWaited300(decimal milliseconds) => Assert.InRange(milliseconds, 290, 5000);

    /// <summary>Asserts that a clock set to <paramref name="start"/> seconds reads what it can have come to since.</summary>
    public static void AssertJustAfter(decimal start, decimal reading) => Assert.InRange(reading, start, start + 30);
}

namespace VirtTime.Tests.Harness;

/// <summary>Bounds that a loaded machine keeps, and that a hang or a missing wait exceeds.</summary>
internal static class Limits
{
    /// <summary>The limit of a test, in milliseconds. Its programs have limits of their own (<see cref="Command.Limit"/>).</summary>
    public const int Test = 120_000;

    /// <summary>The limit of a compiler that starts with cold caches while other compilers run.</summary>
    public static readonly TimeSpan Compiler = TimeSpan.FromMinutes(5);

    /// <summary>Asserts that a wait of 300 ms did wait. Clocks and timers may differ by a scheduler tick.</summary>
    public static void AssertWaited300(decimal milliseconds) => Assert.InRange(milliseconds, 290, 5000);

    /// <summary>Asserts that a clock that was set to <paramref name="start"/> seconds reads at most 30 s more.</summary>
    public static void AssertJustAfter(decimal start, decimal reading) => Assert.InRange(reading, start, start + 30);
}

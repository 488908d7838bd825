using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>The clock of a program is moved while it is blocked, in each function that can block until an absolute deadline.</summary>
public class BlockedCallTests
{
    // The same duration as in block_in, in milliseconds.
    private const int Wait = 1000;

    public static TheoryData<string, string> Functions() => BlockingFunctionTests.OnVirtualClocks();

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Call_returns_when_its_deadline_has_come_and_not_before(string function, string clock)
    {
        using BlockedProgram program = await BlockedProgram.StartAsync(function, clock);
        await AdvanceAsync(program, $"-{Wait}s");
        await AdvanceAsync(program, $"{2 * Wait - 60}s");
        Assert.Equal(program.Deadline + BlockedProgram.OffsetOf(clock) - (Wait - 60), program.Slot.Deadline);
        await AdvanceAsync(program, "60s");
        string expected = function.Contains("nanosleep", StringComparison.Ordinal) ? "0" : "ETIMEDOUT";
        Assert.Equal(expected, await program.ReadAsync("error"));
        Assert.Equal((0, 0), program.Slot);
    }

    private static async Task AdvanceAsync(BlockedProgram program, string time) =>
        (await Command.Launcher("--config", program.Config, "--advance", time).RunAsync()).Succeeded();
}

using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>What a clock read costs, counted and not timed: a machine's load does not change it.</summary>
public class HotPathTests
{
    // The instructions of the library itself that one clock_gettime executes, without the vDSO's. A change that needs more sets
    // them here, with its reason; one that needs less as well. `objdump -d` of libvirttime/obj/native/x64/libvirttime.so shows them.
    private const int Monotonic = 51;
    private const int MonotonicCoarse = 63;
    private const int Boottime = 68;
    private const int Realtime = 25;
    private const int VirtualRealtime = 68;

    [Theory(Timeout = Limits.Test)]
    [InlineData(1, Monotonic)]
    [InlineData(6, MonotonicCoarse)]
    [InlineData(7, Boottime)]
    [InlineData(0, Realtime)]
    [InlineData(0, VirtualRealtime, true)]
    public async Task Reading_a_clock_takes_as_many_instructions_as_noted(int clock, int instructions, bool hasDate = false)
    {
        string counter = await NativeProgram.BuildAsync("count_instructions.c");

        // Half a second of offset or none: whether the nanoseconds have to borrow would change the count by two.
        using ConfigFile config = ConfigFile.Create(-1000);
        if (hasDate)
            config.RealtimeOffset = -1000;
        Result result = await Command.Of(counter, "libvirttime.so", $"{clock}").Under(config).RunAsync();
        Assert.SkipWhen(result.Error.StartsWith("PTRACE_TRACEME", StringComparison.Ordinal), "ptrace is not allowed here");

        Assert.Equal(instructions, result.Succeeded().Number("instructions"));
    }
}

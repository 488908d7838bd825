using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>The cost of a clock read, counted in instructions, so that the load of the machine does not change it.</summary>
public class HotPathTests
{
    // Instructions of the library that one clock_gettime executes, without the vDSO's. If a change needs more or fewer, set the number here and give
    // the reason. `objdump -d` of libvirttime/obj/native/x64/libvirttime.so shows the instructions.
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
        string counter = await NativeProgram.BuildAsync("abi/count_instructions.c");

        // The offset is a whole number of seconds. Otherwise the nanoseconds would sometimes borrow, which changes the count by two.
        using ConfigFile config = ConfigFile.Create(-1000);
        if (hasDate)
            config.RealtimeOffset = -1000;
        Result result = await Command.Of(counter, "libvirttime.so", $"{clock}").Under(config).RunAsync();
        Assert.SkipWhen(result.Error.StartsWith("PTRACE_TRACEME", StringComparison.Ordinal), "ptrace is not allowed here");

        Assert.Equal(instructions, result.Succeeded().Number("instructions"));
    }
}

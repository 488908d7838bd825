using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>What <c>tests/programs/product/migrating_waits.c</c> says.</summary>
internal static class MigratingWaits
{
    /// <summary>The virtual deadlines by thread id, once all of them are in their slots.</summary>
    public static async Task<IReadOnlyDictionary<int, decimal>> ReadAsync(RunningProgram program, string config)
    {
        Dictionary<int, decimal> waits = [];
        for (int left = (int)await program.ReadNumberAsync("waits"); left > 0; left--)
        {
            string[] fields = (await program.ReadValueAsync("wait")).Split(' ');
            int thread = int.Parse(fields[0], CultureInfo.InvariantCulture);
            waits.Add(thread, decimal.Parse(fields[1], CultureInfo.InvariantCulture));
        }

        using ConfigFile file = ConfigFile.Open(config);
        foreach (int thread in waits.Keys)
            await file.InFlightAsync(thread);
        return waits;
    }

    /// <summary>How long the program's armed timers still have to run.</summary>
    public static async Task<decimal[]> ReadTimersAsync(RunningProgram program)
    {
        await program.WriteAsync("\n");
        return [await program.ReadNumberAsync("timer_left"), await program.ReadNumberAsync("timerfd_left")];
    }
}

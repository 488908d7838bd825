using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>Reads the output of <c>tests/programs/product/migrating_waits.c</c>.</summary>
internal static class MigratingWaits
{
    /// <summary>Returns the virtual deadlines by thread id, when all of them are in their slots.</summary>
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

    /// <summary>Returns the remaining time of the program's armed timers.</summary>
    public static async Task<decimal[]> ReadTimersAsync(RunningProgram program)
    {
        await program.WriteAsync("\n");
        return [await program.ReadNumberAsync("timer_left"), await program.ReadNumberAsync("timerfd_left")];
    }
}

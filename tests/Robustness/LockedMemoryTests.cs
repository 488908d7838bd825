using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>
/// A program that locks its memory. The config file is larger than a user may lock, so the library maps only the parts that it needs.
/// </summary>
public class LockedMemoryTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Ordinary_user_can_lock_all_and_his_waits_are_in_the_file()
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram program = await StartAsync(config, 2500);
        Assert.Equal(0, await program.ReadNumberAsync("error"));
        foreach (string key in new[] { "first", "second" })
        {
            int thread = (int)await program.ReadNumberAsync($"{key}_thread");
            decimal deadline = config.Offset + await program.ReadNumberAsync("deadline");
            Assert.Equal(deadline, await config.InFlightAsync(thread));
            Assert.InRange(await program.ReadNumberAsync("late_ms"), 0, 5000);
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Config_file_stays_sparse()
    {
        using ConfigFile config = ConfigFile.At(12345);
        using (RunningProgram program = await StartAsync(config, 100))
            Assert.Equal(0, (await program.EndAsync()).Succeeded().Number("error"));

        string kibibytes = (await Command.Of("du", "-k", config.Path).RunAsync()).Succeeded().Output.Split('\t')[0];
        Assert.InRange(int.Parse(kibibytes, CultureInfo.InvariantCulture), 0, 1023);
    }

    private static async Task<RunningProgram> StartAsync(ConfigFile config, int milliseconds) =>
        Command.Of(await NativeProgram.BuildAsync("robustness/locked_memory_wait.c"), $"{milliseconds}").Under(config).Start();
}

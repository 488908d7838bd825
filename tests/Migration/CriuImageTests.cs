using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The copy of the config file among the images of a dump: <c>virttime.img</c>.</summary>
public class CriuImageTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Dump_leaves_the_config_file_as_it_is()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        byte[] before = await process.ReadConfigAsync();
        ActionResult.AssertSilent(await process.Action("post-dump").RunAsync());
        Limits.AssertJustAfter(12345, process.DumpedClock());
        Assert.Equal(before, await process.ReadConfigAsync());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Config_file_comes_back_as_it_was_dumped_each_time(bool isThere)
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        byte[] dumped = await process.ReadConfigAsync();
        ActionResult.AssertSilent(await process.Action("post-dump").RunAsync());
        await process.EndAsync();
        for (int i = 0; i < 2; i++)
        {
            // The program runs on, and its slots change, until it is restored again.
            (await Command.Launcher("--config", process.Config, "--monotonic-at", "5s", "--boottime-at", "6s").RunAsync()).Succeeded();
            using (ConfigFile config = ConfigFile.Open(process.Config))
                config.WriteRaw(ConfigLayout.SlotsPosition + 16_000_000, 777, 0);
            string before = await InodeAsync(process.Config);
            if (!isThere)
                File.Delete(process.Config);

            ActionResult.AssertSilent(await process.Action("pre-restore").With("CRTOOLS_INIT_PID", null).RunAsync());
            Assert.Equal(dumped, await process.ReadConfigAsync());
            if (isThere)
                Assert.Equal(before, await InodeAsync(process.Config));
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Config_file_that_a_program_uses_is_not_taken_from_under_it()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        ActionResult.AssertSilent(await process.Action("post-dump").RunAsync());
        byte[] before = await process.ReadConfigAsync();
        await ActionResult.AssertFailsAsync(process.Action("pre-restore"), "a running program uses it");
        Assert.Equal(before, await process.ReadConfigAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Config_file_of_another_size_is_not_written()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        ActionResult.AssertSilent(await process.Action("post-dump").RunAsync());
        await process.EndAsync();
        File.Delete(process.Config);
        await File.WriteAllBytesAsync(process.Config, new byte[4096], TestContext.Current.CancellationToken);
        await ActionResult.AssertFailsAsync(process.Action("pre-restore"), "has another size");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Dump_that_the_script_did_not_see_is_not_restored()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        await ActionResult.AssertFailsAsync(process.Action("pre-restore"), "dump with this action script");
        await ActionResult.AssertFailsAsync(process.Action("post-restore"), "dump with this action script");
        ActionResult.AssertSilent(await process.Action("post-dump").RunAsync());
        process.Dump();
        await ActionResult.AssertFailsAsync(process.Action("pre-restore"), "belongs to another dump");
        await ActionResult.AssertFailsAsync(process.Action("post-restore"), "belongs to another dump");
    }

    private static async Task<string> InodeAsync(string path) =>
        (await Command.Of("stat", "--format=%i %a %u", path).RunAsync()).Succeeded().Output;
}

using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>The memory that slots take in a process whose threads have had many ids.</summary>
public class SlotMemoryTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Pages_of_earlier_thread_ids_are_given_back_to_the_file()
    {
        Needs.Root();
        using ConfigFile config = ConfigFile.At(12345);
        string program = await NativeProgram.BuildAsync("slots/many_thread_ids.c");
        string unshare = Needs.Tool("unshare");
        Result result = (await Command.Of(unshare, "--pid", "--fork", "--mount-proc", program, "1000").Under(config).RunAsync()).Succeeded();
        Assert.SkipWhen(result.Output.Contains("lacking", StringComparison.Ordinal), "needs to choose thread ids");

        // 1000 pages are 4000 KiB. Kept are the pages of five chunks, each with 16 pages, and one page with marks for each of 63 chunks.
        Assert.InRange(result.Number("resident_kb"), 1, 1000);
        Assert.Equal(1, result.Number("deadline_kept"));
    }
}

using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>The folder <c>artifacts/dist</c>, copied as a user would copy it.</summary>
public class DistributionTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Copy_works_anywhere()
    {
        using TemporaryDirectory directory = new();
        string probe = await NativeProgram.BuildAsync("clock_probe.c");
        foreach (string file in Directory.GetFiles(Paths.Dist))
            directory.Copy(file);

        Command copy = Command.Of(directory.File("virttime-run"), "--monotonic-at", "12345s", "--", probe) with { WorkingDirectory = "/" };
        Limits.AssertJustAfter(12345, (await copy.RunAsync()).Succeeded().Number("clock"));
    }
}

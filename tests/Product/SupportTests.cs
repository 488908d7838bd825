using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>docs/support.md</c>, which lists the results of VirtTime on each kernel.</summary>
public class SupportTests
{
    private static readonly string s_directory = Path.Combine(Paths.Root, "tests", "kernels");

    [Fact(Timeout = Limits.Test)]
    public async Task Page_is_what_the_last_runs_have_shown()
    {
        Result report = (await Command.Of(Path.Combine(s_directory, "report.sh")).RunAsync()).Succeeded();
        string page = await File.ReadAllTextAsync(Path.Combine(Paths.Root, "docs", "support.md"), TestContext.Current.CancellationToken);
        Assert.Equal(report.Output, page);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Last_runs_have_shown_no_failure_whose_reason_is_not_known()
    {
        string[] kernels = [.. Directory.GetFiles(Path.Combine(s_directory, "results")).Select(file => Path.GetFileNameWithoutExtension(file)!)];
        Assert.NotEmpty(kernels);
        Result count = (await Command.Of(Path.Combine(s_directory, "report.sh"), ["--count", .. kernels]).RunAsync()).Succeeded();
        Assert.EndsWith(" passed, 0 failed\n", count.Output, StringComparison.Ordinal);
    }
}

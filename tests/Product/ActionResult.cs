using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The output of an action script: nothing, or one reason and a failure status.</summary>
internal static class ActionResult
{
    public static async Task AssertFailsAsync(Command action, string reason)
    {
        Result result = await action.RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("criu-action.sh: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(reason, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    public static void AssertSilent(Result result) => Assert.Equal("", result.Succeeded().Output + result.Error);
}

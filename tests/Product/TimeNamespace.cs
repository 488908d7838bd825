using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>A time namespace whose clocks are 30 days ahead. It stands for another host.</summary>
internal static class TimeNamespace
{
    public const int Ahead = 30 * 86400;

    private static readonly string[] s_options = ["--time", "--monotonic", $"{Ahead}", "--boottime", $"{Ahead}", "--fork", "--"];

    public static async Task NeedsAsync()
    {
        Needs.Root();
        Needs.Tool("unshare");
        Result result = await Command.Of("unshare", [.. s_options, "true"]).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs time namespaces: " + result.Error.Trim());
    }

    /// <summary>Returns the command changed so that it runs inside such a namespace.</summary>
    public static Command Inside(Command command) =>
        command with { File = "unshare", Arguments = [.. s_options, command.File, .. command.Arguments] };
}

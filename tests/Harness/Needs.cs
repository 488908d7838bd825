namespace VirtTime.Tests.Harness;

/// <summary>Skips a test if the machine lacks something, and gives the reason.</summary>
internal static class Needs
{
    /// <summary>Returns the path of a program from <c>PATH</c>.</summary>
    public static string Tool(string name)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path == null, $"{name} is not installed");
        return path!;
    }

    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>Needs a mount namespace with mounts of its own, which containers often forbid.</summary>
    public static async Task MountsAsync()
    {
        Root();
        Tool("unshare");
        Result result = await Command.Of("unshare", "--mount", "mount", "-t", "tmpfs", "none", Path.GetTempPath()).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs to mount a file system: " + result.Error.Trim());
    }

    /// <summary>Needs a time namespace with clocks of its own.</summary>
    public static async Task TimeNamespaceAsync()
    {
        Root();
        Tool("unshare");
        Result result = await Command.Of("unshare", "--time", "--monotonic", "1", "--boottime", "1", "--fork", "true").RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs a time namespace: " + result.Error.Trim());
    }

    /// <summary>Needs a time namespace that exec enters (Linux 6.2), also for an ordinary user.</summary>
    public static async Task TimeNamespaceByExecAsync()
    {
        const string IsInside = "test \"$(readlink /proc/$$/ns/time)\" = \"$(readlink /proc/$$/ns/time_for_children)\"";
        Root();
        Command unshare = Command.Of(Tool("unshare"), "--user", "--time", "sh", "-c", IsInside);
        Result result = await Launching.OrdinaryUser.Run(unshare).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs a time namespace of an ordinary user, which exec enters (Linux 6.2): " + result.Error.Trim());
    }

    /// <summary>Returns the path of a shared library in one of the loader's default directories.</summary>
    public static string Library(string name)
    {
        string[] directories = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib"];
        string? path = directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path == null, $"{name} is not installed");
        return path!;
    }

    /// <summary>Whether the long tests run too.</summary>
    public static bool IsFullRun { get; } = Environment.GetEnvironmentVariable("VIRTTIME_TEST_FULL") == "1";

    /// <summary>Skips a long test unless <c>scripts/test.sh --full</c> runs it.</summary>
    public static void FullRun() =>
        FullRunIf(true);

    /// <summary>The same for one case of a test.</summary>
    public static void FullRunIf(bool isLong) =>
        Assert.SkipWhen(isLong && !IsFullRun, "runs with scripts/test.sh --full");
}

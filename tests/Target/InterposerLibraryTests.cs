using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>If the dynamic loader could not load the library, the launcher refuses to run the target on the host's clocks.</summary>
public class InterposerLibraryTests
{
    private const string Name = "libvirttime.so";

    /// <summary>The end of a script. The script runs in a directory with copies of the launcher and the library.</summary>
    private const string Then = "\nexec ./virttime-run --monotonic-offset +400d -- ./dynamic";

    [Theory(Timeout = Limits.Test)]
    [InlineData("head -c 10 LIB >new", "is not a shared library; reinstall VirtTime")]
    [InlineData(": >new", "is not a shared library; reinstall VirtTime")]
    [InlineData("head -c 100 LIB >new", "is damaged or cut short, so the loader cannot load it; reinstall VirtTime")]
    [InlineData("head -c 20000 LIB >new", "is damaged or cut short, so the loader cannot load it; reinstall VirtTime")]
    [InlineData("cp dynamic new", "is damaged or cut short, so the loader cannot load it; reinstall VirtTime")]
    [InlineData(
        "{ head -c 18 LIB; printf '\\267'; tail -c +20 LIB; } >new",
        "is built for another machine, so the loader cannot load it; install the build for this machine")]
    [InlineData(
        "{ head -c 4 LIB; printf '\\1'; tail -c +6 LIB; } >new",
        "is built for another machine, so the loader cannot load it; install the build for this machine")]
    public async Task Library_that_is_no_such_library_is_refused(string change, string reason)
    {
        using Targets targets = await TargetsAsync();
        string script = change.Replace("LIB", Name, StringComparison.Ordinal) + $"\nmv new {Name}";
        AssertRefused($"{targets.File(Name)}: {reason}", await RunAsync(targets, script + Then));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Library_that_the_user_may_not_read_is_refused()
    {
        Needs.Root();
        using Targets targets = new();
        Inspector nobody = await Inspector.OfNobodyAsync(targets);
        string program = await targets.DynamicAsync();
        await nobody.AcceptsAsync(program);

        File.SetUnixFileMode(targets.File(Name), UnixFileMode.UserRead);
        Command launch = nobody.Launcher with { Arguments = nobody.Launcher.Arguments.AddRange(["--", program]) };
        string reason = "cannot be read (permission denied), so the loader cannot load it; make it readable (chmod a+r)";
        AssertRefused($"{targets.File(Name)}: {reason}", await launch.RunAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Library_on_a_noexec_file_system_is_refused()
    {
        await Needs.MountsAsync();
        using Targets targets = await TargetsAsync();
        string script = $"mkdir hidden; mount -t tmpfs -o noexec none hidden; mv {Name} hidden; export VIRTTIME_LIBRARY=hidden/{Name}";
        string reason = "lies on a file system that is mounted noexec, so the loader cannot load it; install it elsewhere";
        AssertRefused($"{targets.File("hidden")}/{Name}: {reason}", await RunAsync(targets, script + Then, "unshare", "--mount"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("$LIB")]
    [InlineData("${ORIGIN}")]
    [InlineData("$ORIGIN")]
    public async Task Library_in_a_directory_that_the_variable_cannot_hold_is_refused(string directory)
    {
        using Targets targets = await TargetsAsync();
        string script = $"mkdir '{directory}'; mv virttime-run {Name} '{directory}'; exec './{directory}/virttime-run' -- ./dynamic";
        AssertRefused(
            $"{Name}: \"{targets.File(directory)}/{Name}\" contains a space, a colon or a dollar sign, which LD_PRELOAD cannot hold; install it elsewhere",
            await RunAsync(targets, script));
    }

    // The path may be relative, or a symbolic link.
    [Theory(Timeout = Limits.Test)]
    [InlineData("./virttime-run")]
    [InlineData("\"$PWD\"/virttime-run")]
    [InlineData("links/launcher")]
    public async Task Library_is_found_without_proc(string launcher)
    {
        await Needs.MountsAsync();
        using Targets targets = await TargetsAsync();
        string script = $"mkdir links; ln -s ../virttime-run links/launcher; umount -l /proc; exec {launcher} --monotonic-offset +400d -- ./dynamic";
        decimal host = HostClock.Monotonic();
        Result result = await RunAsync(targets, script, "unshare", "--mount");
        Limits.AssertJustAfter(host + (400 * 86400), result.Succeeded().Number("clock"));
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Missing_library_names_the_variable()
    {
        using Targets targets = await TargetsAsync();
        AssertRefused(
            $"{Name}: not found beside virttime-run or in ../lib/virttime; reinstall, or set VIRTTIME_LIBRARY to its path",
            await RunAsync(targets, $"rm {Name}" + Then));
    }

    private static async Task<Targets> TargetsAsync()
    {
        Targets targets = new();
        targets.Copy(Paths.Launcher);
        targets.Copy(Paths.Library);
        await targets.DynamicAsync();
        return targets;
    }

    private static Task<Result> RunAsync(Targets targets, string script, params string[] through)
    {
        string[] command = [.. through, "sh", "-euc", script];
        return (Command.Of(command[0], command[1..]) with { WorkingDirectory = targets.Path }).RunAsync();
    }

    private static void AssertRefused(string message, Result result)
    {
        Assert.Equal(125, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal("virttime-run: " + message, Assert.Single(result.ErrorLines));
    }
}

using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A launcher that is itself set-user-ID: the loader of its target would drop <c>LD_PRELOAD</c>.</summary>
public class OwnPrivilegeTests
{
    private const string Message =
        "virttime-run: privileges: virttime-run runs set-user-ID, set-group-ID or with file capabilities, so the loader would ignore LD_PRELOAD; "
        + "remove these privileges from it (chmod ug-s, setcap -r), and change the user before you start it (setpriv, su)";

    [Theory(Timeout = Limits.Test)]
    [InlineData("4755")]
    [InlineData("2755")]
    public async Task Launcher_that_changes_its_user_or_group_is_refused(string mode)
    {
        using Targets targets = await TargetsAsync();
        Inspector nobody = await Inspector.OfNobodyAsync(targets);
        (await Command.Of("chmod", mode, targets.File("virttime-run")).RunAsync()).Succeeded();
        await AssertRefusedAsync(targets, nobody);

        // If the owner runs it, its user id does not change.
        (await Command.Of(targets.File("virttime-run"), "--monotonic-at", "5s", "--", "true").RunAsync()).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_with_file_capabilities_is_refused()
    {
        using Targets targets = await TargetsAsync();
        Inspector nobody = await Inspector.OfNobodyAsync(targets);
        Result result = await Command.Of(Needs.Tool("setcap"), "cap_net_raw+ep", targets.File("virttime-run")).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "no file capabilities here: " + result.Error.Trim());
        await AssertRefusedAsync(targets, nobody);
    }

    private static async Task AssertRefusedAsync(Targets targets, Inspector nobody)
    {
        string config = targets.File("runtime/conf");
        string[][] forms = [["--", "true"], ["--check", "--", "true"], ["--config", config], ["--config", config, "--print-env"], ["--pid", "1"]];
        foreach (string[] form in forms)
        {
            Result result = await (nobody.Launcher with { Arguments = nobody.Launcher.Arguments.AddRange(form) }).RunAsync();
            Assert.Equal(125, result.ExitCode);
            Assert.Empty(result.Output);
            Assert.Equal(Message, Assert.Single(result.ErrorLines));
        }

        Assert.Empty(Directory.GetFileSystemEntries(targets.File("runtime")));
        (await (nobody.Launcher with { Arguments = nobody.Launcher.Arguments.Add("--version") }).RunAsync()).Succeeded();
    }

    private static async Task<Targets> TargetsAsync()
    {
        Needs.Root();
        Targets targets = new();
        string options = (await Command.Of("findmnt", "-n", "-o", "OPTIONS", "--target", targets.Path).RunAsync()).Output;
        Assert.SkipWhen(options.Contains("nosuid", StringComparison.Ordinal), "the temporary directory is on a nosuid mount");
        return targets;
    }
}

using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Commands that <c>env</c> runs, from the first line of a script or from the command line.</summary>
public class EnvInspectionTests
{
    private const string Drops = "env removes LD_PRELOAD from the environment; omit its option -i or -u LD_PRELOAD";
    private const string Replaces = "env sets LD_PRELOAD without libvirttime.so; omit that";
    private const string Leaves =
        "env sets VIRT_TIME_INHERIT=0, so its command would run on the host's clocks; omit that";

    private const string Changes = "env changes VIRT_TIME_CONF, which names the config file; omit that";

    [Theory(Timeout = Limits.Test)]
    [InlineData("-S PATH={0} dynamic")]
    [InlineData("-S -C {0} ./dynamic")]
    [InlineData("-S --chd {0} PATH=. dynamic")]
    [InlineData("-S -u PATH -- {0}/dynamic")]
    [InlineData("-S env env env A=1 env {0}/dynamic")]
    [InlineData("-vS {0}/dynamic")]
    [InlineData("-S -v -S'{0}/dynamic'")]
    [InlineData("-S LD_PRELOAD=${{LD_PRELOAD}}:libm.so.6 {0}/dynamic")]
    [InlineData("-S VIRT_TIME_CONF=${{VIRT_TIME_CONF}} {0}/dynamic")]
    [InlineData("-S --default-signal=INT --ignore-signal {0}/dynamic")]
    [InlineData("-S {0}/dynamic -i LD_PRELOAD= # -u")]
    [InlineData("-S -i {0}/dynamic")]
    [InlineData("-S - {0}/dynamic")]
    [InlineData("-iS {0}/dynamic")]
    [InlineData("-viS {0}/dynamic")]
    [InlineData("-S --ignore-environment PATH=/usr/bin {0}/dynamic")]
    [InlineData("-S --chdir / -u LD_PRELOAD {0}/dynamic")]
    [InlineData("-S env A=1 env -u LD_PRELOAD {0}/dynamic")]
    [InlineData("-S LD_PRELOAD= {0}/dynamic")]
    [InlineData("-S LD_PRELOAD=libm.so.6 {0}/dynamic")]
    [InlineData("-S -u VIRT_TIME_CONF {0}/dynamic")]
    public async Task Script_is_as_the_command_of_its_env(string argument)
    {
        using Targets targets = new();
        await targets.DynamicAsync();
        string script = targets.Script("script", $"#!/usr/bin/env {string.Format(null, argument, targets.Path)}\n");
        Result native = (await Command.Of(script).RunAsync()).Succeeded();
        Assert.StartsWith("clock=", native.Output, StringComparison.Ordinal);

        Result check = (await Command.Launcher("--check", "--", script).RunAsync()).Succeeded();
        Assert.EndsWith(" can be shifted", check.Lines[^1], StringComparison.Ordinal);
        decimal host = HostClock.Monotonic();
        Result run = (await Command.Launcher("--monotonic-offset", "+400d", "--", script).RunAsync()).Succeeded();
        Limits.AssertJustAfter(host + (400 * 86400), run.Number("clock"));
        Assert.DoesNotContain("virttime-run: ", run.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("-S VIRT_TIME_CONF=/dev/null", Changes)]
    [InlineData("-S -i VIRT_TIME_CONF=/dev/null", Changes)]
    [InlineData("-S VIRT_TIME_INHERIT=0", Leaves)]
    [InlineData("-S env VIRT_TIME_INHERIT=0 env -i VIRT_TIME_INHERIT=0", Leaves)]
    public async Task Script_whose_env_leads_elsewhere_is_refused(string options, string reason)
    {
        using Targets targets = new();
        string script = targets.Script("script", $"#!/usr/bin/env {options} {await targets.DynamicAsync()}\n");
        await new Inspector().RefusesAsync(script, reason, script);

        decimal host = HostClock.Monotonic();
        Result run = (await Command.Launcher("--monotonic-offset", "+400d", "--force", "--", script).RunAsync()).Succeeded();
        Assert.InRange(run.Number("clock"), host, HostClock.Monotonic());
        Assert.Equal($"virttime-run: warning: {script}: {reason}", run.ErrorLines[0]);
    }

    // A dynamic env has the interposer loaded, which adds the variables again on exec.
    [Theory(Timeout = Limits.Test)]
    [InlineData(Drops, "-i")]
    [InlineData(Drops, "-u", "LD_PRELOAD")]
    [InlineData(Replaces, "LD_PRELOAD=libm.so.6")]
    public async Task Static_env_that_drops_the_interposer_is_refused(string reason, params string[] options)
    {
        using Targets targets = new();
        string program = await targets.DynamicAsync();
        string env = targets.File("env");
        (await Command.Compiler("gcc", "-static", "-o", env, Path.Combine(Paths.Programs, "exec", "static_env.c")).RunAsync()).Succeeded();
        await new Inspector().RefusesButForcesAsync(env, reason, [env, .. options, program]);
        await new Inspector().AcceptsAsync(env, program);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Env_as_the_command_is_followed_as_well()
    {
        using Targets targets = new();
        string program = await targets.DynamicAsync();
        await new Inspector().AcceptsAsync("env", "-u", "A", "B=1", program);
        await new Inspector().AcceptsAsync("env", "-i", program);
        await new Inspector().RefusesButForcesAsync(Needs.Tool("env"), Leaves, "env", "VIRT_TIME_INHERIT=0", program);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("-S \"open")]
    [InlineData("-S --no-such-option")]
    [InlineData("-S $HOME")]
    [InlineData("-S --ignore")]
    [InlineData("-S -C /no/such/directory true")]
    [InlineData("-x")]
    public async Task What_env_will_refuse_is_left_to_env(string argument)
    {
        using Targets targets = new();
        string script = targets.Script("script", $"#!/usr/bin/env {argument}\n");
        Result native = await Command.Of("env", script).RunAsync();
        Result result = await Command.Launcher("--", script).RunAsync();
        Assert.Equal(native.ExitCode, result.ExitCode);
        Assert.Equal(
            $"virttime-run: warning: {script}: env has options that virttime-run does not know, so its command may run on the host's clocks",
            result.ErrorLines[0]);
        Assert.Equal(native.Error, result.Error[(result.ErrorLines[0].Length + 1)..]);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("#!/usr/bin/env\n")]
    [InlineData("#!/usr/bin/env -S env script\n")]
    public async Task Script_that_env_runs_again_and_again_is_not_followed_for_ever(string text)
    {
        using Targets targets = new();
        string script = targets.Script("script", text);
        Result result = (await Command.Launcher("--check", "--", script).With("PATH", $"{targets.Path}:/usr/bin:/bin").RunAsync()).Succeeded();
        Assert.EndsWith("is started through too many scripts and programs to be inspected", result.Lines[^1], StringComparison.Ordinal);
    }
}

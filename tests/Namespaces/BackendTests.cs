using System.Text.Json;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary><c>--backend</c>: which options it allows, which backend <c>auto</c> takes, and what <c>--check</c> prints.</summary>
public class BackendTests
{
    private const string NotStatic = "is statically linked, so no library can be preloaded into it; link it dynamically";
    private const string IgnoresIt = "is set-user-ID, which a user namespace ignores; run virttime-run as root, or give --force to run it without these privileges";

    [Theory(Timeout = Limits.Test)]
    [InlineData("--realtime-at 2030-01-01 -- true", "--realtime-at: a time namespace cannot shift the date; use --backend preload")]
    [InlineData("--realtime-offset +1d -- true", "--realtime-offset: a time namespace cannot shift the date; use --backend preload")]
    [InlineData("--config x -- true", "--config: a time namespace has no config file, so its clocks cannot be shared, changed or saved; use --backend preload")]
    [InlineData("--config x", "--config: a time namespace has no config file, so its clocks cannot be shared, changed or saved; use --backend preload")]
    [InlineData("--pid 1 -- true", "--pid: a time namespace has no config file, so it cannot share a program's clocks; use --backend preload")]
    [InlineData("--print-env", "--print-env: environment variables cannot move a program into a time namespace; use --backend preload")]
    [InlineData("--save", "--save: the clocks of a time namespace cannot be saved; use --backend preload")]
    [InlineData("--resume", "--resume: the clocks of a time namespace cannot be saved; use --backend preload")]
    [InlineData("--elapsed -- true", "--elapsed: the clocks of a time namespace cannot be saved; use --backend preload")]
    [InlineData("--criu-action", "--criu-action: the clocks of a time namespace cannot be saved; use --backend preload")]
    [InlineData("--json", "--json: a time namespace has no config file to show; use --backend preload")]
    [InlineData("--list", "--list: a time namespace has no config file to show; use --backend preload")]
    [InlineData("--monotonic-at 5", "--backend: is only for running a command; omit it here")]
    public async Task What_a_time_namespace_cannot_do_is_refused(string options, string reason)
    {
        Result result = await Command.Launcher(["--backend", "namespace", .. options.Split(' ')]).RunAsync();
        Assert.Equal($"virttime-run: {reason}", Assert.Single(result.ErrorLines));
        Assert.Equal(125, result.ExitCode);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--backend auto --config x", "--backend: is only for running a command; omit it here")]
    [InlineData("--backend preload --list", "--backend: is only for running a command; omit it here")]
    [InlineData("--backend kernel -- true", "--backend: \"kernel\" is not a backend; try preload, place, namespace or auto")]
    [InlineData("--backend auto --backend auto -- true", "--backend: given twice; give it once")]
    [InlineData("--backend", "--backend: needs a value; see virttime-run --help")]
    public async Task Backend_that_makes_no_sense_is_refused(string options, string reason)
    {
        Result result = await Command.Launcher(options.Split(' ')).RunAsync();
        Assert.Equal($"virttime-run: {reason}", Assert.Single(result.ErrorLines));
        Assert.Equal(125, result.ExitCode);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Preload_is_what_is_used_without_the_option()
    {
        string program = await NativeProgram.BuildAsync("watch_clock.c");
        const string Print = "echo config=$VIRT_TIME_CONF; exec \"$0\"";
        Result result = (await Command.Launcher("--backend", "preload", "--monotonic-at=5", "--", "sh", "-c", Print, program).RunAsync()).Succeeded();
        Assert.NotEqual("", result.Value("config"));
        Limits.AssertJustAfter(5, result.Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Auto_takes_the_interposer_where_it_gets_in_and_a_namespace_where_not()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        const string Print = "echo config=$VIRT_TIME_CONF; exec \"$0\"";
        string[] options = ["--backend", "auto", "--monotonic-at=5", "--realtime-offset=0", "--"];
        Result dynamic = (await user.Launch([.. options, "sh", "-c", Print, await user.DynamicAsync()]).RunAsync()).Succeeded();
        Assert.NotEqual("", dynamic.Value("config"));
        Limits.AssertJustAfter(5, dynamic.Number("clock"));

        string program = await user.StaticAsync();
        Result withDate = await user.Launch([.. options, program]).RunAsync();
        Assert.Equal(125, withDate.ExitCode);
        Assert.Equal(
            $"virttime-run: {program}: {NotStatic}; and there is no time namespace: --realtime-offset: a time namespace cannot shift the date",
            Assert.Single(withDate.ErrorLines));

        Result alone = (await user.Launch("--backend", "auto", "--monotonic-at=5", "--", "env", "-i", program).RunAsync()).Succeeded();
        Limits.AssertJustAfter(5, alone.Number("clock"));
        Assert.Empty(alone.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Auto_without_a_namespace_runs_on_the_hosts_clocks_only_by_force()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string filter = user.Copy(await NativeProgram.BuildAsync("launcher/refuse_flag.c"));
        string program = await user.StaticAsync();
        string[] launch = [filter, "272", "0x80", "1", user.Launcher, "--backend=auto", "--monotonic-offset=+400d"];
        const string Reason = "no time namespace: a seccomp filter (containers have one) denies it (operation not permitted)";
        Result refused = await user.Run([.. launch, "--", program]).RunAsync();
        Assert.Equal(125, refused.ExitCode);
        Assert.Equal($"virttime-run: {program}: {NotStatic}; and there is {Reason}", Assert.Single(refused.ErrorLines));

        decimal host = HostClock.Monotonic();
        Result forced = (await user.Run([.. launch, "--force", "--", program]).RunAsync()).Succeeded();
        Limits.AssertJustAfter(host, forced.Number("clock"));
        Assert.Equal($"virttime-run: warning: {program}: {NotStatic}", Assert.Single(forced.ErrorLines));

        Result check = await user.Run([.. launch, "--check", "--", program]).RunAsync();
        Assert.Equal(125, check.ExitCode);
        Assert.Equal([$"backend: none; {Reason}", $"{program} would escape: {NotStatic}"], check.Lines.Skip(1));
    }

    // The launcher has not yet changed its own process when it notices the filter.
    [Fact(Timeout = Limits.Test)]
    public async Task Auto_can_be_forced_where_a_filter_denies_clone()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string filter = user.Copy(await NativeProgram.BuildAsync("launcher/refuse_flag.c"));
        string program = await user.StaticAsync();
        string[] launch = [filter, "56", "0x1000", "1", user.Launcher, "--backend=auto", "--monotonic-offset=+400d", "--force", "--", program];
        decimal host = HostClock.Monotonic();
        Result forced = (await user.Run(launch).RunAsync()).Succeeded();
        Limits.AssertJustAfter(host, forced.Number("clock"));
        Assert.Equal($"virttime-run: warning: {program}: {NotStatic}", Assert.Single(forced.ErrorLines));
    }

    // The program may be static. Only a namespace certainly shifts its clocks.
    [Fact(Timeout = Limits.Test)]
    public async Task Auto_takes_a_namespace_for_a_program_that_cannot_be_read()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string program = await user.StaticAsync();
        File.SetUnixFileMode(program, (UnixFileMode)0b111_001_001);
        string[] options = ["--backend", "auto", "--monotonic-at=5"];
        Result result = (await user.Launch([.. options, "--", program]).RunAsync()).Succeeded();
        Limits.AssertJustAfter(5, result.Number("clock"));
        Assert.Empty(result.Error);
        Result check = (await user.Launch([.. options, "--check", "--", program]).RunAsync()).Succeeded();
        Assert.Equal([$"backend: time namespace, in a user namespace", $"{program} can be shifted"], check.Lines.TakeLast(2));

        // If no namespace is possible, the program runs with a warning.
        Result withDate = (await user.Launch([.. options, "--realtime-offset=0", "--", program]).RunAsync()).Succeeded();
        Assert.Contains("cannot be read", Assert.Single(withDate.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("preload")]
    [InlineData("auto")]
    public async Task Check_misses_the_library_as_a_run_does(string backend)
    {
        using TemporaryDirectory directory = new();
        string launcher = directory.Copy(Paths.Launcher);
        Result run = await Command.Of(launcher, "--backend", backend, "--", "true").RunAsync();
        Result check = await Command.Of(launcher, "--backend", backend, "--check", "--", "true").RunAsync();
        Assert.Equal((125, 125), (run.ExitCode, check.ExitCode));
        string reason = Assert.Single(run.ErrorLines)["virttime-run: ".Length..];
        Assert.Equal(["backend: none", $"true cannot be shifted: {reason}"], check.Lines.TakeLast(2));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Check_names_an_old_kernel_once()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string filter = user.Copy(await NativeProgram.BuildAsync("launcher/refuse_flag.c"));
        string program = await user.StaticAsync();
        Result check = await user.Run(filter, "56", "0x1000", "22", user.Launcher, "--backend=auto", "--check", "--", program).RunAsync();
        Assert.Equal(125, check.ExitCode);
        Assert.StartsWith("backend: none; no time namespace: before Linux 6.2 ", check.Lines[^2], StringComparison.Ordinal);
    }

    // In a user namespace the kernel would ignore the set-user-ID bit, and the program would lack its privileges.
    [Theory(Timeout = Limits.Test)]
    [InlineData("namespace")]
    [InlineData("auto")]
    public async Task Set_user_id_program_takes_root(string backend)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string program = await user.StaticAsync();
        File.SetUnixFileMode(program, (UnixFileMode)0b100_111_101_101);
        string[] options = ["--backend", backend, "--monotonic-at=5"];
        Result refused = await user.Launch([.. options, "--", program]).RunAsync();
        Assert.Equal(125, refused.ExitCode);
        Assert.EndsWith($"no time namespace: {program} {IgnoresIt}", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);

        Result check = await user.Launch([.. options, "--check", "--", program]).RunAsync();
        Assert.Equal(125, check.ExitCode);
        Assert.StartsWith("backend: none", check.Lines[^2], StringComparison.Ordinal);

        Result forced = (await user.Launch([.. options, "--force", "--", program]).RunAsync()).Succeeded();
        Limits.AssertJustAfter(5, forced.Number("clock"));
        Assert.Equal($"virttime-run: warning: {program}: is set-user-ID, but runs without these privileges in a user namespace", Assert.Single(forced.ErrorLines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Set_user_id_program_of_roots_keeps_its_privileges()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Root);
        string id = user.Copy(Needs.Tool("id"));
        (await Command.Of("chown", NamespaceUser.Id, id).RunAsync()).Succeeded();
        File.SetUnixFileMode(id, (UnixFileMode)0b100_111_101_101);
        string options = (await Command.Of("findmnt", "-n", "-o", "OPTIONS", "--target", id).RunAsync()).Output;
        Assert.SkipWhen(options.Contains("nosuid", StringComparison.Ordinal), "the temporary directory is on a nosuid mount");

        Result result = (await user.Launch("--backend", "auto", "--monotonic-at=5", "--", id, "-u").RunAsync()).Succeeded();
        Assert.Equal(NamespaceUser.Id, Assert.Single(result.Lines));
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Check_does_not_promise_that_a_program_for_another_machine_runs()
    {
        await Needs.TimeNamespaceByExecAsync();
        using Targets targets = new();
        string program = targets.ElfHead("program", 64, 999);
        Result check = (await Command.Launcher("--backend", "namespace", "--check", "--", program).RunAsync()).Succeeded();
        Assert.Equal($"{program} can be shifted if this machine can run it", check.Lines[^1]);
        Assert.Equal(126, (await Command.Launcher("--backend", "namespace", "--", program).RunAsync()).ExitCode);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(NamespaceUser.Root, "")]
    [InlineData(NamespaceUser.Other, ", in a user namespace")]
    public async Task Check_names_the_backend(string who, string addition)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(who);
        string dynamic = await user.DynamicAsync();
        string program = await user.StaticAsync();
        string inNamespace = "backend: time namespace" + addition;
        foreach ((string options, string target, string backend, int status) in new[]
        {
            ("--check", dynamic, "backend: preload", 0),
            ("--check --backend preload", dynamic, "backend: preload", 0),
            ("--check --backend auto", dynamic, "backend: preload", 0),
            ("--check --backend namespace", dynamic, inNamespace, 0),
            ("--check", program, "backend: none; --backend namespace would reach it" + addition, 125),
            ("--check --realtime-offset=0", program, "backend: none", 125),
            ("--check --backend auto", program, inNamespace, 0),
            ("--check --backend namespace", program, inNamespace, 0),
            ("--check --backend namespace --monotonic-at=4611686018", program, "backend: none", 125),
        })
        {
            Result check = await user.Launch([.. options.Split(' '), "--", target]).RunAsync();
            Assert.Equal(status, check.ExitCode);
            Assert.Equal(backend, check.Lines[^2]);
            Assert.StartsWith(target + (status == 0 ? " can be shifted" : " "), check.Lines[^1], StringComparison.Ordinal);
            Assert.DoesNotContain("clock=", check.Output, StringComparison.Ordinal);

            Result json = await user.Launch([.. options.Split(' '), "--json", "--", target]).RunAsync();
            Assert.Equal(status, json.ExitCode);
            AssertSame(check, target, json);
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Check_as_json_names_every_file_and_the_reason()
    {
        using Targets targets = new();
        string program = targets.ElfHead("program", 64, 999);
        string script = targets.Script("script \"\n", $"#!{program}\n");
        Result result = (await Command.Launcher("--backend", "namespace", "--check", "--json", "--", script).RunAsync()).Succeeded();
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(["steps", "backend", "backend_note", "verdict", "reason"], json.EnumerateObject().Select(member => member.Name));
        Assert.Equal([script, program], json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("file").GetString()));
        Assert.Equal("foreign program", json.GetProperty("steps")[1].GetProperty("kind").GetString());
        Assert.Equal(
            ("namespace", "can be shifted", "if this machine can run it"),
            (Text(json, "backend"), Text(json, "verdict"), Text(json, "reason")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Check_as_json_of_a_missing_command_is_an_error()
    {
        Result result = await Command.Launcher("--check", "--json", "--", "/no/such/command").RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Single(result.ErrorLines);
    }

    // Both forms give the same answer.
    private static void AssertSame(Result text, string target, Result json)
    {
        JsonElement answer = JsonDocument.Parse(json.Output).RootElement;
        string backend = Text(answer, "backend") == "namespace" ? "time namespace" : Text(answer, "backend")!;
        string note = Text(answer, "backend_note") is string noted ? (backend == "none" ? "; " : ", ") + noted : "";
        string reason = Text(answer, "reason") is string given ? ": " + given : "";
        Assert.Equal([$"backend: {backend}{note}", $"{target} {Text(answer, "verdict")}{reason}"], text.Lines.TakeLast(2));
        Assert.Equal(text.Lines.Count - 2, answer.GetProperty("steps").GetArrayLength());
    }

    private static string? Text(JsonElement answer, string member) => answer.GetProperty(member).GetString();
}

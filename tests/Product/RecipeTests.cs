using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Product;

/// <summary>The recipes of docs/recipes.md, run as they are printed.</summary>
public class RecipeTests
{
    private const int Days400 = 400 * 86400;

    private const string App =
        """
        class App {
            public static void main(String[] arguments) {
                System.out.println("clock=" + new java.math.BigDecimal(System.nanoTime()).movePointLeft(9));
            }
        }
        """;

    [Fact(Timeout = Limits.Test)]
    public async Task Java_program()
    {
        Needs.Tool("javac");
        using TemporaryDirectory directory = new();
        await WriteAsync(directory.File("App.java"), App);
        string script = Assert.Single(await Recipes.BlocksAsync("A Java program", "sh"));
        Limits.AssertJustAfter(12345, (await Shell(script, directory).RunAsync()).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Static_program()
    {
        await Needs.TimeNamespaceByExecAsync();
        using Targets targets = new();
        using TemporaryDirectory directory = new();
        File.Copy(await targets.LinkedAsync("static", "-static"), directory.File("static-program"));
        string script = (await Recipes.BlocksAsync("A static program", "sh"))[1];
        Limits.AssertJustAfter(12345, (await Shell(script, directory).RunAsync()).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Static_Go_program()
    {
        using TemporaryDirectory directory = new();
        string program = await Placement.GoPrograms.PlacedAsync();
        string script = (await Recipes.BlocksAsync("A static program", "sh"))[0];
        File.Copy(program, directory.File("go-server"));
        Placement.GoPrograms.AssertVirtual(await Shell(script.TrimEnd() + " clocks", directory).With("TZ", "UTC").RunAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Date()
    {
        const decimal LeapDay = 1709164800, Before2038 = 2147483640, Days60 = 60 * 86400;
        using TemporaryDirectory directory = new();
        foreach (string program in (string[])["run-tests", "server", "client"])
            await WriteAsync(directory.File(program), "#!/bin/sh\nexec virttime-run --config \"$VIRT_TIME_CONF\" --json\n");
        string script = (await Recipes.BlocksAsync("A date", "sh"))[0];
        List<StateJson> states = [];
        foreach (string line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            states.Add(StateJson.Of(await Shell(line, directory).With("TZ", "UTC").RunAsync()));
        Assert.Equal(3, states.Count);
        Limits.AssertJustAfter(LeapDay, states[0].Virtual("realtime"));
        Limits.AssertJustAfter(Before2038, states[1].Virtual("realtime"));
        Assert.Equal(-Days60, states[2].Offset("realtime"));
        Assert.All(states, state => Assert.Equal((0, 0), (state.Offset(), state.Offset("boottime"))));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Certificate_that_expires()
    {
        string openssl = Needs.Tool("openssl");
        using TemporaryDirectory directory = new();
        string[] make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "90", "-keyout", "key", "-out", "server.crt"];
        (await (Command.Of(openssl, make) with { WorkingDirectory = directory.Path }).RunAsync()).Succeeded();
        await WriteAsync(directory.File("client"), "#!/bin/sh\nexec virttime-run --config \"$VIRT_TIME_CONF\" --json\n");
        string script = (await Recipes.BlocksAsync("A date", "sh"))[1];
        StateJson state = StateJson.Of(await Shell(script, directory).With("TZ", "Europe/Berlin").RunAsync());
        Assert.InRange(state.Virtual("realtime") - state.Host("realtime"), (90 * 86400) - 60 - 30, (90 * 86400) - 60 + 30);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_with_a_shebang()
    {
        Needs.Tool("python3");
        using TemporaryDirectory directory = new();
        await WriteAsync(directory.File("script"), Assert.Single(await Recipes.BlocksAsync("A script", "python")));
        string output = (await Recipes.InPath(Command.Of(directory.File("script"))).RunAsync()).Succeeded().Output;
        Limits.AssertJustAfter(12345, decimal.Parse(output, CultureInfo.InvariantCulture));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_with_the_launcher_in_its_shebang()
    {
        using Sandbox sandbox = await Sandbox.CreateAsync();
        await sandbox.NeedsPythonAsync();
        using TemporaryDirectory directory = new();
        await WriteAsync(directory.File("script"), await Recipes.ScriptOfUseAsync());
        string output = (await sandbox.Inside(Command.Of(directory.File("script"))).RunAsync()).Succeeded().Output;
        Limits.AssertJustAfter(12345, decimal.Parse(output, CultureInfo.InvariantCulture));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Wrapper_in_place_of_a_program()
    {
        using TemporaryDirectory directory = new();
        await WriteAsync(directory.File("server"), Assert.Single(await Recipes.BlocksAsync("A script", "sh")));
        await CopyAsync("watch_clock.c", directory.File("server.real"));
        AssertUp400DaysMore(await Recipes.InPath(Command.Of(directory.File("server"))).RunAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Job_step_with_a_shell()
    {
        using TemporaryDirectory directory = new();
        await CopyAsync("watch_clock.c", directory.File("run-tests"));
        JobStep step = Assert.Single(await JobStep.ReadAsync(), step => step.Shell != null);
        AssertUp400DaysMore(await step.RunAsync(directory, []));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Job_steps_behind_one_that_writes_the_environment_file()
    {
        using TemporaryDirectory directory = new();
        await CopyAsync("watch_clock.c", directory.File("run-tests"));
        JobStep[] steps = [.. (await JobStep.ReadAsync()).Where(step => step.Shell == null)];
        Assert.Equal(2, steps.Length);

        (await steps[0].RunAsync(directory, [])).Succeeded();
        string[] environment = await File.ReadAllLinesAsync(directory.File("github_env"), TestContext.Current.CancellationToken);
        AssertUp400DaysMore(await steps[1].RunAsync(directory, environment));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Container()
    {
        using Sandbox sandbox = await Sandbox.CreateAsync();
        await sandbox.NeedsPythonAsync();
        using TemporaryDirectory context = new();
        foreach (string path in Directory.GetFiles(Paths.Dist))
            context.Copy(path);
        await WriteAsync(context.File("app.py"), "import time; print('clock=%.9f' % time.monotonic())");

        string file = (await Recipes.BlocksAsync("A container", "dockerfile"))[0];
        string[][] lines = [.. file.Split('\n').Select(line => line.Split(' ', 2))];
        foreach (string[] copy in lines.Where(line => line[0] == "COPY").Select(line => line[1].Split(' ')))
            CopyAsDocker(context, sandbox, copy);
        string[] Exec(string instruction) => JsonSerializer.Deserialize<string[]>(Assert.Single(lines, line => line[0] == instruction)[1])!;
        string[] command = [.. Exec("ENTRYPOINT"), .. Exec("CMD")];
        Result result = await sandbox.Inside(Command.Of(command[0], command[1..])).RunAsync();
        Limits.AssertJustAfter(12345, result.Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Systemd_service_runs()
    {
        using Sandbox sandbox = await Sandbox.CreateAsync();
        await CopyAsync("watch_clock.c", Path.Combine(sandbox.Local, "bin", "server"));
        string unit = Assert.Single(await Recipes.BlocksAsync("A systemd service", "ini"));
        string[] command = Regex.Match(unit, "^ExecStart=(.*)$", RegexOptions.Multiline).Groups[1].Value.Split(' ');
        AssertUp400DaysMore(await sandbox.Inside(Command.Of(command[0], command[1..])).RunAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Systemd_finds_no_fault_with_the_service()
    {
        Needs.Tool("systemd-analyze");
        using Sandbox sandbox = await Sandbox.CreateAsync();
        await CopyAsync("watch_clock.c", Path.Combine(sandbox.Local, "bin", "server"));
        using TemporaryDirectory directory = new();
        await WriteAsync(directory.File("server.service"), Assert.Single(await Recipes.BlocksAsync("A systemd service", "ini")));
        File.SetUnixFileMode(directory.File("server.service"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Result result = await sandbox.Inside(Command.Of("systemd-analyze", "verify", directory.File("server.service"))).RunAsync();

        // systemd-analyze also checks other units, which may have faults of their own.
        Assert.DoesNotContain("server.service", result.Output + result.Error, StringComparison.Ordinal);
        Assert.SkipUnless(result.ExitCode == 0, "systemd-analyze does not work here: " + result.Error.Trim());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Migration_with_CRIU()
    {
        await TimeNamespace.NeedsAsync();
        using Sandbox sandbox = await Sandbox.CreateAsync();
        using TemporaryDirectory host = new();
        await CopyAsync("product/clock_log.c", host.File("app"));
        string criu = Path.Combine(sandbox.Local, "bin", "criu");
        File.Copy(Path.Combine(Paths.Programs, "product", "criu.sh"), criu);
        Command Run(string script) => sandbox.Inside(Command.Of("sh", "-euc", script) with { WorkingDirectory = host.Path });
        string[] scripts = await Recipes.BlocksAsync("Migration with CRIU", "sh");
        Assert.Equal(2, scripts.Length);

        // The pauses give the program time to log something.
        (await Run(scripts[0].Replace("\nmkdir", "\nsleep 1\nmkdir", StringComparison.Ordinal)).RunAsync()).Succeeded();
        decimal[] before = ReadLog(host);
        Directory.Delete(host.File("images"), recursive: true);
        File.Delete(host.File("clock.conf"));
        (await TimeNamespace.Inside(Run(scripts[1] + "sleep 1\nkill $(cat images/pid)\n")).RunAsync()).Succeeded();
        decimal[] after = ReadLog(host)[before.Length..];

        Limits.AssertJustAfter(0, before[0]);
        Assert.NotEmpty(after);
        Assert.All(after, reading => Limits.AssertJustAfter(before[^1], reading));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Machine_up_for_400_days()
    {
        using TemporaryDirectory directory = new();
        await CopyAsync("product/uptime_counters.c", directory.File("server"));
        string script = Assert.Single(await Recipes.BlocksAsync("A program on a machine", "sh"));
        string[] lines = script.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(6, lines.Length);
        Result[] results = await Task.WhenAll(lines.Select(line => Shell(line, directory).RunAsync()));
        foreach ((string line, Result result) in lines.Zip(results))
        {
            if (line.Split("# ") is [_, string comment])
                Assert.Equal(comment.Split(':')[0], result.Succeeded().Value("over"));
            else
                AssertUp400DaysMore(result);
        }
    }

    private static void AssertUp400DaysMore(Result result)
    {
        decimal now = HostClock.Monotonic();
        Assert.InRange(result.Succeeded().Number("clock"), Days400 + now - 60, Days400 + now);
    }

    private static decimal[] ReadLog(TemporaryDirectory host) =>
        [.. File.ReadAllLines(host.File("app.log"))
            .Select(line => decimal.Parse(line["clock=".Length..], CultureInfo.InvariantCulture))];

    private static Command Shell(string script, TemporaryDirectory directory) =>
        Recipes.InPath(Command.Of("sh", "-euc", script)) with { WorkingDirectory = directory.Path };

    private static void CopyAsDocker(TemporaryDirectory context, Sandbox sandbox, string[] words)
    {
        string target = Path.Combine(sandbox.Opt, Path.GetRelativePath("/opt", words[^1]));
        Assert.EndsWith("/", words[^1], StringComparison.Ordinal);
        Directory.CreateDirectory(target);
        foreach (string source in words[..^1])
            File.Copy(context.File(source), Path.Combine(target, source));
    }

    private static async Task CopyAsync(string program, string target) => File.Copy(await NativeProgram.BuildAsync(program), target);

    private static async Task WriteAsync(string path, string text)
    {
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}

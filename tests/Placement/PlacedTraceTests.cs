using System.Globalization;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Placement;

/// <summary>What a program can find out about the placement: nothing but the library's mappings, the config file's, and one word of the vector.</summary>
public class PlacedTraceTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task First_instruction_finds_what_execve_leaves()
    {
        string program = await EntryStateAsync();
        Result result = await ForceAsync(program);
        foreach (string key in (string[])["registers", "vector_registers", "flags", "misaligned"])
            Assert.Equal(0, result.Number(key));
        Assert.Equal("TracerPid:\t0", result.Lines.Single(line => line.StartsWith("TracerPid:", StringComparison.Ordinal)));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Tracer_is_gone_before_the_first_instruction()
    {
        const int ECHILD = 10;
        Assert.Equal(-ECHILD, (await ForceAsync(await EntryStateAsync())).Number("child"));
        Result go = (await (await GoPrograms.LaunchAsync("state")).RunAsync()).Succeeded();
        Assert.Equal("-1 no child processes", go.Value("child"));
    }

    // With all signals blocked, a SIGCHLD for the tracer's end would stay pending.
    [Fact(Timeout = Limits.Test)]
    public async Task Signal_mask_is_kept_and_no_signal_is_pending()
    {
        string program = await EntryStateAsync(), blocking = await NativeProgram.BuildAsync("placement/block_signals.c");
        Result native = (await Command.Of(blocking, program).RunAsync()).Succeeded();
        Result placed = (await Command.Of(blocking, [Paths.Launcher, "--backend=place", "--force", "--", program]).RunAsync()).Succeeded();
        foreach (string field in (string[])["SigPnd:", "ShdPnd:", "SigBlk:", "SigIgn:", "SigCgt:"])
            Assert.Equal(Field(native, field), Field(placed, field));
        Assert.Equal("ShdPnd:\t0000000000000000", Field(placed, "ShdPnd:"));
        Assert.NotEqual("SigBlk:\t0000000000000000", Field(placed, "SigBlk:"));
    }

    // Another process sends SIGCHLD, which is blocked, before each of the tracer's system calls, and the library looks for the tracer's own.
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Signal_of_another_process_stays_pending()
    {
        const int SIGCHLD = 17;
        string program = await EntryStateAsync(), blocking = await NativeProgram.BuildAsync("placement/block_signals.c");
        string killer = await NativeProgram.BuildAsync("placement/kill_tracer.c");
        string[] launch = [blocking, Paths.Launcher, "--backend=place", "--force", "--", program];
        Result whole = await Command.Of(killer, ["0", .. launch]).RunAsync();
        Assert.SkipWhen(whole.Output.Contains("no listener", StringComparison.Ordinal), "needs a seccomp filter with a listener (Linux 5.5)");
        Assert.Equal("ShdPnd:\t0000000000000000", Field(whole.Succeeded(), "ShdPnd:"));
        int calls = (int)whole.Number("calls");
        for (int number = 1; number <= calls; number += Needs.IsFullRun || number > calls - 12 ? 1 : 5)
        {
            Result result = (await Command.Of(killer, [$"{number}:{SIGCHLD}", .. launch]).RunAsync()).Succeeded();
            Assert.True(Field(result, "ShdPnd:") == "ShdPnd:\t0000000000010000", $"sent before call {number}: {result}");
        }
    }

    // The signal of the tracer's end is taken from the queue. One of another process, or of another child that ends at the same time, stays.
    [Theory(Timeout = Limits.Test)]
    [InlineData("none", "none", 0, "none")]
    [InlineData("running", "none", 0, "none")]
    [InlineData("own", "own", 0, "none")]
    [InlineData("earlier", "other", 7, "other")]
    [InlineData("later", "other", 7, "other")]
    public async Task Only_the_signal_of_the_tracer_is_taken(string which, string signal, int status, string child)
    {
        string start = Path.Combine(Paths.Root, "libvirttime", "Interpose", "placed_start.x64.s");
        string program = await NativeProgram.BuildAsync(
            "placement/reap_tracer.c", start, "-static", string.Create(CultureInfo.InvariantCulture, $"-DMADE={File.GetLastWriteTimeUtc(start).Ticks}"));
        Result result = (await Command.Of(program, which).RunAsync()).Succeeded();
        Assert.Equal((signal, $"{status}", child), (result.Value("signal"), result.Value("status"), result.Value("child")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_its_file_and_its_descriptors_are_as_without_the_launcher()
    {
        string program = await GoPrograms.PlacedAsync();
        string shell = "echo shell=$$; exec \"$@\"";
        Result native = (await Command.Of("sh", "-c", shell, "sh", program, "state").RunAsync()).Succeeded();
        Command launch = GoPrograms.Launch(program, "state");
        Result placed = (await Command.Of("sh", ["-c", shell, "sh", launch.File, .. launch.Arguments]).RunAsync()).Succeeded();
        Assert.Equal(placed.Value("shell"), placed.Value("pid"));
        Assert.Equal(program, placed.Value("exe"));
        Assert.Equal(Files(native), Files(placed));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Auxiliary_vector_differs_in_one_word()
    {
        const string VdsoType = "type=33";
        string program = await EntryStateAsync(), setarch = Needs.Tool("setarch");
        using TemporaryDirectory directory = new();
        string config = directory.File("conf");
        Command launch = Command.Of(setarch, "-R", Paths.Launcher, "--backend=place", "--force", "--config", config, "--monotonic-at=12345s", "--", program);
        Result placed = (await launch.RunAsync()).Succeeded();

        // With the same environment the stack is laid out the same.
        string[] variables = ["LD_PRELOAD=" + Paths.Library, "VIRT_TIME_CONF=" + config];
        Result native = (await Command.Of(setarch, ["-R", "env", .. variables, program]).RunAsync()).Succeeded();
        string[] before = Vector(native), after = Vector(placed);
        Assert.Equal(before.Length, after.Length);
        int different = Assert.Single(Enumerable.Range(0, before.Length), index => before[index] != after[index]);
        Assert.Equal(VdsoType, before[different - 1]);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_may_name_the_program_as_its_interpreter()
    {
        using Targets targets = new();
        string script = targets.Script("script", $"#!{await GoPrograms.PlacedAsync()} clocks\n");
        GoPrograms.AssertVirtual(await GoPrograms.Launch(script).RunAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Thousands_of_arguments_and_variables_do_no_harm()
    {
        Command launch = await GoPrograms.LaunchAsync(["clocks", .. Enumerable.Range(0, 5000).Select(number => $"{number}")]);
        for (int i = 0; i < 1000; i++)
            launch = launch.With(string.Create(CultureInfo.InvariantCulture, $"VARIABLE_{i}"), "value");
        GoPrograms.AssertVirtual(await launch.RunAsync());
    }

    internal static Task<string> EntryStateAsync() => NativeProgram.BuildAsync(
        "placement/entry_state.c", "-static", "-nostdlib", "-nostartfiles", "-fno-stack-protector", "-fcf-protection=none");

    private static string[] Vector(Result result) =>
        [.. result.Lines.Where(line => line.StartsWith("type=", StringComparison.Ordinal) || line.StartsWith("entry=", StringComparison.Ordinal))];

    private static async Task<Result> ForceAsync(string program) =>
        (await Command.Launcher("--backend=place", "--force", "--", program).RunAsync()).Succeeded();

    private static string Field(Result result, string name) => result.Lines.Single(line => line.StartsWith(name, StringComparison.Ordinal));

    // The names of pipes and sockets differ in each run.
    private static string[] Files(Result result) =>
        [.. result.Lines.Where(line => line.StartsWith("file=", StringComparison.Ordinal)).Select(line => line.Split('[')[0])];
}

using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>Programs with a sanitizer's runtime, which interposes the same functions and must come first in <c>LD_PRELOAD</c>.</summary>
public class SanitizerTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("address", "libasan.so")]
    [InlineData("thread", "libtsan.so")]
    public async Task Runtime_that_is_preloaded_stays_in_front(string sanitizer, string runtime)
    {
        string program = await BuildAsync(sanitizer);
        string library = await RuntimeAsync(runtime);
        Command command = Command.Of("env", $"LD_PRELOAD={library}", Paths.Launcher, "--monotonic-at", "12345s", "--", program);
        AssertShifted((await command.RunAsync()).Succeeded());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("address", "-static-libasan")]
    [InlineData("thread", "-static-libtsan")]
    public async Task Runtime_that_is_linked_statically_needs_nothing(string sanitizer, string option)
    {
        string program = await BuildAsync(sanitizer, option);
        AssertShifted((await Command.Launcher("--monotonic-at", "12345s", "--", program).RunAsync()).Succeeded());
    }

    private static void AssertShifted(Result result)
    {
        Limits.AssertJustAfter(12345, result.Number("clock"));
        Limits.AssertWaited300(result.Number("wall_ms"));
        Limits.AssertWaited300(result.Number("waited_ms"));
    }

    private static async Task<string> BuildAsync(string sanitizer, params string[] options)
    {
        string target = Path.Combine(Paths.Built, $"clock_probe.{sanitizer}{options.Length}.{Environment.ProcessId}");
        Directory.CreateDirectory(Paths.Built);
        string source = Path.Combine(Paths.Programs, "clock_probe.c");
        Result built = await Command.Compiler("gcc", ["-O1", "-g", "-D_GNU_SOURCE", $"-fsanitize={sanitizer}", .. options, "-pthread", "-o", target, source]).RunAsync();
        Assert.SkipUnless(built.ExitCode == 0, "gcc has no sanitizer runtimes here");
        return target;
    }

    private static async Task<string> RuntimeAsync(string name)
    {
        string path = (await Command.Compiler("gcc", $"-print-file-name={name}").RunAsync()).Output.Trim();
        Assert.SkipUnless(Path.IsPathRooted(path), $"{name} is not installed");
        return path;
    }
}

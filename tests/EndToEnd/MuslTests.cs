using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>The same library with musl.</summary>
public class MuslTests
{
    private const int ETIMEDOUT = 110;
    private const string Loader = "/lib/ld-musl-x86_64.so.1";

    [Fact(Timeout = Limits.Test)]
    public async Task Program_sees_the_virtual_clock_and_its_waits_take_their_time()
    {
        string program = await BuildAsync();
        AssertShifted((await Command.Launcher("--monotonic-at", "12345s", "--", program).RunAsync()).Succeeded());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_needs_no_other_libc()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory root = new();
        string program = Path.GetFileName(root.Copy(await BuildAsync()));
        root.Copy(Paths.Launcher);
        root.Copy(Paths.Library);
        foreach (string directory in new[] { "lib", "proc", "tmp" })
            Directory.CreateDirectory(root.File(directory));
        File.Copy(Loader, root.File(Loader[1..]));

        string script = $"mount -t proc proc proc && exec chroot . /virttime-run --monotonic-at 12345s -- /{program}";
        Command command = Command.Of("unshare", "--mount", "sh", "-c", script) with { WorkingDirectory = root.Path };
        AssertShifted((await command.RunAsync()).Succeeded());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Loader_that_is_run_as_a_command_makes_no_difference()
    {
        string program = await BuildAsync();
        using ConfigFile config = ConfigFile.At(12345);
        AssertShifted((await Command.Of(Loader, program).Under(config).RunAsync()).Succeeded());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Function_that_this_libc_lacks_is_not_found()
    {
        string program = await BuildAsync();
        using ConfigFile config = ConfigFile.At(12345);
        Result native = (await Command.Of(program).RunAsync()).Succeeded();
        Result shifted = (await Command.Of(program).Under(config).RunAsync()).Succeeded();

        Limits.AssertJustAfter(12345, shifted.Number("monotonic"));
        Assert.Equal(native.Number("clockwait_is_there"), shifted.Number("clockwait_is_there"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Error_of_times_is_the_kernels()
    {
        string program = await BuildAsync();
        using ConfigFile config = ConfigFile.At(12345);
        Assert.Equal(-14, (await Command.Of(program).RunAsync()).Succeeded().Number("times_of_bad_address"));
        Assert.Equal(-14, (await Command.Of(program).Under(config).RunAsync()).Succeeded().Number("times_of_bad_address"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(2_147_483_640, 1)]
    [InlineData(315_532_800, 1)]
    [InlineData(2_147_483_640, 0)]
    [InlineData(2_147_483_640, 0.5)]
    [InlineData(2_147_483_640, 3)]
    public async Task Program_sees_the_virtual_date_and_its_waits_take_their_time(long date, double rate)
    {
        string[] waits =
        [
            "condition", "sem_timedwait", "pthread_mutex_timedlock", "pthread_rwlock_timedrdlock", "pthread_rwlock_timedwrlock", "mtx_timedlock",
            "cnd_timedwait",
        ];
        using ConfigFile config = rate == 1 ? ConfigFile.AtDate(date) : ConfigFile.AtRate(date, (decimal)rate, out _);
        Result result = (await Command.Of(await BuildAsync(), "date").Under(config).RunAsync()).Succeeded();

        Limits.AssertJustAfter(date, result.Number("date"));

        // At rate 0 the time that was left counts by the host's clock.
        decimal speed = rate == 0 ? 1 : (decimal)rate;
        Assert.Equal(0, result.Number("sleep"));
        Assert.Equal(1, result.Number("futex"));
        Assert.All(waits, wait => Assert.Equal((wait, ETIMEDOUT), (wait, result.Number(wait))));
        Assert.All(waits.Append("sleep").Append("futex"), wait => Limits.AssertWaited300(result.Number(wait + "_ms") * speed));
    }

    // The kernel puts the auxiliary vector behind the original environ. There is none behind a copy, such as the one that setenv makes.
    [Theory(Timeout = Limits.Test)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Environment_that_another_constructor_has_moved_makes_no_difference(bool oursFirst)
    {
        string program = await BuildAsync("clock_and_vdso.c");
        string other = await BuildAsync("end_to_end/moves_environment.c", "-shared", "-fPIC");
        using ConfigFile config = ConfigFile.At(12345);
        string[] libraries = oursFirst ? [Paths.Library, other] : [other, Paths.Library];
        Result result = (await Command.Of(program).Under(config).Preloading(libraries).RunAsync()).Succeeded();

        Limits.AssertJustAfter(12345, result.Number("libc"));
        Limits.AssertJustAfter(12345, result.Number("vdso"));
    }

    private static void AssertShifted(Result result)
    {
        Limits.AssertJustAfter(12345, result.Number("monotonic"));
        Assert.Equal(0, result.Number("sleep"));
        Limits.AssertWaited300(result.Number("sleep_ms"));
        Assert.Equal(ETIMEDOUT, result.Number("condition"));
        Limits.AssertWaited300(result.Number("condition_ms"));
        Assert.Equal(1, result.Number("futex"));
        Limits.AssertWaited300(result.Number("futex_ms"));
    }

    private static async Task<string> BuildAsync(string source = "end_to_end/musl_waits.c", params string[] options)
    {
        Needs.Tool("musl-gcc");
        string target = Path.Combine(Paths.Built, $"{Path.GetFileNameWithoutExtension(source)}.musl.{Environment.ProcessId}");
        Directory.CreateDirectory(Paths.Built);
        string[] always = ["-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"];
        (await Command.Compiler("musl-gcc", [.. always, .. options, "-o", target, Path.Combine(Paths.Programs, source)]).RunAsync()).Succeeded();
        return target;
    }
}

using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Proc;

/// <summary>Uses of <c>/proc/uptime</c> and similar files other than reading them once (<c>proc/proc_file.c</c>).</summary>
public class ProcFileTests
{
    private const int EBADF = 9, ESRCH = 3, EMFILE = 24;
    internal const int Offset = -1_000_000;

    public static TheoryData<string, int> Readings() => new()
    {
        { "rewound", 2 },
        { "rewound by system call", 3 },
        { "read at beginning", 2 },
        { "rewound stream", 3 },
        { "rewound by distance", 2 },
        { "reopened stream", 2 },
        { "duplicated", 4 },
        { "in children", 2 },
        { "in pieces", 1 },
        { "on signal stack", 1 },
        { "in vfork child", 2 },
    };

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Readings))]
    public async Task What_is_read_is_the_virtual_uptime_of_now(string way, int readings) =>
        AssertFresh(await RunAsync(way), readings);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Readings))]
    public async Task On_the_hosts_clocks_it_is_the_hosts(string way, int readings)
    {
        Result result = (await Command.Of(await NativeProgram.BuildAsync("proc/proc_file.c"), way).RunAsync()).Succeeded();
        AssertFresh(result, readings);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("rewound", 2)]
    [InlineData("read at beginning", 2)]
    [InlineData("rewound stream", 3)]
    public async Task On_musl_as_well(string way, int readings)
    {
        Needs.Tool("musl-gcc");
        using TemporaryDirectory directory = new();
        string program = directory.File("proc_file");
        (await Command.Compiler("musl-gcc", "-O2", "-D_GNU_SOURCE", "-o", program, Path.Combine(Paths.Programs, "proc/proc_file.c")).RunAsync()).Succeeded();
        using ConfigFile config = ConfigFile.Create(Offset);
        AssertFresh((await Command.Of(program, way).Under(config).RunAsync()).Succeeded(), readings);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Descriptor_is_what_the_real_one_would_be()
    {
        Result native = (await Command.Of(await NativeProgram.BuildAsync("proc/proc_file.c"), "descriptor").RunAsync()).Succeeded();
        Result shifted = await RunAsync("descriptor");
        Assert.Equal(EBADF, shifted.Number("written"));
        Assert.Equal(native.Lines, shifted.Lines);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_was_opened_before_any_clock_was_shifted_follows_the_first_shift()
    {
        using ConfigFile config = ConfigFile.Create(0);
        using RunningProgram program = Command.Of(await NativeProgram.BuildAsync("proc/proc_file.c"), "followed").Under(config).Start();
        (decimal before, decimal boot) = await FollowAsync(program);
        config.AdjustPlainly(-500_000);
        (decimal after, decimal bootAfter) = await FollowAsync(program);

        Assert.InRange(after - before, 500_000, 500_030);
        Assert.Equal(boot - 500_000, bootAfter);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Nothing_else_is_replaced()
    {
        Result result = await RunAsync("untouched");
        string[] replaced = [.. result.Lines.Where(line => line.EndsWith("=other", StringComparison.Ordinal))];
        Assert.Equal(["/proc/uptime=other", "/proc/stat=other", "/proc/self/stat=other"], replaced);
        Assert.Equal("itself", result.Value("of that name"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Without_an_offset_nothing_is_replaced()
    {
        using ConfigFile config = ConfigFile.Create(0);
        Result result = (await Command.Of(await NativeProgram.BuildAsync("proc/proc_file.c"), "untouched").Under(config).RunAsync()).Succeeded();
        Assert.DoesNotContain("=other", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_is_gone_is_not_taken_for_another()
    {
        Result result = await RunAsync("gone");
        Assert.Equal(1, result.Number("read"));
        Assert.Equal(ESRCH, result.Number("again"));
        Assert.Equal(ESRCH, result.Number("at beginning"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Nor_is_another_process_that_has_its_id_later()
    {
        Needs.Root();
        Result result = await RunAsync("replaced");
        Assert.SkipUnless(result.Number("replacement") == 0, "needs to choose the id of a process (clone3, Linux 5.5)");
        Assert.Equal(1, result.Number("read"));
        Assert.Equal(ESRCH, result.Number("again"));
        Assert.Equal(1, result.Number("anew"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Where_the_text_cannot_be_had_opening_fails_and_the_hosts_is_not_shown()
    {
        Result result = await RunAsync("no descriptors");
        Assert.Equal(EMFILE, result.Number("open"));
        Assert.Equal(EMFILE, result.Number("fopen"));
        Assert.Equal("yes", result.Value("other"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Where_nothing_may_be_written_opening_fails_and_the_program_goes_on()
    {
        Result result = await RunAsync("no writing");
        Assert.Equal("open=27\n", result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Functions_of_these_names_that_a_library_has_for_other_things_get_what_they_take()
    {
        string library = await NativeProgram.BuildLibraryAsync("proc/own_names_library.c", "-fno-builtin");
        string program = await NativeProgram.BuildAsync("proc/own_names.c", library, "-Wl,-rpath,$ORIGIN");
        using ConfigFile config = ConfigFile.Create(Offset);
        Result result = (await Command.Of(program).Under(config).RunAsync()).Succeeded();
        Assert.Equal(1, result.Number("opened"));
        Assert.Equal(1_811_113, result.Number("answer"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Threads_that_read_one_descriptor_at_its_beginning_get_whole_texts()
    {
        using ConfigFile config = ConfigFile.Create(Offset);
        Result result = (await Command.Of(await NativeProgram.BuildAsync("proc/shared_reads.c", "-pthread")).Under(config).RunAsync()).Succeeded();
        Assert.Equal("yes", result.Value("read"));
        Assert.Equal(0, result.Number("broken"));
    }

    // The other library is loaded behind the interposer, and before it.
    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Library_that_interposes_only_names_that_end_in_64_sees_their_calls(bool isBefore)
    {
        string library = await NativeProgram.BuildLibraryAsync("proc/wide_names_library.c", "-D_GNU_SOURCE", "-ldl");
        string program = await NativeProgram.BuildAsync("proc/wide_names.c");
        using ConfigFile config = ConfigFile.Create(Offset);
        Command command = Command.Of(program).With("VIRT_TIME_CONF", config.Path);
        Result result = (await command.Preloading(isBefore ? [library, Paths.Library] : [Paths.Library, library]).RunAsync()).Succeeded();
        Assert.Equal(7, result.Number("calls"));
        Assert.InRange(result.Number("uptime"), -Offset, long.MaxValue);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task What_somebody_made_in_the_place_of_proc_is_left_alone()
    {
        Needs.Root();
        using TemporaryDirectory directory = new();
        Directory.CreateDirectory(directory.File("proc"));
        await File.WriteAllTextAsync(directory.File("proc/uptime"), "100.00 50.00", TestContext.Current.CancellationToken);
        using ConfigFile config = ConfigFile.Create(Offset);
        string program = await NativeProgram.BuildAsync("proc/made_by_hand.c");
        Result result = (await Command.Of(program, directory.Path).Under(config).RunAsync()).Succeeded();
        Assert.Equal(0, result.Number("error"));
        Assert.Equal("100.00 50.00", result.Value("text"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task After_adjusting_what_is_read_again_is_the_new_time()
    {
        using ConfigFile config = ConfigFile.Create(Offset);
        using RunningProgram program = Command.Of(await NativeProgram.BuildAsync("proc/proc_file.c"), "followed").Under(config).Start();
        (decimal before, decimal boot) = await FollowAsync(program);
        config.AdjustPlainly(-500_000);
        (decimal after, decimal bootAfter) = await FollowAsync(program);

        Assert.InRange(after - before, 500_000, 500_030);
        Assert.Equal(boot - 500_000, bootAfter);
    }

    // The kernel's text has two numbers of two decimals each.
    [Fact(Timeout = Limits.Test)]
    public async Task Text_that_becomes_shorter_keeps_nothing_of_the_longer_one()
    {
        const string OneLine = @"^[0-9]+\.[0-9]{2} [0-9]+\.[0-9]{2}\|$";
        using ConfigFile config = ConfigFile.Create(-1_000_000_000);
        using RunningProgram program = Command.Of(await NativeProgram.BuildAsync("proc/proc_file.c"), "followed whole").Under(config).Start();
        await program.WriteAsync("\n");
        string before = await program.ReadValueAsync("text");
        config.AdjustPlainly(1_000_000_000);
        await program.WriteAsync("\n");
        string after = await program.ReadValueAsync("text");

        Assert.Matches(OneLine, before);
        Assert.Matches(OneLine, after);
        Assert.InRange(after.Length, 1, before.Length - 3);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Clock_that_is_set_while_the_file_is_read_is_in_the_text()
    {
        using ConfigFile config = ConfigFile.Create(Offset);
        string program = await NativeProgram.BuildAsync("proc/set_while_reading.c");
        Result result = (await Command.Of(program, config.Path, Paths.Library).RunAsync()).Succeeded();
        Assert.SkipWhen(result.Number("traced") == 0, "needs to trace programs");
        Assert.InRange(result.Number("uptime") - result.Number("host"), 500_000 - 30, 500_000 + 1);
    }

    // Flag 2: the date has an offset.
    [Theory(Timeout = Limits.Test)]
    [InlineData(0, 86400, -86400)]
    [InlineData(-3600, 0, -3600)]
    [InlineData(-3600, 86400, -90000)]
    [InlineData(3600, -86400, 90000)]
    public async Task Boot_moves_with_the_uptime_and_with_the_date(int boottimeOffset, int realtimeOffset, int expected)
    {
        using ConfigFile config = ConfigFile.Create(0);
        const long Flags = (long)(ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset) << 32;
        config.WriteRaw(ConfigLayout.ExtensionPosition, (long)ConfigExtension.MagicValue, ConfigExtension.CurrentVersion | Flags);
        config.WriteRaw(ConfigLayout.ExtensionPosition + 16, boottimeOffset, 0);
        config.WriteRaw(ConfigLayout.ExtensionPosition + 32, realtimeOffset, 0);

        Command boot = Command.Of("sed", "-n", "s/^btime //p", "/proc/stat");
        decimal host = decimal.Parse((await boot.RunAsync()).Succeeded().Output, CultureInfo.InvariantCulture);
        decimal shifted = decimal.Parse((await boot.Under(config).RunAsync()).Succeeded().Output, CultureInfo.InvariantCulture);
        Assert.Equal(host + expected, shifted);
    }

    // A machine with many processors and interrupts has a large /proc/stat. lxcfs also mounts a file of its own there.
    [Fact(Timeout = Limits.Test)]
    public async Task Large_file_is_read_whole()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        string file = directory.File("stat");
        string interrupts = "intr 1" + string.Concat(Enumerable.Repeat(" 0", 60_000));
        await File.WriteAllTextAsync(file, $"cpu  1 2 3\n{interrupts}\nctxt 5\nbtime 1700000000\nprocesses 7\n", TestContext.Current.CancellationToken);
        using ConfigFile config = ConfigFile.Create(Offset);
        Result result = await Command.Of(
            "unshare", "--mount", "sh", "-c", "mount --bind $0 /proc/stat && LD_PRELOAD=$1 VIRT_TIME_CONF=$2 cat /proc/stat",
            file, Paths.Library, config.Path).RunAsync();
        Assert.Equal($"cpu  1 2 3\n{interrupts}\nctxt 5\nbtime 1699000000\nprocesses 7\n", result.Succeeded().Output);
    }

    internal static void AssertFresh(Result result, int readings)
    {
        decimal[] uptimes = Numbers(result, "uptime=");
        decimal[] clocks = Numbers(result, "clock=");
        (decimal Uptime, decimal Clock)[] read = [.. uptimes.Zip(clocks).Where(pair => pair.First != 0)];
        Assert.Equal(readings, read.Length);
        Assert.All(read, pair => Assert.InRange(pair.Clock - pair.Uptime, -0.02m, 1.4m));
    }

    internal static decimal[] Numbers(Result result, string prefix) =>
        [.. result.Lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Select(line => decimal.Parse(line[prefix.Length..], CultureInfo.InvariantCulture))];

    internal static async Task<Result> RunAsync(params string[] way)
    {
        using ConfigFile config = ConfigFile.Create(Offset);
        return (await Command.Of(await NativeProgram.BuildAsync("proc/proc_file.c"), way).Under(config).RunAsync()).Succeeded();
    }

    private static async Task<(decimal Uptime, decimal Boot)> FollowAsync(RunningProgram program)
    {
        await program.WriteAsync("\n");
        decimal uptime = decimal.Parse(await program.ReadValueAsync("uptime"), CultureInfo.InvariantCulture);
        await program.ReadValueAsync("clock");
        decimal boot = decimal.Parse(await program.ReadValueAsync("btime"), CultureInfo.InvariantCulture);
        return (uptime, boot);
    }
}

using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Each function that reads the date returns the virtual date: the host's clock at that moment minus the offset.</summary>
public class DateReadTests
{
    private const string Program = DateReadings.Program;

    public static TheoryData<long> AllDates() => [Dates.Ahead, Dates.Behind, Dates.Far, Dates.First];

    // glibc clears the time zone, other C libraries ask the kernel or leave it unchanged. The real function decides.
    [Fact(Timeout = Limits.Test)]
    public async Task Time_zone_is_what_it_is_natively()
    {
        string program = await NativeProgram.BuildAsync("date/time_zone.c");
        Result native = (await Command.Of(program).RunAsync()).Succeeded();
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        Result shifted = (await Command.Of(program).Under(config).RunAsync()).Succeeded();
        Assert.Equal(4, native.Lines.Count);
        Assert.DoesNotContain("1515870810", native.Output, StringComparison.Ordinal);
        Assert.Equal(native.Output, shifted.Output);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(AllDates))]
    public async Task Every_function_reads_the_virtual_date(long date)
    {
        using ConfigFile config = ConfigFile.AtDate(date);
        Result result = (await Command.Of(await NativeProgram.BuildAsync(Program)).Under(config).RunAsync()).Succeeded();
        DateReadings.AssertShifted(result.Lines, config.RealtimeOffset, [.. DateReadings.Always, .. DateReadings.OfGlibc]);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(AllDates))]
    public async Task Every_function_reads_the_virtual_date_with_musl(long date)
    {
        string program = await BuildForMuslAsync();
        using ConfigFile config = ConfigFile.AtDate(date);
        Result result = (await Command.Of(program).Under(config).RunAsync()).Succeeded();
        DateReadings.AssertShifted(result.Lines, config.RealtimeOffset, DateReadings.Always);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Goes_on_past_what_32_bits_hold()
    {
        const long First = 1L << 31;
        using ConfigFile config = ConfigFile.AtDate(First);
        config.RealtimeOffset = HostClock.Realtime() - (First - 1);
        Result result = (await Command.Of(await NativeProgram.BuildAsync(Program), "20", "100").Under(config).RunAsync()).Succeeded();

        DateReadings.AssertShifted(result.Lines, config.RealtimeOffset, DateReadings.Always);
        decimal[] dates = [.. DateReadings.Of(result.Lines).Where(reading => reading.Name == "time").Select(reading => reading.Read)];
        Assert.Contains(dates, date => date < First);
        Assert.Contains(dates, date => date >= First);
        Assert.Equal(dates.Order(), dates);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Date_becomes_virtual_and_the_hosts_again_while_the_program_runs()
    {
        using ConfigFile config = ConfigFile.Create(0);
        using RunningProgram program = Command.Of(await NativeProgram.BuildAsync(Program), "watch").Under(config).Start();
        DateReadings.AssertShifted(await ReadAllAsync(program), 0, DateReadings.Always);

        foreach (long date in new[] { Dates.Ahead, Dates.Behind })
        {
            config.RealtimeOffset = HostClock.Realtime() - date;
            await program.WriteAsync("\n");
            DateReadings.AssertShifted(await ReadAllAsync(program), config.RealtimeOffset, DateReadings.Always);

            config.WriteRaw(ConfigLayout.ExtensionPosition, unchecked((long)ConfigExtension.MagicValue), ConfigExtension.CurrentVersion);
            await program.WriteAsync("\n");
            DateReadings.AssertShifted(await ReadAllAsync(program), 0, DateReadings.Always);
        }
    }

    // libfaketime shifts only some of the functions, and its offset has no nanoseconds.
    [Theory(Timeout = Limits.Test)]
    [InlineData(Dates.Ahead)]
    [InlineData(Dates.Behind)]
    public async Task Libfaketime_reads_the_same_at_the_same_offset(long date)
    {
        string program = await NativeProgram.BuildAsync(Program);
        string library = Faketime();
        using ConfigFile config = ConfigFile.AtDate(date);
        long offset = (long)config.RealtimeOffset;
        config.RealtimeOffset = offset;
        Command faked = Command.Of(program).Preloading(library).With("FAKETIME", (-offset).ToString("+0;-0", CultureInfo.InvariantCulture));
        string[] witnessed = ["clock_gettime(REALTIME)", "clock_gettime(REALTIME_COARSE)", "gettimeofday", "time", "timespec_get"];

        DateReadings.AssertShifted([.. (await faked.RunAsync()).Succeeded().Lines.Where(IsWitnessed)], offset, witnessed);
        DateReadings.AssertShifted((await Command.Of(program).Under(config).RunAsync()).Succeeded().Lines, offset, witnessed);

        bool IsWitnessed(string line) => witnessed.Contains(line.Split(' ')[0]);
    }

    private static async Task<string[]> ReadAllAsync(RunningProgram program)
    {
        List<string> lines = [];
        for (string line = await program.ReadLineAsync(); line != "end"; line = await program.ReadLineAsync())
            lines.Add(line);
        return [.. lines];
    }

    private static async Task<string> BuildForMuslAsync()
    {
        string target = Path.Combine(Paths.Built, "date_reads.musl");
        Directory.CreateDirectory(Paths.Built);
        string[] options = ["-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-o", target, Path.Combine(Paths.Programs, Program)];
        (await Command.Compiler(Needs.Tool("musl-gcc"), options).RunAsync()).Succeeded();
        return target;
    }

    private static string Faketime()
    {
        Needs.Tool("faketime");
        string? library = Directory.GetDirectories("/usr/lib").Select(directory => Path.Combine(directory, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(library == null, "libfaketime.so.1 is not found");
        return library!;
    }
}

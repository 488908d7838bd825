using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Proc;

/// <summary>
/// How a descriptor of <c>/proc/uptime</c> or a similar file is identified, and its content if <c>/proc</c> is out of reach
/// (<c>proc/proc_reach.h</c>).
/// </summary>
public class ProcReachTests
{
    private const int EPERM = 1, ENOENT = 2;

    [Fact(Timeout = Limits.Test)]
    public async Task Status_is_that_of_the_real_file()
    {
        Result result = await ProcFileTests.RunAsync("status");
        Assert.Equal(5, result.Lines.Count);
        Assert.All(result.Lines, line => Assert.EndsWith("=same", line, StringComparison.Ordinal));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("cp $0 $1 && cat $1")]
    [InlineData("install $0 $1 && cat $1")]
    [InlineData("cp -p $0 $1 && cat $1")]
    [InlineData("timeout -s INT 1 tail -n 1 -f $0")]
    public async Task Coreutils_take_it_for_the_file_that_its_path_leads_to(string script)
    {
        using TemporaryDirectory directory = new();
        using ConfigFile config = ConfigFile.Create(ProcFileTests.Offset);
        Result result = await Command.Of("sh", "-c", script, "/proc/uptime", directory.File("copy")).Under(config).RunAsync();
        Assert.InRange(decimal.Parse(result.Output.Split(' ')[0], CultureInfo.InvariantCulture), -ProcFileTests.Offset, long.MaxValue);
        Assert.DoesNotContain("replaced", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_in_memory_of_another_program_is_left_alone_whatever_its_name() =>
        Assert.Equal(0, (await ProcFileTests.RunAsync("foreign name")).Number("sought"));

    // The program never reads the old text again, even if it ignores the error.
    [Fact(Timeout = Limits.Test)]
    public async Task Kept_file_that_is_out_of_reach_fails_to_rewind()
    {
        Needs.Root();
        using TemporaryDirectory jail = new();
        Result result = await ProcFileTests.RunAsync("out of reach", jail.Path);
        foreach (string file in new[] { "uptime", "stat" })
        {
            Assert.Equal(-1, result.Number($"{file} sought"));
            Assert.Equal(ENOENT, result.Number($"{file} error"));
            Assert.Equal(0, result.Number($"{file} length"));
            Assert.Equal(-1, result.Number($"{file} pread"));
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Kept_file_whose_name_is_not_told_is_renewed_or_fails()
    {
        Result result = await ProcFileTests.RunAsync("without names");
        ProcFileTests.AssertFresh(result, 2);
        Assert.Equal(-1, result.Number("stat sought"));
        Assert.Equal(EPERM, result.Number("stat error"));
        Assert.Equal(0, result.Number("stat length"));
        Assert.Equal((1, 0), (result.Number("same number"), result.Number("other sought")));
    }

    // If only the date is shifted, /proc/uptime is not: the program has the real file.
    [Fact(Timeout = Limits.Test)]
    public async Task Kept_file_whose_kind_is_not_shifted_stays_the_real_one()
    {
        Needs.Root();
        using TemporaryDirectory jail = new();
        using ConfigFile config = ConfigFile.AtDate(99_000_000);
        string program = await NativeProgram.BuildAsync("proc/proc_file.c");
        Result result = (await Command.Of(program, "out of reach", jail.Path).Under(config).RunAsync()).Succeeded();
        Assert.Equal(0, result.Number("uptime sought"));
        Assert.InRange(result.Number("uptime length"), 1, 64);
        Assert.InRange(result.Number("stat length"), 1, 64);
    }

    // In this jail there is no path to the descriptors of the process.
    [Fact(Timeout = Limits.Test)]
    public async Task File_of_proc_that_is_mounted_alone_is_shifted()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory jail = new();
        Directory.CreateDirectory(jail.File("proc"));
        await File.WriteAllTextAsync(jail.File("proc/uptime"), "", TestContext.Current.CancellationToken);
        using ConfigFile config = ConfigFile.Create(ProcFileTests.Offset);
        const string Script = "mount --bind /proc/uptime $1/proc/uptime && LD_PRELOAD=$2 VIRT_TIME_CONF=$3 exec $0 jailed $1";
        Result result = (await Command.Of(
            "unshare", "--mount", "sh", "-c", Script, await NativeProgram.BuildAsync("proc/proc_file.c"), jail.Path, Paths.Library, config.Path)
            .RunAsync()).Succeeded();
        ProcFileTests.AssertFresh(result, 4);
        Assert.All(ProcFileTests.Numbers(result, "uptime="), uptime => Assert.InRange(uptime, -ProcFileTests.Offset, long.MaxValue));
    }
}

using System.Globalization;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Proc;

/// <summary>Real programs print the same uptime, boot and start times as in a time namespace with the same offsets.</summary>
public class StartTimeTests
{
    // Each script prints numbers: seconds, or clock ticks. $1 is a process that was started before.
    private static readonly Dictionary<string, (string Tool, string Script)> s_programs = new()
    {
        ["uptime"] = ("uptime", "date -d \"$(uptime -s)\" +%s"),
        ["ps -o etimes"] = ("ps", "ps -o etimes= -p $1; ps -o etimes= -p $$"),
        ["ps -o lstart"] = ("ps", "date -d \"$(ps -o lstart= -p $1)\" +%s"),
        ["top"] = ("top", "top -b -n 1 -p $1 | sed -n '1s/.* up *\\([^,]*\\),.*/\\1/p' | tr -c '0-9\\n' ' '"),
        ["vmstat"] = ("vmstat", "vmstat -s | awk '/boot time/ {print $1}'"),
        ["java"] = ("java", $"java {Path.Combine(Paths.Programs, "proc/StartTime.java")} $1"),
        ["dotnet"] = ("dotnet", $"dotnet {Path.Combine(Paths.Built, "dotnet", "TimeProbe.dll")} started $1"),
        ["node"] = ("node", "node -p 'require(\"os\").uptime()'"),
        ["python"] = ("python3", $"python3 {Path.Combine(Paths.Programs, "proc/start_time.py")} $1"),
        ["perl"] = ("perl", "perl -ne 'print((split)[0])' /proc/uptime"),
        ["a redirection"] = ("sh", "read up idle </proc/uptime; echo $up; cut -d ' ' -f 1 </proc/uptime"),
        ["bash"] = ("bash", "exec 3</proc/uptime; read -u 3 up idle; echo $up"),
        ["the first process"] = ("cut", "cut -d ' ' -f 22 /proc/1/stat"),
        ["C++"] = ("c++", ""),
    };

    public static TheoryData<string, string> ProgramsAndShifts() =>
        [.. s_programs.Keys.SelectMany(program => Shift.OfRealPrograms.Select(shift => (program, shift)))];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(ProgramsAndShifts))]
    public async Task Times_are_those_of_a_time_namespace(string program, string shiftName)
    {
        await Needs.TimeNamespaceAsync();
        Shift shift = Shift.Named(shiftName);
        Command command = await CommandAsync(program);
        using ConfigFile config = shift.CreateConfig();

        // Time passes meanwhile, so the program runs before and after the reference.
        decimal[] first = await NumbersAsync(command.Under(config));
        decimal[] expected = await NumbersAsync(shift.InNamespace(command));
        decimal[] last = await NumbersAsync(command.Under(config));
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Length, first.Length);
        for (int i = 0; i < expected.Length; i++)
            AssertSame(expected[i], Math.Min(first[i], last[i]) - 1, Math.Max(first[i], last[i]) + 1);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_was_started_before_its_clocks_zero_has_start_time_0()
    {
        using ConfigFile config = ConfigFile.At(0);
        decimal[] start = await NumbersAsync(Command.Of("cut", "-d", " ", "-f", "22", "/proc/1/stat").Under(config));
        Assert.Equal([0], start);
    }

    // If a process was started before the namespace's zero, the kernel shows its negative start as a huge unsigned number. The library shows zero.
    private static void AssertSame(decimal expected, decimal low, decimal high)
    {
        const decimal LatestDate = 2_500_000_000m;
        if (expected > LatestDate)
            Assert.InRange(high, 0m, LatestDate);
        else
            Assert.InRange(expected, low, high);
    }

    private static async Task<Command> CommandAsync(string program)
    {
        (string tool, string script) = s_programs[program];
        string process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return tool == "c++"
            ? Command.Of(await NativeProgram.BuildAsync("proc/start_time.cpp"), process)
            : Command.Of(Needs.Tool(tool == "bash" ? "bash" : "sh"), "-c", script, Needs.Tool(tool), process);
    }

    private static async Task<decimal[]> NumbersAsync(Command command) =>
        [.. (await command.With("LC_ALL", "C").With("TZ", "UTC").RunAsync()).Succeeded().Output
            .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(number => decimal.Parse(number, CultureInfo.InvariantCulture))];
}

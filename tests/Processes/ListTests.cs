using System.Globalization;
using System.Text.Json;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary><c>--list</c>: the programs with shifted clocks that the user may see.</summary>
public class ListTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Program_is_listed_with_its_command_file_and_clocks(bool isBesideOneWithADate)
    {
        using TemporaryDirectory directory = new();
        using WaitingTarget? other = isBesideOneWithADate ? await WaitingTarget.StartAsync("--realtime-at", "2030-01-01Z") : null;
        string conf = directory.File("conf");
        string[] clocks = ["--monotonic-at", "12345s", "--boottime-at", "3d12h"];
        using WaitingTarget waiting = await WaitingTarget.StartAsync([.. clocks, "--config", conf]);
        JsonElement listed = await FindAsync(Command.Launcher("--list", "--json"), waiting.Thread);
        Assert.Equal(["process", "command", "config", "clocks"], listed.EnumerateObject().Select(property => property.Name));
        Assert.Equal("clock_nanosleep", listed.GetProperty("command")[1].GetString());
        Assert.Equal(conf, listed.GetProperty("config").GetString());
        JsonElement clock = listed.GetProperty("clocks").GetProperty("monotonic");
        Assert.Equal(["host", "virtual", "offset"], clock.EnumerateObject().Select(property => property.Name));
        Limits.AssertJustAfter(12345, decimal.Parse(clock.GetProperty("virtual").GetString()!, CultureInfo.InvariantCulture));

        Result human = (await Command.Launcher("--list").RunAsync()).Succeeded();
        string line = Assert.Single(human.Lines, line => line.TrimStart().StartsWith($"{waiting.Thread} ", StringComparison.Ordinal));

        // If another program on this machine has a virtual date, the table has a column for it.
        const string Clocks = @"3h 25m [0-9]+\.[0-9]{3}s +3d 12h 0m [0-9.]+s";
        Assert.Matches($@"^ *{waiting.Thread}  +{Clocks} +{conf} +/.*slot_wait clock_nanosleep [0-9]+$", line);
        Assert.Matches("^ *process +monotonic +boottime( +realtime)? +config file +command$", human.Lines[0]);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_on_the_hosts_clocks_is_not_listed()
    {
        using TemporaryDirectory directory = new();
        using RunningProgram cat = Command.Of("sh", "-c", "echo pid=$$; exec cat").With("LD_PRELOAD", null).Start();
        int pid = (int)await cat.ReadNumberAsync("pid");
        JsonElement[] all = await ListAsync(Command.Launcher("--list", "--json"));
        Assert.DoesNotContain(all, listed => listed.GetProperty("process").GetInt32() == pid);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Ordinary_user_sees_his_own_programs_only()
    {
        using OrdinaryUser user = new();
        string watch = user.Copy(await NativeProgram.BuildAsync("watch_clock.c"));
        using WaitingTarget roots = await WaitingTarget.StartAsync("--monotonic-at", "5s");
        using RunningProgram own = user.Launch("--monotonic-at", "7s", "--", "sh", "-c", "echo pid=$$; exec $0", watch).Start();
        int pid = (int)await own.ReadNumberAsync("pid");
        await own.ReadNumberAsync("clock");
        int[] listed = [.. (await ListAsync(user.Launch("--list", "--json"))).Select(program => program.GetProperty("process").GetInt32())];
        Assert.Contains(pid, listed);
        Assert.DoesNotContain(roots.Thread, listed);
    }

    // The launcher trusts the user's own processes and opens their file. This row shows that the file can be opened.
    [Theory(Timeout = Limits.Test)]
    [InlineData("65534", 1)]
    [InlineData("0", 2)]
    public async Task File_of_another_user_that_a_program_serves_is_not_opened(string user, int least)
    {
        await Needs.MountsAsync();
        Assert.SkipUnless(File.Exists("/dev/fuse"), "needs /dev/fuse");
        using TemporaryDirectory directory = new TemporaryDirectory().Public();
        string program = await NativeProgram.BuildAsync("launcher/fuse_file.c");
        using RunningProgram serving = Command.Of("unshare", "--mount", program, directory.Path, user).Start();
        await serving.ReadNumberAsync("process");
        (await Command.Launcher("--list").RunAsync()).Succeeded();
        serving.CloseInput();
        decimal opens = await serving.ReadNumberAsync("opens");
        Assert.True(user == "0" ? opens >= least : opens == least, $"opened {opens} times");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task What_a_terminal_would_obey_is_escaped()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("c\u001bonf\n\u202eü");
        string program = await NativeProgram.BuildAsync("launcher/overwrite_environment.c");
        string title = "server: \u001b[31mred\u0007\n\u009b1mfat ü";
        using RunningProgram server = Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", program, title).Start();
        int pid = (int)await server.ReadNumberAsync("pid");

        JsonElement listed = await FindAsync(Command.Launcher("--list", "--json"), pid);
        Assert.Equal([title], listed.GetProperty("command").EnumerateArray().Select(argument => argument.GetString()));
        Assert.Equal(conf, listed.GetProperty("config").GetString());
        string[][] forms = [["--list"], ["--list", "--json"], ["--config", conf], ["--config", conf, "--json"], ["--pid", $"{pid}"]];
        foreach (string[] form in forms)
        {
            string output = (await Command.Launcher(form).RunAsync()).Succeeded().Output;
            Assert.DoesNotContain(output, character => char.IsControl(character) && character != '\n');
            Assert.DoesNotContain('\u202e', output);
            Assert.Contains("ü", output, StringComparison.Ordinal);
        }

        IReadOnlyList<string> lines = (await Command.Launcher("--list").RunAsync()).Lines;
        string line = Assert.Single(lines, line => line.TrimStart().StartsWith($"{pid} ", StringComparison.Ordinal));
        Assert.EndsWith(@"c\x1bonf\x0a\xe2\x80\xaeü  server: \x1b[31mred\x07\x0a\xc2\x9b1mfat ü", line, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> FindAsync(Command list, int pid) =>
        Assert.Single(await ListAsync(list), listed => listed.GetProperty("process").GetInt32() == pid);

    private static async Task<JsonElement[]> ListAsync(Command list) =>
        [.. JsonDocument.Parse((await list.RunAsync()).Succeeded().Output).RootElement.EnumerateArray()];
}

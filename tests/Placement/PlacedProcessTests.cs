using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Placement;

/// <summary>The clocks of a program with a placed library can be shown, moved, saved and resumed like those of any other program.</summary>
public class PlacedProcessTests
{
    private const string Pid = "--pid";

    [Fact(Timeout = Limits.Test)]
    public async Task It_is_listed_and_shown_by_its_process_id()
    {
        using RunningProgram program = (await GoPrograms.LaunchAsync("wait", "1h")).Start();
        string pid = await program.ReadValueAsync("pid");
        StateJson state = await StateJson.OfAsync(Pid, pid);
        Limits.AssertJustAfter(GoPrograms.Clock, state.Virtual());
        Limits.AssertJustAfter(GoPrograms.Date, state.Virtual("realtime"));
        Result list = (await Command.Launcher("--list").RunAsync()).Succeeded();
        Assert.Contains(list.Lines, line => line.TrimStart().StartsWith(pid + " ", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Advance_ends_a_timer_that_is_queued()
    {
        using RunningProgram program = (await GoPrograms.LaunchAsync("wait", "1h")).Start();
        string pid = await program.ReadValueAsync("pid");
        Result advance = (await Command.Launcher(Pid, pid, "--advance", "1h").RunAsync()).Succeeded();
        Assert.Empty(advance.Error);
        Result result = (await program.EndAsync()).Succeeded();
        Assert.InRange(result.Number("waited"), 0, 60);
        Limits.AssertJustAfter(GoPrograms.Clock + 3600, result.Number("clock"));
        Limits.AssertJustAfter(GoPrograms.Date + 3600, result.Number("date"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Setting_back_makes_a_timer_longer()
    {
        using RunningProgram program = (await GoPrograms.LaunchAsync("wait", "2s")).Start();
        string pid = await program.ReadValueAsync("pid");
        (await Command.Launcher(Pid, pid, "--advance", "-2s").RunAsync()).Succeeded();
        Assert.InRange((await program.EndAsync()).Succeeded().Number("waited"), 2.5m, 60);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Config_file_saves_and_resumes_its_clocks()
    {
        using TemporaryDirectory directory = new();
        string config = directory.File("conf");
        Command launch = Command.Launcher("--config", config, "--monotonic-at=12345s", "--", await GoPrograms.PlacedAsync(), "wait", "2s");
        using RunningProgram program = launch.Start();
        await program.ReadValueAsync("pid");
        (await Command.Launcher("--config", config, "--save").RunAsync()).Succeeded();
        (await Command.Launcher("--config", config, "--monotonic-at", "5s", "--no-freeze").RunAsync()).Succeeded();
        (await Command.Launcher("--config", config, "--resume").RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, (await program.EndAsync()).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Another_command_joins_its_clocks()
    {
        using RunningProgram program = (await GoPrograms.LaunchAsync("wait", "1h")).Start();
        string pid = await program.ReadValueAsync("pid");
        Result joined = await Command.Launcher(Pid, pid, "--", await GoPrograms.PlacedAsync(), "clocks").RunAsync();
        GoPrograms.AssertVirtual(joined);
    }
}

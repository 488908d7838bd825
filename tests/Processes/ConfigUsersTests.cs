using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using VirtTime.Processes;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Processes;

/// <summary>Finds the processes that have a config file mapped.</summary>
public class ConfigUsersTests
{
    private static readonly TimeSpan s_storm = TimeSpan.FromSeconds(5);

    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_maps_the_file_is_found_with_all_its_threads()
    {
        using ConfigFile config = ConfigFile.Create(0);
        using MappingProgram program = await MappingProgram.StartAsync(config.Path, "rw", "thread", "thread");
        ConfigUser user = Assert.Single(UsersOf(config.Path).Users);
        Assert.Equal((program.ProcessId, false), (user.ProcessId, user.IsReadOnly));
        Assert.Equal(program.Threads.Order(), user.Threads.Select(thread => thread.Own).Order());
        Assert.All(user.Threads, thread => Assert.Equal(thread.Own, thread.Seen));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Mapping_that_cannot_be_written_is_told_apart()
    {
        using ConfigFile config = ConfigFile.Create(0);
        using MappingProgram program = await MappingProgram.StartAsync(config.Path, "ro");
        Assert.True(Assert.Single(UsersOf(config.Path).Users).IsReadOnly);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Private_mapping_is_no_use_of_the_file()
    {
        using ConfigFile config = ConfigFile.Create(0);
        using MappingProgram program = await MappingProgram.StartAsync(config.Path, "private");
        Assert.Empty(UsersOf(config.Path).Users);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_whose_first_thread_has_ended_is_found()
    {
        using ConfigFile config = ConfigFile.Create(0);
        using MappingProgram program = await MappingProgram.StartAsync(config.Path, "rw", "thread", "first-ends");
        await WaitForStateAsync(program.ProcessId, 'Z');
        ConfigUser user = Assert.Single(UsersOf(config.Path).Users);
        Assert.Equal(program.ProcessId, user.ProcessId);
        Assert.Contains(Assert.Single(program.Threads), user.Threads.Select(thread => thread.Own));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("plain")]
    [InlineData("two  words\tand a tab")]
    [InlineData("line\nfeed")]
    [InlineData("back\\slash\\012")]
    [InlineData("not gone (deleted)")]
    [InlineData("12-34 rw-s 0 00:00 1 x")]
    public async Task Name_of_the_file_does_not_matter(string name)
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllBytesAsync(directory.File(name), new byte[64], TestContext.Current.CancellationToken);
        using MappingProgram program = await MappingProgram.StartAsync(directory.File(name), "rw");
        Assert.Equal(program.ProcessId, Assert.Single(UsersOf(directory.File(name)).Users).ProcessId);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Deleted_file_is_not_mixed_up_with_the_one_that_took_its_place()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("conf");
        await File.WriteAllBytesAsync(path, new byte[64], TestContext.Current.CancellationToken);
        using SafeFileHandle deleted = File.OpenHandle(path);
        using MappingProgram program = await MappingProgram.StartAsync(path, "rw", "unlink");
        await File.WriteAllBytesAsync(path, new byte[64], TestContext.Current.CancellationToken);
        Assert.Equal(program.ProcessId, Assert.Single(UsersOf(deleted).Users).ProcessId);
        Assert.Empty(UsersOf(path).Users);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Thread_ids_are_those_of_the_innermost_process_namespace()
    {
        Needs.Root();
        Needs.Tool("unshare");
        using ConfigFile config = ConfigFile.Create(0);
        using MappingProgram program = await MappingProgram.StartAsync(
            command => Command.Of("unshare", ["--pid", "--fork", "--kill-child", command.File, .. command.Arguments]),
            config.Path, "rw", "thread");
        Assert.Equal(1, program.ProcessId);
        ConfigUser user = Assert.Single(UsersOf(config.Path).Users);
        Assert.Equal(program.Threads.Order(), user.Threads.Select(thread => thread.Own).Order());
        Assert.All(user.Threads, thread => Assert.NotEqual(thread.Own, thread.Seen));
        Assert.Contains(user.ProcessId, user.Threads.Select(thread => thread.Seen));
    }

    [Fact]
    public void Who_could_not_be_asked_is_said()
    {
        using ConfigFile config = ConfigFile.Create(0);
        HashSet<string> closed = [.. ClosedProcesses()];
        ConfigUsers users = UsersOf(config.Path);
        closed.IntersectWith(ClosedProcesses());
        Assert.Equal(closed.Order(), users.Closed.Select(pid => $"{pid}").Order());
        Assert.Equal(closed.Count > 0, users.BlindSpots.HasFlag(BlindSpots.ClosedProcesses));
        Assert.Equal(users.BlindSpots == BlindSpots.None, users.SawEverybody);
    }

    [Fact]
    public void Process_namespace_within_the_machines_is_a_blind_spot()
    {
        using ConfigFile config = ConfigFile.Create(0);
        const string Second = "/proc/2/stat";
        bool isMachines = File.Exists(Second) && File.ReadAllText(Second).StartsWith("2 (kthreadd) ", StringComparison.Ordinal);
        Assert.NotEqual(isMachines, UsersOf(config.Path).BlindSpots.HasFlag(BlindSpots.UnseenProcesses));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Processes_may_come_and_go_meanwhile()
    {
        using ConfigFile config = ConfigFile.Create(0);
        using MappingProgram program = await MappingProgram.StartAsync(config.Path, "rw");
        using RunningProgram storm = Command.Of("sh", "-c", "i=0; while :; do /bin/true & i=$((i + 1)); [ $((i % 100)) != 0 ] || wait; done").Start();
        Stopwatch time = Stopwatch.StartNew();
        for (int look = 0; look < 20 || time.Elapsed < s_storm; look++)
            Assert.Equal(program.ProcessId, Assert.Single(UsersOf(config.Path).Users).ProcessId);
    }

    internal static ConfigUsers UsersOf(SafeFileHandle file) => ConfigUsers.Of((int)file.DangerousGetHandle());

    internal static ConfigUsers UsersOf(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return UsersOf(file);
    }

    private static IEnumerable<string> ClosedProcesses() => Directory.GetDirectories("/proc").Select(path => Path.GetFileName(path))
        .Where(name => name.All(char.IsAsciiDigit) && IsClosed($"/proc/{name}/maps"));

    private static bool IsClosed(string maps)
    {
        try
        {
            File.OpenRead(maps).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task WaitForStateAsync(int pid, char state)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (!File.ReadAllText($"/proc/{pid}/stat").Contains($") {state} ", StringComparison.Ordinal))
        {
            Assert.True(time.Elapsed.TotalSeconds < 30);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}

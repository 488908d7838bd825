using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary><c>--pid</c> takes exactly the file that the process has mapped, whatever names and environment say.</summary>
public class ProcessFileTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Program_that_has_overwritten_its_environment_is_found()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string program = await NativeProgram.BuildAsync("launcher/overwrite_environment.c");
        using RunningProgram server = Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", program, "server: idle").Start();
        int pid = (int)await server.ReadNumberAsync("pid");
        string environment = await File.ReadAllTextAsync($"/proc/{pid}/environ", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("VIRT_TIME_CONF", environment, StringComparison.Ordinal);
        Assert.Equal(conf, (await StateJson.OfAsync("--pid", $"{pid}")).Config);
        await AssertAdjustsAsync(server, pid);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Environment_that_names_another_config_file_is_not_followed()
    {
        using TemporaryDirectory directory = new();
        using ConfigFile other = ConfigFile.Create(-5000);
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        string script = "echo pid=$$; exec \"$0\"";
        using RunningProgram program = Command.Launcher("--config", directory.File("conf"), "--", "sh", "-c", script, watch).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        await program.ReadNumberAsync("clock");
        File.Delete(directory.File("conf"));
        File.Copy(other.Path, directory.File("conf"));
        await Command.Launcher("--pid", $"{pid}", "--monotonic-at", "777s").RunAsync();
        using ConfigFile copy = ConfigFile.Open(directory.File("conf"));
        Assert.Equal((-5000, -5000), (other.Offset, copy.Offset));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_was_moved_is_found_and_the_one_in_its_place_left_alone()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using RunningProgram program = await StartWatchAsync("--monotonic-at", "12345s", "--config", conf);
        int pid = (int)await program.ReadNumberAsync("pid");
        await program.ReadNumberAsync("clock");
        File.Move(conf, directory.File("line\nfeed, back\\slash and \t"));
        StateJson other = await StateJson.OfAsync("--config", conf, "--monotonic-at", "5s");
        await AssertAdjustsAsync(program, pid);
        Assert.Equal(directory.File("line\nfeed, back\\slash and \t"), (await StateJson.OfAsync("--pid", $"{pid}")).Config);
        Assert.Equal(other.Offset(), (await StateJson.OfAsync("--config", conf)).Offset());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Deleted_file_is_reached_by_root()
    {
        Needs.Root();
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using RunningProgram program = await StartWatchAsync("--monotonic-at", "12345s", "--config", conf);
        int pid = (int)await program.ReadNumberAsync("pid");
        await program.ReadNumberAsync("clock");
        File.Delete(conf);
        Assert.Equal(conf + " (deleted)", (await StateJson.OfAsync("--pid", $"{pid}")).Config);
        await AssertAdjustsAsync(program, pid);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Deleted_file_is_named_where_it_cannot_be_reached()
    {
        using OrdinaryUser user = new();
        string watch = user.Copy(await NativeProgram.BuildAsync("watch_clock.c"));
        string conf = user.PathOf("conf");
        using RunningProgram program = user.Launch("--config", conf, "--", "sh", "-c", "echo pid=$$; exec $0", watch).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        await program.ReadNumberAsync("clock");
        Command show = user.Launch("--pid", $"{pid}", "--json");
        Assert.Equal(conf, StateJson.Of(await show.RunAsync()).Config);
        File.Delete(conf);
        AssertRefused(await show.RunAsync(), $"virttime-run cannot open its config file {conf} (deleted); run virttime-run as root");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_that_are_exchanged_meanwhile_lead_to_no_other_file(bool byOrdinaryUser)
    {
        using OrdinaryUser user = new();
        (string conf, string other) = (user.PathOf("conf"), user.PathOf("other"));
        Command Launch(params string[] options) => byOrdinaryUser ? user.Launch(options) : Command.Launcher(options);
        StateJson victim = StateJson.Of(await Launch("--config", other, "--monotonic-at", "5s", "--json").RunAsync());
        string watch = user.Copy(await NativeProgram.BuildAsync("watch_clock.c"));
        string[] command = ["--", "sh", "-c", "echo pid=$$; exec $0", watch];
        using RunningProgram program = Launch(["--monotonic-at", "12345s", "--config", conf, .. command]).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        await program.ReadNumberAsync("clock");
        string exchange = await NativeProgram.BuildAsync("launcher/exchange_names.c");
        using RunningProgram exchanging = (Command.Of(exchange, conf, other) with { Limit = TimeSpan.FromSeconds(100) }).Start();
        await exchanging.ReadNumberAsync("ready");
        const int Moves = 40;
        int succeeded = 0;
        for (int i = 0; i < Moves; i++)
            succeeded += (await Launch("--pid", $"{pid}", "--monotonic-offset", "+1w").RunAsync()).ExitCode == 0 ? 1 : 0;
        exchanging.CloseInput();
        (await exchanging.EndAsync()).Succeeded();
        Assert.InRange(succeeded, 1, Moves);
        decimal[] offsets = [(await StateJson.OfAsync("--config", conf)).Offset(), (await StateJson.OfAsync("--config", other)).Offset()];
        Assert.Contains(victim.Offset(), offsets);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("rw", 65533, "belongs to neither the process's user nor root")]
    [InlineData("ro", 0, "may only read")]
    public async Task File_that_is_not_the_users_is_not_written_for_him(string mode, int owner, string reason)
    {
        using OrdinaryUser user = new();
        using ConfigFile config = ConfigFile.Create(-5000, VirtTime.Format.ConfigLayout.CFileSize);
        string file = user.PathOf("conf");
        (await Command.Of("cp", "--sparse=always", config.Path, file).RunAsync()).Succeeded();
        File.SetUnixFileMode(file, (UnixFileMode)0b110_110_110);
        (await Command.Of("chown", $"{owner}", file).RunAsync()).Succeeded();
        string program = user.Copy(await NativeProgram.BuildAsync("launcher/map_file.c"));
        using RunningProgram mapping = OrdinaryUser.Run(Command.Of(program, file, mode).With("VIRT_TIME_CONF", file)).Start();
        int pid = (int)await mapping.ReadNumberAsync("process");
        AssertRefused(await Command.Launcher("--pid", $"{pid}", "--monotonic-at", "777s").RunAsync(), reason);
        using ConfigFile after = ConfigFile.Open(file);
        Assert.Equal(-5000, after.Offset);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_of_roots_that_the_process_may_write_is_written()
    {
        using OrdinaryUser user = new();
        using ConfigFile config = ConfigFile.Create(-5000, VirtTime.Format.ConfigLayout.CFileSize);
        string file = user.PathOf("conf");
        (await Command.Of("cp", "--sparse=always", config.Path, file).RunAsync()).Succeeded();
        File.SetUnixFileMode(file, (UnixFileMode)0b110_110_110);
        string watch = user.Copy(await NativeProgram.BuildAsync("watch_clock.c"));
        using RunningProgram program = user.Launch("--config", file, "--", "sh", "-c", "echo pid=$$; exec $0", watch).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        await program.ReadNumberAsync("clock");
        await AssertAdjustsAsync(program, pid);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Shared_memory_that_is_no_config_file_is_not_mentioned()
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllBytesAsync(directory.File("data"), new byte[5000], TestContext.Current.CancellationToken);
        string program = await NativeProgram.BuildAsync("launcher/map_file.c");
        foreach (string file in (string[])[directory.File("data"), "/dev/zero"])
        {
            using RunningProgram mapping = Command.Of(program, file, "rw").With("VIRT_TIME_CONF", null).Start();
            int pid = (int)await mapping.ReadNumberAsync("process");
            AssertRefused(await Command.Launcher("--pid", $"{pid}").RunAsync(), "has no config file mapped");
        }
    }

    private static async Task AssertAdjustsAsync(RunningProgram program, int pid)
    {
        Result result = (await Command.Launcher("--pid", $"{pid}", "--monotonic-at", "98765s").RunAsync()).Succeeded();
        Assert.Equal(("", ""), (result.Output, result.Error));
        await program.WriteAsync("\n");
        Limits.AssertJustAfter(98765, await program.ReadNumberAsync("clock"));
    }

    private static async Task<RunningProgram> StartWatchAsync(params string[] options)
    {
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        return Command.Launcher([.. options, "--", "sh", "-c", "echo pid=$$; exec \"$0\"", watch]).Start();
    }

    private static void AssertRefused(Result result, string expected)
    {
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("virttime-run: --pid ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }
}

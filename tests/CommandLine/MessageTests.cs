using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Messages that give the true reason.</summary>
public class MessageTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_is_not_dumpable_is_not_said_to_belong_to_somebody_else()
    {
        using OrdinaryUser user = new();
        using RunningProgram program = OrdinaryUser.Run(Command.Of(user.Copy(await NativeProgram.BuildAsync("launcher/not_dumpable.c")))).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        Result own = await user.Launch("--pid", $"{pid}").RunAsync();
        Assert.Equal(
            $"virttime-run: --pid {pid}: may not be read, even by its own user (it is not dumpable, or has more privileges); run virttime-run as root",
            Assert.Single(own.ErrorLines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Root_is_not_told_to_run_as_root()
    {
        Needs.Root();
        // Newer kernels also let a process with CAP_PERFMON read another process's mappings.
        string[] privileges = ["--bounding-set=-sys_ptrace,-perfmon,-sys_admin,-dac_override,-dac_read_search", "--inh-caps=-all"];
        using OrdinaryUser user = new();
        using RunningProgram program = OrdinaryUser.Run(Command.Of(user.Copy(await NativeProgram.BuildAsync("launcher/not_dumpable.c")))).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        Result result = await Command.Of(Needs.Tool("setpriv"), [.. privileges, Paths.Launcher, "--pid", $"{pid}"]).RunAsync();
        string line = Assert.Single(result.ErrorLines);
        Assert.Equal(
            $"virttime-run: --pid {pid}: may not be read, even by root: virttime-run lacks CAP_SYS_PTRACE; run it with that capability (in a container: --cap-add SYS_PTRACE)",
            line);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Zombie_is_named()
    {
        const string Source = "import os, time; pid = os.fork(); pid or os._exit(0); print('pid=%d' % pid, flush=True); time.sleep(60)";
        using RunningProgram program = Command.Of(Needs.Tool("python3"), "-c", Source).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Result result = await Command.Launcher("--pid", $"{pid}").RunAsync();
        Assert.Equal(
            $"virttime-run: --pid {pid}: has exited and is a zombie: its parent has not read its exit status yet", Assert.Single(result.ErrorLines));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at")]
    [InlineData("--realtime-at")]
    [InlineData("--config")]
    [InlineData("-p")]
    public async Task Value_that_is_left_out_before_the_command_is_missed(string option)
    {
        Result result = await Command.Launcher(option, "--", "ls").RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Equal($"virttime-run: {option}: needs a value; see virttime-run --help", Assert.Single(result.ErrorLines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Library_that_may_not_be_looked_for_is_not_said_to_be_missing()
    {
        using OrdinaryUser user = new();
        Directory.CreateDirectory(user.PathOf("bin"));
        Directory.CreateDirectory(user.PathOf("lib/virttime"));
        string launcher = user.PathOf("bin/virttime-run");
        File.Copy(user.Launcher, launcher);
        File.Copy(Paths.Library, user.PathOf("lib/virttime/libvirttime.so"));
        File.SetUnixFileMode(user.PathOf("lib"), (UnixFileMode)0b111_000_000);
        File.SetUnixFileMode(user.PathOf("bin"), (UnixFileMode)0b111_101_101);
        Result result = await OrdinaryUser.Run(Command.Of(launcher, "--", "true")).RunAsync();
        Assert.Equal(125, result.ExitCode);
        string library = user.PathOf("lib/virttime/libvirttime.so");
        Assert.StartsWith($"virttime-run: {library}: cannot be searched for (permission denied)", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(true, "-v")]
    [InlineData(false, "-v", "--realtime-offset", "0")]
    [InlineData(false)]
    public async Task Host_date_that_can_be_set_is_said_where_it_is_asked_for(bool isSaid, params string[] options)
    {
        Needs.Root();
        string? space = File.ResolveLinkTarget("/proc/self/ns/user", false)?.Name;
        Assert.SkipUnless(space == "user:[4026531837]", "needs root of the machine's own user namespace");
        string[] command = [Paths.Launcher, .. options, "--", "true"];
        Result with = (await Command.Of(command[0], command[1..]).RunAsync()).Succeeded();
        Assert.Equal(isSaid, with.Error.Contains("a program that sets the date sets the host's", StringComparison.Ordinal));
        string[] without = ["--bounding-set=-sys_time", "--inh-caps=-sys_time", .. command];
        Assert.DoesNotContain("sets the host's", (await Command.Of(Needs.Tool("setpriv"), without).RunAsync()).Succeeded().Error, StringComparison.Ordinal);
    }
}

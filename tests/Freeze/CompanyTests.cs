using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Freezing;

/// <summary>A waiting thread is moved while its process does things that make it hard to stop (<c>tests/programs/freeze/company.c</c>).</summary>
public class CompanyTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("threads")]
    [InlineData("forks")]
    [InlineData("execs")]
    [InlineData("vfork")]
    [InlineData("leader")]
    [InlineData("epoll")]
    [InlineData("sigwait")]
    [InlineData("handled")]
    [InlineData("ignored")]
    public async Task Wakes_and_nobody_else_notices(string kind)
    {
        (RunningProgram program, int pid) = await Moving.StartAsync("company", kind);
        using (program)
        {
            for (int i = 0; i < 6; i++)
                await Moving.AdvanceAsync(pid, "9m");
            await Moving.AdvanceAsync(pid, "6m");
            Result result = (await program.EndAsync()).Succeeded();
            Assert.Equal(("1", "0"), (result.Value("woken"), result.Value("disturbed")));
            Assert.Equal(kind == "handled" ? "1" : "0", result.Value("handled"));
        }
    }

    // A thread that calls exec waits until the other threads are reaped. A launcher that traces them must not wait for the exec meanwhile.
    [Fact(Timeout = Limits.Test)]
    public async Task Exec_from_a_thread_does_not_block_the_launcher()
    {
        const int Moves = 200;
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string program = await NativeProgram.BuildAsync("freeze/exec_from_thread.c");
        Command start = Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", program, "10000000");
        using RunningProgram running = (start with { Limit = TimeSpan.FromSeconds(90) }).Start();
        int pid = (int)await running.ReadNumberAsync("pid");
        int moved = 0;
        for (int i = 0; i < Moves; i++)
        {
            // Between two programs, no process uses the file. A program that calls exec in a loop may be too fast to be stopped. Either is refused
            // with 125.
            Command move = Command.Launcher("--config", conf, "--advance", "1s") with { Limit = TimeSpan.FromSeconds(15) };
            Result result = await move.RunAsync();
            Assert.Contains(result.ExitCode, (int[])[0, 125]);
            moved += result.ExitCode == 0 ? 1 : 0;
        }

        Assert.InRange(moved, Moves / 2, Moves);
        Assert.True(Directory.Exists($"/proc/{pid}"));
        (await Command.Of("kill", "-KILL", $"{pid}").RunAsync()).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Command_starts_on_the_clocks_of_a_program_that_is_in_vfork()
    {
        using TemporaryDirectory directory = new();
        string company = await NativeProgram.BuildAsync("freeze/company.c");
        string conf = directory.File("conf");
        (RunningProgram program, int pid) = await Moving.StartAsync(
            Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", company, "vfork"));
        using (program)
        {
            // The command runs until long after the thread has woken.
            Task<Result> command = Command.Launcher("--pid", $"{pid}", "--advance", "1h", "--", "sleep", "4").RunAsync();
            Assert.Equal("1", (await program.EndAsync()).Succeeded().Value("woken"));
            Assert.False(command.IsCompleted);
            Assert.Equal(0, (await command).ExitCode);
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Stopped_process_stays_stopped()
    {
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s");
        (await Command.Of("kill", "-STOP", $"{waiting.Thread}").RunAsync()).Succeeded();
        await StateAsync(waiting.Thread, 'T');
        await Moving.AdvanceAsync(waiting.Thread, "-1h");
        await Moving.AdvanceAsync(waiting.Thread, "2h");
        Assert.Equal('T', await StateAsync(waiting.Thread, 'T'));
        (await Command.Of("kill", "-CONT", $"{waiting.Thread}").RunAsync()).Succeeded();
        Assert.Equal("error=0", await waiting.ReadLineAsync());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("sem_clockwait", 110)]
    [InlineData("pthread_cond_clockwait", 110)]
    [InlineData("clock_nanosleep", 0)]
    public async Task Wait_that_has_been_stopped_and_continued_is_moved(string function, int error)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string program = await NativeProgram.BuildAsync("slot_wait.c");
        using RunningProgram waiting = Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", program, function, "3600000").Start();
        int thread = (int)await waiting.ReadNumberAsync("thread");
        using (ConfigFile file = ConfigFile.Open(conf))
            await file.InFlightAsync(thread);
        await waiting.ReadNumberAsync("deadline");
        await StateAsync(thread, 'S');
        foreach ((string signal, char state) in new[] { ("-STOP", 'T'), ("-CONT", 'S') })
        {
            (await Command.Of("kill", signal, $"{thread}").RunAsync()).Succeeded();
            Assert.Equal(state, await StateAsync(thread, state));
        }

        await Moving.AdvanceAsync(thread, "59m");
        await Moving.AdvanceAsync(thread, "1m");
        Assert.Equal(error, await waiting.ReadNumberAsync("error"));
        Assert.InRange(await waiting.ReadNumberAsync("late_ms"), 0, decimal.MaxValue);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task All_processes_with_the_file_are_moved_together_in_whatever_namespace()
    {
        Needs.Root();
        Needs.Tool("unshare");
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string[] run = ["--config", conf, "--monotonic-offset", "+400d", "--", await NativeProgram.BuildAsync("slot_wait.c"), "sem_clockwait", "3600000"];
        using RunningProgram here = Command.Launcher(run).Start();
        using RunningProgram there = Command.Of("unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", Paths.Launcher, .. run]).Start();
        int thread = (int)await here.ReadNumberAsync("thread");
        Assert.Equal(1, await there.ReadNumberAsync("thread"));
        using (ConfigFile file = ConfigFile.Open(conf))
        {
            await file.InFlightAsync(thread);
            await file.InFlightAsync(1);
        }

        Result result = (await Command.Launcher("--config", conf, "--advance", "1h", "--verbose").RunAsync()).Succeeded();
        Assert.Contains("stopped 2 threads of 2 processes for ", result.Error, StringComparison.Ordinal);
        foreach (RunningProgram program in new[] { here, there })
        {
            await program.ReadNumberAsync("deadline");
            Assert.Equal("error=110", await program.ReadLineAsync());
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Thousands_of_threads_are_moved_at_once()
    {
        const int Threads = 2000;
        (RunningProgram program, int pid) = await Moving.StartAsync("many_waits", $"{Threads}", "3600");
        using (program)
        {
            Result result = (await Moving.Advance(pid, "1h", "--verbose").RunAsync()).Succeeded();
            Assert.Contains($"stopped {Threads + 1} threads of 1 processes for ", result.Error, StringComparison.Ordinal);
            Result end = (await program.EndAsync()).Succeeded();
            Assert.Equal((Threads, 0), (end.Number("woken"), end.Number("early")));
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Program_that_begins_to_wait_at_the_last_moment_is_moved_as_well(bool hasCompany)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string program = await NativeProgram.BuildAsync("slot_wait.c");
        (await Command.Launcher("--monotonic-at", "12345s", "--config", conf).RunAsync()).Succeeded();
        using WaitingTarget? company = hasCompany ? await WaitingTarget.StartAsync("--config", conf) : null;
        using ConfigFile file = ConfigFile.Open(conf);
        string script = $"read go; exec env LD_PRELOAD='{Paths.Library}' VIRT_TIME_CONF='{conf}' '{program}' sem_clockwait 3600000";
        using RunningProgram late = Command.Of("sh", "-c", script).Start();

        // The launcher locks the file after it has looked for the processes that use it. The delay gives another program time to start in between.
        string[] delayed = ["-f", "-o", "/dev/null", "-e", "inject=flock:delay_enter=3000000:when=1"];
        Task<Result> advance = Command.Of(Needs.Tool("strace"), [.. delayed, Paths.Launcher, "--config", conf, "--advance", "1h"]).RunAsync();
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        await late.WriteAsync("\n");
        int thread = (int)await late.ReadNumberAsync("thread");
        await file.InFlightAsync(thread);
        Assert.False(advance.IsCompleted);
        (await advance).Succeeded();
        await late.ReadNumberAsync("deadline");
        Assert.Equal(110, await late.ReadNumberAsync("error"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("gcc", "")]
    [InlineData("gcc", "seccomp")]
    [InlineData("musl-gcc", "")]
    [InlineData("musl-gcc", "seccomp")]
    public async Task Another_libc_and_a_sandbox_make_no_difference(string compiler, string sandbox)
    {
        using TemporaryDirectory directory = new();
        string program = directory.File("program");
        string[] kernelHeaders = compiler == "gcc" ? ["-pthread"] : ["-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu"];
        string source = Path.Combine(Paths.Programs, "freeze", "shut_in.c");
        (await Command.Of(Needs.Tool(compiler), ["-O2", "-D_GNU_SOURCE", .. kernelHeaders, "-o", program, source]).RunAsync()).Succeeded();
        (RunningProgram waiting, int pid) = await Moving.StartAsync(Command.Launcher("--monotonic-at", "12345s", "--", program, sandbox));
        using (waiting)
        {
            for (int i = 0; i < 1000 && (await StateJson.OfAsync("--pid", $"{pid}")).InFlight.Count < 3; i++)
                await Task.Delay(10, TestContext.Current.CancellationToken);
            await Moving.AdvanceAsync(pid, "59m");
            await Moving.AdvanceAsync(pid, "1m");
            Assert.Equal(["woken=condition", "woken=sleep", "woken=futex"], (await waiting.EndAsync()).Succeeded().Lines.Skip(1));
        }
    }

    private static async Task<char> StateAsync(int pid, char expected)
    {
        char state = ' ';
        for (int i = 0; i < 500 && state != expected; i++)
        {
            string stat = await File.ReadAllTextAsync($"/proc/{pid}/stat", TestContext.Current.CancellationToken);
            state = stat[stat.LastIndexOf(')') + 2];
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        return state;
    }
}

using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Slots;

/// <summary>
/// Slots of killed threads, while others use the file. They do not hinder other threads, and the launcher frees them when it changes the clocks.
/// </summary>
public class KilledThreadTests
{
    private const int Thread = 1;

    [Fact(Timeout = Limits.Test)]
    public async Task Ordinary_user_changes_the_clocks_after_a_program_in_another_process_namespace_was_killed()
    {
        using OrdinaryUser user = new();
        string unshare = Needs.Tool("unshare");
        Result possible = await OrdinaryUser.Run(Command.Of(unshare, "-Ur", "--pid", "--fork", "--mount-proc", "true")).RunAsync();
        Assert.SkipUnless(possible.ExitCode == 0, "needs a PID namespace of an ordinary user: " + possible.Error.Trim());

        string path = user.PathOf("conf");
        string program = user.Copy(await NativeProgram.BuildAsync("slot_wait.c"));
        (await Run(user, "--monotonic-at", "1000s", "--config", path).RunAsync()).Succeeded();
        using RunningProgram other = Run(user, "--config", path, "--", "sleep", "100").Start();
        string[] options = ["-Ur", "--pid", "--fork", "--kill-child", "--mount-proc", user.Launcher, "--config", path, "--", program, "clock_nanosleep", "60000"];
        using ConfigFile config = ConfigFile.Open(path);
        using (RunningProgram killed = OrdinaryUser.Run(Command.Of(unshare, options)).Start())
        {
            Assert.Equal(Thread, (int)await killed.ReadNumberAsync("thread"));
            await config.InFlightAsync(Thread);
        }

        Assert.NotEqual(0, config.SlotClock(Thread));
        await UntilChangedAsync(user, path);
        Assert.Equal((0, 0), (config.Slot(Thread), config.SlotClock(Thread)));
        (await Run(user, "--config", path, "--save").RunAsync()).Succeeded();
    }

    // The killed program may take some time to end.
    private static async Task UntilChangedAsync(OrdinaryUser user, string path)
    {
        Result result = await Run(user, "--config", path, "--advance", "1h").RunAsync();
        for (int i = 0; i < 20 && result.ExitCode != 0; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            result = await Run(user, "--config", path, "--advance", "1h").RunAsync();
        }

        result.Succeeded();
    }

    private static Command Run(OrdinaryUser user, params string[] arguments) => OrdinaryUser.Run(Command.Of(user.Launcher, arguments));
}

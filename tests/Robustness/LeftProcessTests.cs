using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>All processes that a test starts end with the test.</summary>
public class LeftProcessTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Process_whose_parent_has_ended_is_killed_with_the_program()
    {
        int orphan;
        using (RunningProgram program = Command.Of("sh", "-c", "(sleep 600 >&- 2>&- & echo pid=$!); exec cat").Start())
            orphan = (int)await program.ReadNumberAsync("pid");
        string cmdline = $"/proc/{orphan}/cmdline";
        for (int i = 0; i < 500 && IsSleep(cmdline); i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.False(IsSleep(cmdline));
    }

    // The file is empty for a process that has ended and was not reaped yet.
    private static bool IsSleep(string cmdline)
    {
        try
        {
            return File.ReadAllText(cmdline).StartsWith("sleep", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace VirtTime.Tests.Harness;

/// <summary>A program that was started and that the test can exchange lines with.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Command _command;
    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly StringBuilder _output = new();
    private readonly long _start = Stopwatch.GetTimestamp();

    // Kills the program when the test's time is up, so that code that waits for the program does not hang.
    private readonly CancellationTokenRegistration _cancellation;

    public RunningProgram(Command command, ProcessStartInfo start)
    {
        _command = command;
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
        _cancellation = TestContext.Current.CancellationToken.Register(Kill);
    }

    /// <summary>The process group of the program. It contains no other program.</summary>
    public int ProcessGroup => _process.Id;

    public async Task WriteAsync(string input)
    {
        try
        {
            await _process.StandardInput.WriteAsync(input);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // The program has ended or closed its input. Its result shows the reason.
        }
    }

    public void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The same as above.
        }
    }

    /// <summary>Returns the next line of output; fails the test if there is none.</summary>
    public async Task<string> ReadLineAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync();
        if (line == null)
            Assert.Fail($"{_command} ended before it was expected to\n{await EndAsync()}");
        _output.AppendLine(line);
        return line;
    }

    /// <summary>Returns the value of the next line, which must have the form <c>key=value</c>.</summary>
    public async Task<string> ReadValueAsync(string key)
    {
        string line = await ReadLineAsync();
        Assert.StartsWith(key + "=", line, StringComparison.Ordinal);
        return line[(key.Length + 1)..];
    }

    public async Task<decimal> ReadNumberAsync(string key) =>
        decimal.Parse(await ReadValueAsync(key), CultureInfo.InvariantCulture);

    /// <summary>Waits until the program ends.</summary>
    public async Task<Result> EndAsync()
    {
        _output.Append(await _process.StandardOutput.ReadToEndAsync());
        string error = await _error;
        await _process.WaitForExitAsync();
        Result result = new(_process.ExitCode, _output.ToString(), error, Stopwatch.GetElapsedTime(_start));
        if (result.ExitCode == Command.Killed && result.Duration >= _command.Limit)
            Assert.Fail($"{_command} hung: killed after {_command.Limit.TotalSeconds} s\n{result}");
        return result;
    }

    public void Dispose()
    {
        _cancellation.Dispose();
        Kill();
        _process.Dispose();
    }

    private void Kill()
    {
        if (_process.HasExited)
            return;
        _process.Kill(entireProcessTree: true);

        // .NET finds the tree by the ids of parents, so it misses a process whose parent has ended. That process is still in the group that
        // timeout(1) made.
        Debug.Assert(ProcessGroup > 1, "kill(2) would mean other processes");
        Mono.Unix.Native.Syscall.kill(-ProcessGroup, Mono.Unix.Native.Signum.SIGKILL);
    }
}

using System.Diagnostics;

namespace VirtTime.Bench;

/// <summary>Processes that sleep until this object is disposed.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly Process _first;

    /// <param name="program">The built tests/programs/bench/crowd.c.</param>
    /// <param name="size">The number of processes.</param>
    /// <exception cref="BenchException">The machine does not allow so many processes.</exception>
    public Crowd(string program, int size)
    {
        ProcessStartInfo start = new(program, [$"{size}"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _first = Process.Start(start) ?? throw new BenchException($"{program}: cannot be started");
        if (_first.StandardOutput.ReadLine() != "ready")
            throw new BenchException($"{size} processes more are not allowed here");
    }

    public void Dispose()
    {
        _first.StandardInput.Close();
        _first.WaitForExit();
        _first.Dispose();
    }
}

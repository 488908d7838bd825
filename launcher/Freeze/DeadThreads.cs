using VirtTime.Native;

namespace VirtTime.Freeze;

/// <summary>
/// The threads that are traced, buried when they have ended, by another thread than the one who traces. A program that execs from a thread waits until all
/// its others are buried, and who wants to trace that one waits for the exec: the tracer would wait for itself.
/// </summary>
internal sealed unsafe class DeadThreads
{
    private readonly List<int> _traced = [];

    /// <summary>Said by the tracer, once it traces a thread.</summary>
    public void Add(int thread)
    {
        lock (_traced)
            _traced.Add(thread);
    }

    /// <summary>Buries those that have ended; whoever looks for one then finds it gone. Stops are left for the tracer to see.</summary>
    /// <remarks>One by one by their ids: this process may have children of its own, from before it was the launcher.</remarks>
    public void Bury()
    {
        const int InformationSize = 128;
        byte* information = stackalloc byte[InformationSize];
        int[] traced;
        lock (_traced)
            traced = [.. _traced];
        foreach (int thread in traced)
            SystemCalls.waitid(SystemCalls.P_PID, thread, information, SystemCalls.WEXITED | SystemCalls.WNOHANG | SystemCalls.__WALL);
    }
}

namespace VirtTime.Freeze;

/// <summary>
/// Buries the traced threads that have ended, also while the tracing thread is held up. A program that execs from a thread waits until all its other threads
/// are buried, and <c>PTRACE_SEIZE</c> of that thread waits for the exec: without a second thread, the tracer would wait for itself.
/// </summary>
internal sealed class DeadThreads
{
    private readonly HashSet<int> _traced = [];

    // Between the look at a report and its taking, no other thread may take it: the id could belong to a new thread then, whose stop would be taken.
    private readonly Lock _burying = new();

    private int _progress;
    private int _seenProgress;

    /// <summary>The tracer calls this once it traces a thread.</summary>
    public void Add(int thread)
    {
        lock (_traced)
            _traced.Add(thread);
        NoteProgress();
    }

    /// <summary>The tracer calls this when a thread has stopped or ended.</summary>
    public void NoteProgress() => Interlocked.Increment(ref _progress);

    /// <summary>Buries all that have ended, if the tracer has made no progress since the last call.</summary>
    /// <remarks>
    /// To ask for thousands while it makes some would cost the processor that they need to stop. One by one by their ids: this process may have children of its
    /// own, from before it was the launcher.
    /// </remarks>
    public void BuryIfHeldUp()
    {
        int progress = Volatile.Read(ref _progress);
        if (progress != _seenProgress)
        {
            _seenProgress = progress;
            return;
        }

        int[] traced;
        lock (_traced)
            traced = [.. _traced];
        foreach (int thread in traced)
            Bury(thread);
    }

    /// <summary>Buries a thread if it has ended.</summary>
    /// <remarks>
    /// The kernel reports the stop of a traced thread to each thread of the tracer's process, whatever options <c>waitid</c> is given, and once only. So the report is
    /// looked at first, and taken only where it is the thread's end.
    /// </remarks>
    public void Bury(int thread)
    {
        lock (_burying)
        {
            if (!ThreadReport.Of(thread).IsEnd)
                return;
            ThreadReport.TakeEnd(thread);
        }

        lock (_traced)
            _traced.Remove(thread);
    }
}

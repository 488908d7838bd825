namespace VirtTime.Freeze;

/// <summary>Reaps traced threads that have ended, also while the tracing thread is blocked by an exec. README.md, "An exec from a thread".</summary>
internal sealed class DeadThreads
{
    private readonly HashSet<int> _traced = [];

    // A thread of the launcher holds this lock while it looks at a report and takes it. Without the lock, the other thread could take the report first,
    // the kernel could give the id to a new thread, and this thread would take the report of that new thread's stop.
    private readonly Lock _reaping = new();

    private int _progress;
    private int _seenProgress;

    /// <summary>Adds a thread. The tracer calls this when it begins to trace the thread.</summary>
    public void Add(int thread)
    {
        lock (_traced)
            _traced.Add(thread);
        NoteProgress();
    }

    /// <summary>Notes progress. The tracer calls this when a thread has stopped or ended.</summary>
    public void NoteProgress() => Interlocked.Increment(ref _progress);

    /// <summary>Reaps all threads that have ended, if the tracer has made no progress since the last call.</summary>
    /// <remarks>
    /// While the tracer makes progress, asking about thousands of threads would only take processor time from the threads that have to stop. The method
    /// asks about each id by itself, because this process may have had children before it executed the launcher.
    /// </remarks>
    public void ReapIfStuck()
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
            ReapIfEnded(thread);
    }

    /// <summary>Reaps a thread if it has ended.</summary>
    /// <remarks>
    /// The kernel reports the stop of a traced thread to every thread of the tracer's process, whatever options <c>waitid</c> has, and only once. So
    /// this method first looks at the report, and takes it only if it is the thread's end.
    /// </remarks>
    public void ReapIfEnded(int thread)
    {
        lock (_reaping)
        {
            if (!ThreadReport.Of(thread).IsEnd)
                return;
            ThreadReport.TakeEnd(thread);
        }

        lock (_traced)
            _traced.Remove(thread);
    }
}

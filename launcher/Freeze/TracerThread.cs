using System.Runtime.ExceptionServices;

namespace VirtTime.Freeze;

/// <summary>Runs an action on a thread of its own, which does all tracing.</summary>
/// <remarks>
/// When this thread ends, the kernel lets all threads go that it still traces. So no thread stays traced when the launcher continues, or execs a
/// command.
/// </remarks>
internal static class TracerThread
{
    // In most cases the tracing thread has ended before the first pause is over.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <param name="action">
    /// Runs on the tracing thread, and adds the threads that it traces. The calling thread reaps those that end meanwhile.
    /// </param>
    /// <exception cref="LauncherException">The action has thrown it, or the thread cannot be created.</exception>
    public static void Run(Action<DeadThreads> action)
    {
        DeadThreads dead = new();
        ExceptionDispatchInfo? error = null;
        Thread thread = new(() =>
        {
            try
            {
                action(dead);
            }
            catch (Exception exception)
            {
                error = ExceptionDispatchInfo.Capture(exception);
            }
        });

        try
        {
            thread.Start();
        }
        catch (OutOfMemoryException)
        {
            throw FreezeErrors.NoThread();
        }

        while (!thread.Join(s_pause))
            dead.ReapIfStuck();
        error?.Throw();
    }
}

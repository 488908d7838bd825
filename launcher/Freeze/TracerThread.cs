using System.Runtime.ExceptionServices;

namespace VirtTime.Freeze;

/// <summary>
/// Runs something on a thread of its own, which is who traces: whatever it still traces when it ends, the kernel lets go. So nothing can be left
/// behind, also where this process goes on, or becomes another program by exec.
/// </summary>
internal static class TracerThread
{
    // Mostly it has ended long before.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <param name="action">What the thread does, and whom it tells that it traces; those that end are buried by this one meanwhile.</param>
    /// <exception cref="LauncherException">What the action threw; or no thread can be had.</exception>
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
            dead.BuryIfHeldUp();
        error?.Throw();
    }
}

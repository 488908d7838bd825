using System.Runtime.ExceptionServices;

namespace VirtTime.Freeze;

/// <summary>
/// Runs something on a thread of its own, which is who traces: whatever it still traces when it ends, the kernel lets go. So nothing can be left
/// behind, also where this process goes on, or becomes another program by exec.
/// </summary>
internal static class TracerThread
{
    /// <exception cref="LauncherException">What the action threw; or no thread can be had.</exception>
    public static void Run(Action action)
    {
        ExceptionDispatchInfo? error = null;
        Thread thread = new(() =>
        {
            try
            {
                action();
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

        thread.Join();
        error?.Throw();
    }
}

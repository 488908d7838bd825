using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>
/// A config file's lock (<c>flock</c>), which keeps other writers out until disposed. Readers do not take it; they check the sequence.
/// </summary>
internal readonly struct ConfigLock : IDisposable
{
    private const int Patience = 1000;
    private const int PauseInMilliseconds = 10;

    private readonly int _descriptor;

    /// <summary>Takes the lock, and completes a change whose writer died. Waits up to ten seconds; a writer needs milliseconds.</summary>
    /// <exception cref="LauncherException">
    /// The filesystem has no locks, another process keeps this one, or the change cannot be completed.
    /// </exception>
    public ConfigLock(OpenConfig file)
    {
        _descriptor = file.Descriptor;
        for (int i = 0; SystemCalls.flock(_descriptor, SystemCalls.LOCK_EX | SystemCalls.LOCK_NB) != 0; i++)
        {
            if (ErrorNumber.Last is not (ErrorNumber.EINTR or ErrorNumber.EAGAIN))
                throw new LauncherException(ConfigErrors.What(file.Path), "cannot be locked: " + ErrorNumber.Text(ErrorNumber.Last));
            if (i == Patience)
            {
                int holder = LockHolder.Of(_descriptor);
                throw ConfigErrors.Locked(file.Path, holder, LockHolder.NameOf(holder));
            }

            Thread.Sleep(PauseInMilliseconds);
        }

        OffsetWriter.Complete(file);
    }

    public void Dispose() => SystemCalls.flock(_descriptor, SystemCalls.LOCK_UN);
}

using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>
/// Keeps other writers out of a config file (<c>flock</c>) until disposed; what one of them left unfinished is completed. Readers watch the
/// sequence instead.
/// </summary>
internal readonly struct ConfigLock : IDisposable
{
    private const int Patience = 1000;
    private const int PauseInMilliseconds = 10;

    private readonly int _descriptor;

    /// <summary>Waits ten seconds for another writer, who needs milliseconds.</summary>
    /// <exception cref="LauncherException">The filesystem has no locks, or another process keeps this one.</exception>
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

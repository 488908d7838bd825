using VirtTime.Native;

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
            if (Errno.Last is not (Errno.EINTR or Errno.EAGAIN))
                throw new LauncherException(ConfigErrors.What(file.Path), "cannot be locked: " + Errno.Text(Errno.Last));
            if (i == Patience)
                throw ConfigErrors.Locked(file.Path, LockHolder.Of(_descriptor));
            Thread.Sleep(PauseInMilliseconds);
        }

        OffsetWriter.Complete(file);
    }

    public void Dispose() => SystemCalls.flock(_descriptor, SystemCalls.LOCK_UN);
}

using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>Keeps other writers out of a config file (<c>flock</c>) until disposed. Readers watch the sequence instead.</summary>
internal readonly struct ConfigLock : IDisposable
{
    private readonly int _descriptor;

    /// <exception cref="LauncherException">The filesystem has no locks.</exception>
    public ConfigLock(ConfigFile file)
    {
        _descriptor = file.Descriptor;
        while (SystemCalls.flock(_descriptor, SystemCalls.LOCK_EX) != 0)
        {
            if (Errno.Last != Errno.EINTR)
                throw new LauncherException(ConfigErrors.What(file.Path), "cannot be locked: " + Errno.Text(Errno.Last));
        }
    }

    public void Dispose() => SystemCalls.flock(_descriptor, SystemCalls.LOCK_UN);
}

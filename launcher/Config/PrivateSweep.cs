using VirtTime.Diagnostics;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>Deletes the private config files that earlier runs left behind.</summary>
internal static class PrivateSweep
{
    /// <summary>
    /// Deletes each file whose first process is gone, that nobody has open or mapped, and that no process has in its environment. The
    /// last matters for a child between its exec and the moment when it maps the file.
    /// </summary>
    public static void Run(PrivateDirectory directory)
    {
        foreach (string name in DirectoryEntries.Read(directory.Descriptor))
        {
            int dot = name.IndexOf('.');
            if (dot > 0 && TemporaryNames.IsMakerGone(name.AsSpan(0, dot)))
                DeleteIfUnused(directory, name);
        }
    }

    private static void DeleteIfUnused(PrivateDirectory directory, string name)
    {
        int flags = SystemCalls.O_RDWR | SystemCalls.O_NOFOLLOW | SystemCalls.O_NONBLOCK;
        using Descriptor file = Descriptor.OpenAt(directory.Descriptor, name, flags);
        if (!file.IsOpen || !TryLease(file))
            return;

        // Closing the file gives the lease back.
        string path = directory.Path + "/" + name;
        if (!ProcessTable.AnyHasVariable(Execution.EnvironmentBlock.ConfigPath, path))
        {
            SystemCalls.unlinkat(directory.Descriptor, name, 0);
            Log.Debug($"swept {path}");
        }
    }

    // Somebody who opens the file breaks the lease, and the holder gets a signal: by default SIGIO, which would end us. So it is
    // one that is ignored by default, and then none.
    private static bool TryLease(Descriptor file)
    {
        SystemCalls.fcntl(file.Number, SystemCalls.F_SETSIG, SystemCalls.SIGURG);
        if (SystemCalls.fcntl(file.Number, SystemCalls.F_SETLEASE, SystemCalls.F_WRLCK) != 0)
            return false;

        SystemCalls.fcntl(file.Number, SystemCalls.F_SETOWN, 0);
        return true;
    }
}

using VirtTime.Diagnostics;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>Deletes the private config files that earlier runs left behind.</summary>
internal static class PrivateSweep
{
    // The descriptors are held while all processes are asked; what is left over is for the next launch.
    private const int MostAtOnce = 32;

    /// <summary>
    /// Deletes each file whose first process is gone, that nobody has open or mapped, and that no process has in its environment. The
    /// last matters for a child between its exec and the moment when it maps the file.
    /// </summary>
    public static void Run(PrivateDirectory directory)
    {
        List<(string Name, Descriptor File)> unmapped = [];
        foreach (string name in DirectoryEntries.Read(directory.Descriptor))
        {
            int dot = name.IndexOf('.');
            if (dot > 0 && unmapped.Count < MostAtOnce && TemporaryNames.IsMakerGone(name.AsSpan(0, dot)))
                AddIfUnmapped(unmapped, directory, name);
        }

        if (unmapped.Count > 0)
            DeleteUnnamed(unmapped, directory);
    }

    private static void AddIfUnmapped(List<(string Name, Descriptor File)> unmapped, PrivateDirectory directory, string name)
    {
        int flags = SystemCalls.O_RDWR | SystemCalls.O_NOFOLLOW | SystemCalls.O_NONBLOCK;
        Descriptor file = Descriptor.OpenAt(directory.Descriptor, name, flags);
        if (file.IsOpen && FileLease.TryTake(file.Number))
            unmapped.Add((name, file));
        else
            file.Dispose();
    }

    // Asked after the leases were taken: whoever maps a file from then on either has it in its environment by now, or breaks the lease.
    private static void DeleteUnnamed(List<(string Name, Descriptor File)> unmapped, PrivateDirectory directory)
    {
        List<string>? named = ProcessTable.ValuesOf(Execution.EnvironmentBlock.ConfigPath);
        foreach ((string name, Descriptor file) in unmapped)
        {
            string path = directory.Path + "/" + name;
            bool isNamed = named is null || named.Contains(path);
            if (!isNamed && FileLease.IsHeld(file.Number))
            {
                SystemCalls.unlinkat(directory.Descriptor, name, 0);
                Log.Debug($"swept {path}");
            }

            // This gives the lease back.
            file.Dispose();
        }
    }
}

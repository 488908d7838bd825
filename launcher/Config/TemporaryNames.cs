using System.Globalization;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>File names that end in the process id of their maker, so that a later launch can tell what was left behind.</summary>
internal static class TemporaryNames
{
    /// <summary>Deletes the files that begin with <paramref name="prefix"/> and whose maker is gone.</summary>
    public static void Sweep(string directory, string prefix)
    {
        using Descriptor opened = Descriptor.Open(directory, SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        if (!opened.IsOpen)
            return;

        foreach (string name in DirectoryEntries.Read(opened.Number))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && IsMakerGone(name.AsSpan(prefix.Length)))
                SystemCalls.unlinkat(opened.Number, name, 0);
        }
    }

    /// <summary>Whether the text is a process id, of no process that exists.</summary>
    public static bool IsMakerGone(ReadOnlySpan<char> pid) =>
        int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int maker)
        && maker > 0
        && SystemCalls.kill(maker, 0) != 0
        && Errno.Last == Errno.ESRCH;
}

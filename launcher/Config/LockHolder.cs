using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>Finds the process that holds a file's lock (<c>flock</c>) in <c>/proc/locks</c>. Read access to the file is enough to hold it.</summary>
internal static class LockHolder
{
    /// <summary>The process id; 0 if unknown, for example if the process is in another PID namespace, or has left the lock to a child.</summary>
    public static int Of(int descriptor)
    {
        if (!new Descriptor(descriptor).TryStat(out statx_buffer status))
            return 0;

        // "1: FLOCK  ADVISORY  WRITE 1234 00:1a:5678 0 EOF". On Btrfs and overlayfs the device differs from that of statx. So if no line has
        // the device, the inode is enough, provided that only one lock has it.
        string device = $"{status.stx_dev_major:x2}:{status.stx_dev_minor:x2}:{status.stx_ino}";
        string inode = $":{status.stx_ino}";
        List<string[]> locks =
        [
            .. ByteString.From(SmallFile.TryRead("/proc/locks") ?? []).Split('\n')
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words is [_, "FLOCK", _, _, _, string file, ..] && file.EndsWith(inode, StringComparison.Ordinal)),
        ];
        string[]? found = locks.Find(words => words[5] == device) ?? (locks.Count == 1 ? locks[0] : null);
        return found is not null && int.TryParse(found[4], NumberStyles.None, CultureInfo.InvariantCulture, out int holder) ? holder : 0;
    }

    /// <summary>The name of the process (<c>comm</c>) as a byte string; null if it cannot be read.</summary>
    public static string? NameOf(int process) =>
        SmallFile.TryRead($"/proc/{process}/comm") is byte[] name ? ByteString.From(name).TrimEnd('\n') : null;
}

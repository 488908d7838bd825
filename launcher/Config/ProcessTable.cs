using Mono.Unix.Native;
using VirtTime.Native;
using Errno = VirtTime.Native.Errno;

namespace VirtTime.Config;

/// <summary>The processes of /proc.</summary>
internal static class ProcessTable
{
    /// <summary>The values with which processes were started for a variable; those of other users cannot be asked.</summary>
    public static List<string> ValuesOf(string variable)
    {
        List<string> values = [];
        using Descriptor proc = Descriptor.Open("/proc", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        if (!proc.IsOpen)
            return values;

        byte[] nameAndEquals = ByteString.ToBytes(variable + "=");
        bool isRoot = Syscall.geteuid() == 0;
        foreach (string name in DirectoryEntries.Read(proc.Number))
        {
            if (int.TryParse(name, out int pid) && (isRoot || IsOurs(pid)))
                AddValues(values, SmallFile.TryReadAt(proc.Number, name + "/environ"), nameAndEquals);
        }

        return values;
    }

    // Costs a fourth of finding out by opening the file, and most processes of a machine are not the user's.
    private static bool IsOurs(int pid) => SystemCalls.kill(pid, 0) == 0 || Errno.Last != Errno.EPERM;

    private static void AddValues(List<string> values, ReadOnlySpan<byte> environment, ReadOnlySpan<byte> nameAndEquals)
    {
        foreach (Range entry in environment.Split((byte)0))
        {
            if (environment[entry].StartsWith(nameAndEquals))
                values.Add(ByteString.From(environment[entry][nameAndEquals.Length..]));
        }
    }
}

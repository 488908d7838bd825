using System.Globalization;
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
        string kernelThreads = isRoot ? KernelThreads(proc.Number) : "";
        foreach (string name in DirectoryEntries.Read(proc.Number))
        {
            bool isProcess = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid);
            if (isProcess && (isRoot ? !kernelThreads.Contains($" {name} ", StringComparison.Ordinal) : IsOurs(pid)))
                AddValues(values, SmallFile.TryReadAt(proc.Number, name + "/environ"), nameAndEquals);
        }

        return values;
    }

    // Each of these two spares opening a file for most of a machine's processes, which takes several times as long.
    private static bool IsOurs(int pid) => SystemCalls.kill(pid, 0) == 0 || Errno.Last != Errno.EPERM;

    /// <summary>
    /// Their ids, between spaces: the children of process 2 where that has no memory, and so no environment; elsewhere, in a process
    /// namespace, there are none.
    /// </summary>
    private static string KernelThreads(int proc) =>
        SmallFile.TryReadAt(proc, "2/environ") is null && Errno.Last == Errno.ESRCH
            ? " " + ByteString.From(SmallFile.TryReadAt(proc, "2/task/2/children"))
            : "";

    private static void AddValues(List<string> values, ReadOnlySpan<byte> environment, ReadOnlySpan<byte> nameAndEquals)
    {
        foreach (Range entry in environment.Split((byte)0))
        {
            if (environment[entry].StartsWith(nameAndEquals))
                values.Add(ByteString.From(environment[entry][nameAndEquals.Length..]));
        }
    }
}

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
        HashSet<int> kernelThreads = isRoot ? KernelThreads(proc.Number) : [];
        foreach (string name in DirectoryEntries.Read(proc.Number))
        {
            bool isProcess = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid);
            if (isProcess && (isRoot ? !kernelThreads.Contains(pid) : IsOurs(pid)))
                AddValues(values, SmallFile.TryReadAt(proc.Number, name + "/environ"), nameAndEquals);
        }

        return values;
    }

    // Each of these two spares opening a file for most of a machine's processes, which takes several times as long.
    private static bool IsOurs(int pid) => SystemCalls.kill(pid, 0) == 0 || Errno.Last != Errno.EPERM;

    /// <summary>
    /// The children of process 2 where that has no memory, and so no environment. In a process namespace that is another process, and
    /// there are no kernel threads.
    /// </summary>
    private static HashSet<int> KernelThreads(int proc)
    {
        if (SmallFile.TryReadAt(proc, "2/environ") is not null || Errno.Last != Errno.ESRCH)
            return [];

        string[] children = ByteString.From(SmallFile.TryReadAt(proc, "2/task/2/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [.. children.Select(child => int.Parse(child, NumberStyles.None, CultureInfo.InvariantCulture))];
    }

    private static void AddValues(List<string> values, ReadOnlySpan<byte> environment, ReadOnlySpan<byte> nameAndEquals)
    {
        for (int at; (at = environment.IndexOf(nameAndEquals)) >= 0;)
        {
            bool isWholeName = at == 0 || environment[at - 1] == 0;
            environment = environment[(at + nameAndEquals.Length)..];
            int end = environment.IndexOf((byte)0);
            if (isWholeName)
                values.Add(ByteString.From(end < 0 ? environment : environment[..end]));
        }
    }
}

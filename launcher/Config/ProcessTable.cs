using System.Globalization;
using Mono.Unix.Native;
using VirtTime.Native;
using Errno = VirtTime.Native.Errno;

namespace VirtTime.Config;

/// <summary>The processes of /proc.</summary>
internal static class ProcessTable
{
    /// <summary>
    /// The values with which processes were started for a variable; those of other users cannot be asked. Null where one could not be
    /// asked for another reason, such as a lack of descriptors.
    /// </summary>
    public static List<string>? ValuesOf(string variable)
    {
        using Descriptor proc = Descriptor.Open("/proc", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        if (!proc.IsOpen)
            return null;

        List<string> values = [];
        byte[] nameAndEquals = ByteString.ToBytes(variable + "=");
        bool isRoot = Syscall.geteuid() == 0;
        HashSet<int> kernelThreads = isRoot ? KernelThreads(proc.Number) : [];
        foreach (string name in DirectoryEntries.Read(proc.Number))
        {
            bool isProcess = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid);
            if (!isProcess || (isRoot ? kernelThreads.Contains(pid) : !IsOurs(pid)))
                continue;

            byte[]? environment = SmallFile.TryReadAt(proc.Number, name + "/environ");
            if (environment is null && Errno.Last is not (Errno.ESRCH or Errno.ENOENT or Errno.EACCES or Errno.EPERM))
                return null;

            AddValues(values, environment, nameAndEquals);
        }

        return values;
    }

    // Each of these two spares opening a file for most of a machine's processes, which takes several times as long.
    private static bool IsOurs(int pid) => SystemCalls.kill(pid, 0) == 0 || Errno.Last != Errno.EPERM;

    /// <summary>
    /// The children of process 2, where that is the kernel's. In a process namespace it is another process, and there are none.
    /// </summary>
    private static HashSet<int> KernelThreads(int proc)
    {
        const uint PF_KTHREAD = 0x200000;
        const int FlagsBehindName = 6;

        // The name, in parentheses, may hold anything.
        string status = ByteString.From(SmallFile.TryReadAt(proc, "2/stat"));
        string[] fields = status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= FlagsBehindName || !uint.TryParse(fields[FlagsBehindName], out uint flags) || (flags & PF_KTHREAD) == 0)
            return [];

        HashSet<int> threads = [];
        foreach (string child in ByteString.From(SmallFile.TryReadAt(proc, "2/task/2/children")).Split(' '))
        {
            if (int.TryParse(child, NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                threads.Add(pid);
        }

        return threads;
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

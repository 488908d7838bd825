using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>A thread's id as this /proc shows it, and as the thread itself gets it from <c>gettid</c>.</summary>
/// <param name="Own">In its own, the innermost process namespace: the number of its slot.</param>
internal readonly record struct ThreadIds(int Seen, int Own)
{
    /// <summary>The threads of a process; empty where it is gone. What a process may see of others is enough for that.</summary>
    public static List<ThreadIds> Of(ProcFolder proc, int pid)
    {
        List<ThreadIds> threads = [];

        // One namespace for all threads of a process: where it is the one of /proc, they need not be asked one by one.
        bool? sameNamespace = IsSeenAsOwn(proc.TryRead($"{pid}/status"));
        foreach (int thread in proc.ThreadIds(pid))
        {
            if (sameNamespace == true)
                threads.Add(new ThreadIds(thread, thread));
            else if (proc.TryRead($"{pid}/task/{thread}/status") is byte[] status)
                threads.Add(new ThreadIds(thread, Innermost(status) ?? thread));
        }

        return threads;
    }

    /// <summary>In how many PID namespaces a process has an id, from that of <c>/proc</c> to its own; 0 where the kernel does not say (before 4.1).</summary>
    /// <param name="status">Its <c>status</c> file.</param>
    public static int CountNamespaces(byte[] status) => Columns(status).Length;

    private static bool? IsSeenAsOwn(byte[]? status) => status is null ? null : Columns(status).Length == 1;

    private static int? Innermost(byte[] status) =>
        Columns(status) is [.., string last] && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;

    // One for each process namespace, from that of /proc to the innermost; none before Linux 4.1.
    private static string[] Columns(byte[] status) => ProcStatus.Words(status, "NSpid");
}

using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>A thread's id in this <c>/proc</c>, and in the thread's own PID namespace.</summary>
/// <param name="Own">The id in the innermost PID namespace (<c>gettid</c>): the number of the slot that the thread tries first.</param>
internal readonly record struct ThreadIds(int Seen, int Own)
{
    /// <summary>The threads of a process; empty if it has ended. Needs no privileges.</summary>
    public static List<ThreadIds> Of(ProcFolder proc, int pid)
    {
        List<ThreadIds> threads = [];

        // All threads of a process are in one PID namespace. If it is that of /proc, the threads need not be read one by one.
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

    /// <summary>The number of PID namespaces from that of <c>/proc</c> to the process's own; 0 before Linux 4.1, which does not show it.</summary>
    /// <param name="status">The process's <c>status</c> file.</param>
    public static int CountNamespaces(byte[] status) => Columns(status).Length;

    private static bool? IsSeenAsOwn(byte[]? status) => status is null ? null : Columns(status).Length == 1;

    private static int? Innermost(byte[] status) =>
        Columns(status) is [.., string last] && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;

    // One id for each PID namespace, from that of /proc to the innermost; none before Linux 4.1.
    private static string[] Columns(byte[] status) => ProcStatus.Words(status, "NSpid");
}

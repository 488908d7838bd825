using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>The kernel's own threads, which have no mappings. On a small machine they are most entries of <c>/proc</c>.</summary>
/// <param name="Ids">Process 2 and its children; empty if they are not shown.</param>
/// <param name="AreShown">
/// Whether process 2 is a kernel thread. Then this <c>/proc</c> belongs to the machine's first PID namespace and shows every process. In
/// another PID namespace, process 2 is an ordinary process; with <c>hidepid</c>, it cannot be read.
/// </param>
internal sealed record KernelThreads(HashSet<int> Ids, bool AreShown)
{
    private const int Parent = 2;

    public static KernelThreads In(ProcFolder proc)
    {
        if (!ProcStatus.IsKernels(ProcStatus.Fields(proc.TryRead($"{Parent}/stat"))))
            return new KernelThreads([], AreShown: false);

        HashSet<int> ids = [Parent];
        foreach (string child in ByteString.From(proc.TryRead($"{Parent}/task/{Parent}/children")).Split(' '))
        {
            if (int.TryParse(child, NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                ids.Add(pid);
        }

        return new KernelThreads(ids, AreShown: true);
    }
}

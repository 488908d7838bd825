using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>The kernel's own threads, which map nothing: on a small machine they are the most of /proc.</summary>
/// <param name="Ids">Process 2 and its children; empty where they are not to be seen.</param>
/// <param name="AreShown">
/// Whether process 2 is the kernel's. Then this /proc is of the machine's first process namespace, and hides no process
/// from us: elsewhere process 2 is another one, and with <c>hidepid</c> it cannot be read.
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

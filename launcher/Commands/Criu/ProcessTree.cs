using System.Globalization;
using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Commands.Criu;

/// <summary>A process and its descendants.</summary>
internal static class ProcessTree
{
    /// <summary>
    /// The process ids, each parent before its children. The tree must be stopped: a child that is forked meanwhile may be missing.
    /// </summary>
    public static List<int> Of(ProcFolder proc, int root)
    {
        List<int> tree = [root];
        for (int i = 0; i < tree.Count; i++)
        {
            foreach (int thread in proc.ThreadIds(tree[i]))
                tree.AddRange(ChildrenOf(proc, tree[i], thread));
        }

        return tree;
    }

    private static IEnumerable<int> ChildrenOf(ProcFolder proc, int pid, int thread)
    {
        string children = ByteString.From(proc.TryRead($"{pid}/task/{thread}/children"));
        foreach (string child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            yield return int.Parse(child, CultureInfo.InvariantCulture);
    }
}

using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>Whose process it is.</summary>
internal static class ProcessUser
{
    /// <summary>The real user id, which a set-user-ID program leaves as it is; null where the process is gone.</summary>
    public static uint? RealIdOf(ProcFolder proc, int pid)
    {
        const string Name = "\nUid:\t";
        string status = ByteString.From(proc.TryRead($"{pid}/status"));
        int start = status.IndexOf(Name, StringComparison.Ordinal);
        if (start < 0)
            return null;

        string rest = status[(start + Name.Length)..];
        int end = rest.IndexOf('\t');
        return uint.TryParse(rest[..Math.Max(end, 0)], NumberStyles.None, CultureInfo.InvariantCulture, out uint user) ? user : null;
    }
}

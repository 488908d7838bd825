using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>Whose process it is.</summary>
internal static class ProcessUser
{
    /// <summary>The real user id, which a set-user-ID program leaves as it is; null where the process is gone.</summary>
    public static uint? RealIdOf(ProcFolder proc, int pid) =>
        ProcStatus.Words(proc.TryRead($"{pid}/status"), "Uid") is [string real, ..]
            && uint.TryParse(real, NumberStyles.None, CultureInfo.InvariantCulture, out uint user)
            ? user
            : null;
}

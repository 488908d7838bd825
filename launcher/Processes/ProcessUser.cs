using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>The user of a process.</summary>
internal static class ProcessUser
{
    /// <summary>The real user id, which exec of a set-user-ID program does not change; null if the process has ended.</summary>
    public static uint? RealIdOf(ProcFolder proc, int pid) =>
        ProcStatus.Words(proc.TryRead($"{pid}/status"), "Uid") is [string real, ..]
            && uint.TryParse(real, NumberStyles.None, CultureInfo.InvariantCulture, out uint user)
            ? user
            : null;
}

using System.Globalization;

namespace VirtTime.Base;

/// <summary>The capability sets of this process (<c>capabilities(7)</c>) by <c>/proc/self/status</c>; all zero if it cannot be read.</summary>
internal readonly record struct CapabilitySets(ulong Inheritable, ulong Permitted, ulong Effective, ulong Bounding, ulong Ambient)
{
    /// <summary>Allows reading and tracing processes of other users in this process's user namespace and below it.</summary>
    public const int CAP_SYS_PTRACE = 19;

    /// <summary>Allows setting the host's clocks, if the process is in the machine's first user namespace.</summary>
    public const int CAP_SYS_TIME = 25;

    /// <summary>The names without <c>cap_</c>; the index is the capability's number.</summary>
    private static readonly string[] s_names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
        "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace",
        "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write",
        "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ];

    public static CapabilitySets OfThisProcess()
    {
        byte[] status = SmallFile.TryRead("/proc/self/status") ?? [];
        return new(Field(status, "CapInh"), Field(status, "CapPrm"), Field(status, "CapEff"), Field(status, "CapBnd"), Field(status, "CapAmb"));
    }

    public static bool Has(ulong set, int capability) => ((set >> capability) & 1) != 0;

    /// <summary>A list such as <c>cap_net_raw, cap_kill</c>; only the number if there are more than four.</summary>
    public static string Names(ulong set)
    {
        const int MostNamed = 4;
        int[] numbers = [.. Enumerable.Range(0, 64).Where(number => Has(set, number))];
        return numbers.Length > MostNamed
            ? $"{numbers.Length} capabilities"
            : string.Join(", ", numbers.Select(number => "cap_" + (number < s_names.Length ? s_names[number] : $"{number}")));
    }

    private static ulong Field(byte[] status, string name) =>
        ProcStatus.Words(status, name) is [string text]
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set)
            ? set
            : 0;
}

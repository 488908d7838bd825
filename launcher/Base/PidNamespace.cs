namespace VirtTime.Base;

/// <summary>The PID namespace that this process is in (<c>pid_namespaces(7)</c>): process ids mean nothing in another one.</summary>
internal static class PidNamespace
{
    /// <summary>Its inode number, which no other namespace of the machine has as long as it exists; 0 where it cannot be found out.</summary>
    public static ulong Own { get; } = Find();

    private static ulong Find() => statx_buffer.Of("/proc/self/ns/pid")?.stx_ino ?? 0;
}

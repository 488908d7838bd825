namespace VirtTime.Base;

/// <summary>The launcher's PID namespace (<c>pid_namespaces(7)</c>). Process ids are valid only within one PID namespace.</summary>
internal static class PidNamespace
{
    /// <summary>The namespace's inode number, unique on the machine as long as the namespace exists; 0 if unknown.</summary>
    public static ulong Own { get; } = Find();

    private static ulong Find() => statx_buffer.Of("/proc/self/ns/pid")?.stx_ino ?? 0;
}

using Mono.Unix.Native;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>Explains in a message why the kernel refuses to let this process read or trace another one.</summary>
internal static class ProcessDenial
{
    /// <summary>The current value of <c>kernel.yama.ptrace_scope</c>; empty if the kernel has no Yama.</summary>
    public static string YamaScope => ByteString.From(SmallFile.TryRead("/proc/sys/kernel/yama/ptrace_scope") ?? []).TrimEnd();

    /// <summary>Whether this process runs as root, so that "run it as root" is no remedy.</summary>
    public static bool IsRoot => Syscall.geteuid() == 0;

    /// <summary>Explains the EACCES or EPERM with which the kernel refused to let this process read another one (man 2 ptrace, "Ptrace access mode checking").</summary>
    public static string Explain(int pid)
    {
        if (IsRoot)
            return "may not be read, even by root: " + WhyNotRoot(pid, toTrace: false);

        using ProcFolder? proc = ProcFolder.TryOpen();
        return proc is not null && ProcessUser.RealIdOf(proc, pid) == Syscall.getuid()
            ? "may not be read, even by its own user (it is not dumpable, or has more privileges); run virttime-run as root"
            : "belongs to another user; run virttime-run as that user or as root";
    }

    /// <summary>Names the obstacle that keeps root from reading or tracing a process, and the remedy.</summary>
    /// <param name="toTrace">The kernel refused to attach. Yama and seccomp can forbid that while they allow reading.</param>
    public static string WhyNotRoot(int pid, bool toTrace)
    {
        if (!CapabilitySets.Has(CapabilitySets.OfThisProcess().Effective, CapabilitySets.CAP_SYS_PTRACE))
            return "virttime-run lacks CAP_SYS_PTRACE; run it with that capability (in a container: --cap-add SYS_PTRACE)";
        if (toTrace && YamaScope == "3")
            return "kernel.yama.ptrace_scope is 3, which forbids tracing until the next boot; boot with a lower value";
        if (!IsInOwnUserNamespace(pid) && !IsInMachinesUserNamespace())
            return "the process is outside of virttime-run's user namespace, where CAP_SYS_PTRACE has no effect; run virttime-run outside of it too";
        return toTrace && IsFiltered()
            ? "a seccomp filter may deny ptrace; run virttime-run without that filter"
            : "a security policy such as AppArmor or SELinux denies it; change the policy";
    }

    // The kernel shows the link only to a process that may read the other one.
    private static bool IsInOwnUserNamespace(int pid) =>
        SmallFile.TryReadLink($"/proc/{pid}/ns/user") is string other && other == SmallFile.TryReadLink("/proc/self/ns/user");

    // The kernel gives the first user namespace this inode number (PROC_USER_INIT_INO).
    private static bool IsInMachinesUserNamespace() => SmallFile.TryReadLink("/proc/self/ns/user") is null or "user:[4026531837]";

    private static bool IsFiltered() => ProcStatus.Words(SmallFile.TryRead("/proc/self/status"), "Seccomp") is ["2"];
}

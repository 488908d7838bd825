using Mono.Unix.Native;

namespace VirtTime.Processes;

/// <summary>The message text for a process that the launcher may not read.</summary>
internal static class ProcessDenial
{
    /// <summary>The reason after <c>EACCES</c> or <c>EPERM</c> (man 2 ptrace, "Ptrace access mode checking").</summary>
    public static string Explain(int pid)
    {
        if (Syscall.geteuid() == 0)
            return "may not be looked into, even by this root; it takes CAP_SYS_PTRACE, and a security policy that allows it";

        using ProcFolder? proc = ProcFolder.TryOpen();
        return proc is not null && ProcessUser.RealIdOf(proc, pid) == Syscall.getuid()
            ? "does not let its own user look into it (it is not dumpable, or has more privileges); run as root"
            : "belongs to somebody else; run as its user or as root";
    }
}

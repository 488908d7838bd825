using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Placement;

/// <summary>
/// Explains why this process cannot be traced. The kernel reports only an error number, so this class looks for the setting behind it.
/// </summary>
internal static class TraceObstacle
{
    private const string FirstChild =
        "its first child would be process 1 of a new PID namespace, and virttime-run needs a child for a moment; use unshare with --fork";

    private static bool IsFiltered => ProcStatus.Words(SmallFile.TryRead("/proc/self/status"), "Seccomp") is ["2"];

    /// <summary>Looks for obstacles before the tracer is started; null if it finds none.</summary>
    public static string? FindBeforehand()
    {
        // The first child of a process after "unshare --pid" is process 1 of the new PID namespace. When it ends, no further process can be created
        // there.
        const string Children = "/proc/self/ns/pid_for_children";

        // The link of a namespace without processes cannot be read. Before Linux 4.12 there is no such link.
        bool isKnown = SystemCalls.faccessat(SystemCalls.AT_FDCWD, Children, SystemCalls.F_OK, SystemCalls.AT_SYMLINK_NOFOLLOW) == 0;
        if (isKnown && SmallFile.TryReadLink(Children) != SmallFile.TryReadLink("/proc/self/ns/pid"))
            return FirstChild;

        return null;
    }

    /// <param name="error">The error number of the attempt to start a process.</param>
    public static string ExplainNoProcess(int error) => IsFiltered && error is ErrorNumber.EPERM or ErrorNumber.EACCES or ErrorNumber.ENOSYS
        ? $"a seccomp filter (containers have one) forbids starting a process that traces it ({ErrorNumber.Text(error)}); allow clone and pipe2"
        : "no process can be started to trace it (" + ErrorNumber.Text(error) + "); raise the limits (ulimit -u, -n)";

    /// <param name="error">The error number of leaving the library open.</param>
    public static string ExplainNotKept(int error) =>
        $"libvirttime.so cannot stay open over the exec ({ErrorNumber.Text(error)}{(IsFiltered ? ", by a seccomp filter" : "")}); allow fcntl";

    /// <param name="error">The error number of the attempt to trace; ESRCH if the tracer was killed.</param>
    /// <param name="call">The number of the system call that failed.</param>
    public static string Explain(int error, nint call)
    {
        if (call == RawCalls.Numbers.getppid && error == ErrorNumber.EXDEV)
            return FirstChild;

        byte[]? status = SmallFile.TryRead("/proc/self/status");
        if (ProcStatus.Words(status, "TracerPid") is [not "0" and string tracer])
            return $"process {tracer} traces virttime-run, as strace -f and debuggers do, and a process can have only one tracer; run it without that";

        bool isFiltered = IsFiltered;
        if (error == ErrorNumber.ESRCH)
            return "the process that traces it was killed" + (isFiltered ? ", perhaps by a seccomp filter that forbids ptrace; allow ptrace" : "; try again");

        string name = call == RawCalls.Numbers.getppid ? "getppid" : call == RawCalls.Numbers.wait4 ? "wait4" : "ptrace";
        return (error, ProcessDenial.YamaScope) switch
        {
            (ErrorNumber.EPERM, "2") => "kernel.yama.ptrace_scope is 2, which allows ptrace only with CAP_SYS_PTRACE; set it to 1",
            (ErrorNumber.EPERM, "3") => "kernel.yama.ptrace_scope is 3, which forbids ptrace until the next boot; boot with a lower value",
            _ when isFiltered => $"a seccomp filter (containers have one) denies {name} ({ErrorNumber.Text(error)}); allow {name}",
            (ErrorNumber.ENOSYS, _) => "this kernel has no ptrace",
            _ => $"ptrace is denied ({ErrorNumber.Text(error)}), perhaps by a security policy such as AppArmor or SELinux; allow ptrace",
        };
    }
}

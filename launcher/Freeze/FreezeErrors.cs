using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Errors that say why not all users could be stopped. Nothing has been changed then.</summary>
internal static class FreezeErrors
{
    private const string Remedy = "or give --no-freeze to leave calls in flight as they are";

    /// <summary>The thread exists, but the launcher may not trace it.</summary>
    public static LauncherException CannotTrace(int process, int thread, int error)
    {
        int tracer = ThreadStatus.TracerOf(process, thread);
        string reason = tracer != 0
            ? $"process {tracer} ({ThreadStatus.NameOf(tracer, tracer)}) traces it; end that"
            : WhyNotTraced(error);
        return CannotStop(process, thread, $"{reason}, {Remedy}");
    }

    public static LauncherException DoesNotStop(TracedThread thread) => CannotStop(
        thread.Process, thread.Id, $"it is inside a system call that cannot be interrupted, or frozen; try again later, {Remedy}");

    /// <summary>The thread is runnable, but gets no processor.</summary>
    public static LauncherException TooBusy(TracedThread thread) =>
        CannotStop(thread.Process, thread.Id, $"it waits for a processor, and the machine is too busy; try again later, {Remedy}");

    /// <summary>New threads or processes were found until the time was over.</summary>
    /// <param name="isBusy">The time was enough for a few rounds only.</param>
    public static LauncherException NotAll(int process, bool isBusy)
    {
        string reason = isBusy
            ? "cannot be stopped in time: the machine is too busy"
            : "new threads or processes appear faster than they can be stopped";
        return new LauncherException($"process {process}", $"{reason}; try again later, {Remedy}");
    }

    /// <summary>The launcher cannot inspect the process, and a call in flight has the id of one of its threads.</summary>
    public static LauncherException Closed(int process) => new(
        $"process {process}",
        $"belongs to somebody else, and may be waiting by the same config file; run as root, {Remedy}");

    public static LauncherException NoThread() =>
        new("freezing", "no thread can be started for it; raise the limit (ulimit -u, -v), " + Remedy);

    private static LauncherException CannotStop(int process, int thread, string reason) =>
        new($"process {process}", $"its thread {thread} ({ThreadStatus.NameOf(process, thread)}) cannot be stopped: {reason}");

    private static string WhyNotTraced(int error)
    {
        const string Yama = "/proc/sys/kernel/yama/ptrace_scope";
        string scope = ByteString.From(SmallFile.TryRead(Yama) ?? []).TrimEnd();
        return error switch
        {
            ErrorNumber.EPERM when scope is "3" => "no program may be traced on this machine (kernel.yama.ptrace_scope is 3); restart it without",
            ErrorNumber.EPERM when scope is not ("" or "0") => $"permission denied, and kernel.yama.ptrace_scope is {scope}; set it to 0, or run as root",
            ErrorNumber.EPERM or ErrorNumber.EACCES => "permission denied; run as its user or as root, with CAP_SYS_PTRACE inside a container",
            ErrorNumber.ENOSYS => "ptrace is not allowed here (seccomp)",
            _ => ErrorNumber.Text(error),
        };
    }
}

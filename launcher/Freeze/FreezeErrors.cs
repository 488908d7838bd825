using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Errors that say why not all users could be stopped. Nothing has been changed then.</summary>
internal static class FreezeErrors
{
    private const string Remedy = "or give --no-freeze to leave calls in flight unchanged";

    /// <summary>The thread exists, but the launcher may not trace it.</summary>
    public static LauncherException CannotTrace(int process, int thread, int error)
    {
        int tracer = ThreadStatus.TracerOf(process, thread);
        string reason = tracer != 0
            ? $"process {tracer} ({ThreadStatus.NameOf(tracer, tracer)}) traces it; end that process"
            : WhyNotTraced(process, error);
        return CannotStop(process, thread, $"{reason}, {Remedy}");
    }

    public static LauncherException DoesNotStop(TracedThread thread) => CannotStop(
        thread.Process, thread.Id, $"it is frozen, or inside a system call that cannot be interrupted; try again later, {Remedy}");

    /// <summary>The thread is runnable, but gets no processor.</summary>
    public static LauncherException TooBusy(TracedThread thread) =>
        CannotStop(thread.Process, thread.Id, $"it gets no processor because the machine is too busy; try again later, {Remedy}");

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
        "may have a call in flight on the same config file, but " + (ProcessDenial.IsRoot
            ? $"even root cannot read it: {ProcessDenial.WhyNotRoot(process, toTrace: false)}, {Remedy}"
            : $"this user is not permitted to read it; run virttime-run as root, {Remedy}"));

    public static LauncherException NoThread() =>
        new("freezing", "no thread can be started to stop the programs; raise the limits (ulimit -u, -v), " + Remedy);

    private static LauncherException CannotStop(int process, int thread, string reason) =>
        new($"process {process}", $"its thread {thread} ({ThreadStatus.NameOf(process, thread)}) cannot be stopped: {reason}");

    private static string WhyNotTraced(int process, int error)
    {
        string scope = ProcessDenial.YamaScope;
        return error switch
        {
            ErrorNumber.EPERM or ErrorNumber.EACCES when ProcessDenial.IsRoot => "permission denied: " + ProcessDenial.WhyNotRoot(process, toTrace: true),
            ErrorNumber.EPERM when scope is "3" =>
                "permission denied: kernel.yama.ptrace_scope is 3, which forbids tracing until the next boot; boot with a lower value",
            ErrorNumber.EPERM when scope is not ("" or "0") =>
                $"permission denied: kernel.yama.ptrace_scope is {scope}; set it to 0, or run virttime-run as root",
            ErrorNumber.EPERM or ErrorNumber.EACCES => "permission denied; run virttime-run as the process's user or as root (in a container also with CAP_SYS_PTRACE)",
            ErrorNumber.ENOSYS => "a seccomp filter denies ptrace; run virttime-run without that filter",
            _ => ErrorNumber.Text(error),
        };
    }
}

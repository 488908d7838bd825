using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Commands.Criu;

/// <summary>Errors about a tree of processes or its images.</summary>
internal static class MigrationErrors
{
    public const string Option = "--criu-action";

    public static LauncherException CannotAsk(int pid, int error) => new(Option, error switch
    {
        ErrorNumber.ENOENT or ErrorNumber.ESRCH => $"process {pid}: no such process",
        ErrorNumber.EACCES or ErrorNumber.EPERM => $"process {pid} {ProcessDenial.Explain(pid)}",
        _ => $"process {pid}: {ErrorNumber.Text(error)}",
    });

    public static LauncherException NotUsed(string path) =>
        new(ConfigErrors.What(path), "no process of the tree uses it; name the config file that the tree uses");

    public static LauncherException OtherConfig(string path, int pid, string other) =>
        new(ConfigErrors.What(path), $"process {pid} uses another config file, {other}; all processes of a tree must use one config file");

    public static LauncherException ReadOnly(string path, int pid) =>
        new(ConfigErrors.What(path), $"process {pid} may only read it, so its calls in flight cannot be moved; give the process write access to the file");

    public static LauncherException NoRoom(string path, int pid, int thread) => new(
        ConfigErrors.What(path), $"is too short for the deadlines of thread {thread} of process {pid}; use a file that virttime-run created");

    public static LauncherException InUse(string path) =>
        new(ConfigErrors.What(path), "a running program uses it, and the restore would change its clock; end the program, or move the file away");

    public static LauncherException OtherSize(string path, long size) =>
        new(ConfigErrors.What(path), $"has another size than when it was dumped ({size} bytes); move it away, and virttime-run creates it");

    public static LauncherException NoImage(string path, int error) => new(path, error == ErrorNumber.ENOENT
        ? "not found, so the clocks of the dump are unknown; dump with this action script"
        : ErrorNumber.Text(error));

    public static LauncherException OtherDump(string path) =>
        new(path, "belongs to another dump than the images beside it; dump with this action script");

    public static LauncherException BadImage(string path) => new(path, "is damaged; dump again");

    public static LauncherException NoInventory(string path, int error) => new(path, $"{ErrorNumber.Text(error)}; the directory holds no images of CRIU");
}

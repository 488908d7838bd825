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
        new(ConfigErrors.What(path), "is used by no process of the tree; name the file that it runs with");

    public static LauncherException OtherConfig(string path, int pid, string other) =>
        new(ConfigErrors.What(path), $"process {pid} runs with another config file, {other}; a tree is moved with one");

    public static LauncherException ReadOnly(string path, int pid) =>
        new(ConfigErrors.What(path), $"process {pid} may only read it, so its calls in flight cannot be moved; make the file writable for it");

    public static LauncherException NoRoom(string path, int pid, int thread) => new(
        ConfigErrors.What(path), $"is too short for the deadlines of thread {thread} of process {pid}; use a file that virttime-run made");

    public static LauncherException InUse(string path) =>
        new(ConfigErrors.What(path), "is used by a program that runs, whose clock would change; end it, or move the file away");

    public static LauncherException OtherSize(string path, long size) =>
        new(ConfigErrors.What(path), $"has another size than when it was dumped ({size} bytes); move it away, and it will be created");

    public static LauncherException NoImage(string path, int error) => new(path, error == ErrorNumber.ENOENT
        ? "not found; the dump was made without this action script, so its clocks are not known"
        : ErrorNumber.Text(error));

    public static LauncherException OtherDump(string path) =>
        new(path, "belongs to another dump than the images beside it, which was made without this action script");

    public static LauncherException BadImage(string path) => new(path, "is damaged");

    public static LauncherException NoInventory(string path, int error) => new(path, $"{ErrorNumber.Text(error)}; these are no images of criu");
}

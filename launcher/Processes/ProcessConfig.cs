using VirtTime.Base;
using VirtTime.Config;

namespace VirtTime.Processes;

/// <summary>The config file that a running process has mapped. It is opened once and then used through that descriptor only.</summary>
internal sealed class ProcessConfig : IDisposable
{
    private ProcessConfig(OpenConfig file, string? path)
    {
        File = file;
        Path = path;
    }

    public OpenConfig File { get; }

    /// <summary>A path that led to the file when it was opened; null if there was none.</summary>
    public string? Path { get; }

    /// <param name="pid">The process.</param>
    /// <param name="toWrite">Fail if the file cannot, or must not, be written.</param>
    /// <exception cref="LauncherException">There is no such process, it cannot be read, or its file cannot be used.</exception>
    public static ProcessConfig Open(int pid, bool toWrite)
    {
        using ProcFolder proc = ProcFolder.TryOpen() ?? throw Unreadable(pid, ErrorNumber.Last);
        proc.DemandOwn($"--pid {pid}");
        uint? user = ProcessUser.RealIdOf(proc, pid);
        VirtualisedProcess.Found found = VirtualisedProcess.Ask(proc, pid) ?? throw Unreadable(pid, ErrorNumber.Last);
        using FoundConfig config = found.Config ?? throw NotFound(pid, found);
        RefuseForeign(pid, config, user, toWrite);

        // If the process has ended meanwhile, another process may have got its id.
        if (user is null || ProcessUser.RealIdOf(proc, pid) != user)
            throw Unreadable(pid, ErrorNumber.ESRCH);

        Descriptor file = MappedFileAccess.Reopen(config.File.Number, SystemCalls.O_RDWR);
        bool writable = file.IsOpen;
        if (!writable && toWrite)
            throw ConfigErrors.CannotOpen(config.ShownPath, ErrorNumber.Last, toWrite);

        if (!writable)
            file = MappedFileAccess.Reopen(config.File.Number, SystemCalls.O_RDONLY);

        return new ProcessConfig(OpenConfig.Use(config.ShownPath, file, writable, toWrite), config.Path);
    }

    public void Dispose() => File.Dispose();

    /// <summary>
    /// A process can map any file that its user may read, so the launcher must not write a file on its behalf that the user could not
    /// write. It refuses files of other users. A file of root's is changed only if the process has it mapped writable or it has VirtTime's
    /// extension block. A process of root may use any file.
    /// </summary>
    private static void RefuseForeign(int pid, FoundConfig config, uint? user, bool toWrite)
    {
        uint owner = config.Status.stx_uid;
        if (owner == user || user == 0)
            return;

        if (owner != 0)
            throw new LauncherException(
                $"--pid {pid}", $"its config file {config.ShownPath} belongs to neither the process's user nor root; name the file with --config");

        if (toWrite && !config.IsMarked && !config.IsWritable)
            throw new LauncherException(
                $"--pid {pid}", $"its config file {config.ShownPath} belongs to root, and the process may only read it; name the file with --config to change it");
    }

    private static LauncherException NotFound(int pid, VirtualisedProcess.Found found)
    {
        string remedy = Mono.Unix.Native.Syscall.geteuid() == 0 ? "name the file with --config" : "run virttime-run as root";
        string reason = found switch
        {
            { IsAmbiguous: true } => "has several files mapped that may be its config file; name the right one with --config",
            { Unreachable: string name, Named: null } =>
                $"has mapped {name}, which virttime-run cannot open; if that is its config file, {remedy}",
            { Unreachable: string name } => $"virttime-run cannot open its config file {name}; {remedy}",
            { Named: null } when ProcessStatus.IsOver(pid) => "has exited and is a zombie: its parent has not read its exit status yet",
            { Named: null } => "has no config file mapped; it was not started by virttime-run, or runs on the host's clocks",
            _ => $"has not mapped its config file {found.Named}; it runs on the host's clocks",
        };
        return new LauncherException($"--pid {pid}", reason);
    }

    private static LauncherException Unreadable(int pid, int error) => new($"--pid {pid}", error switch
    {
        ErrorNumber.ENOENT or ErrorNumber.ESRCH => "no such process",
        ErrorNumber.EACCES or ErrorNumber.EPERM => ProcessDenial.Explain(pid),
        _ => ErrorNumber.Text(error),
    });
}

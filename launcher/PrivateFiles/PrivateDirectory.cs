using Syscall = Mono.Unix.Native.Syscall;
using VirtTime.Execution;
using VirtTime.Native;

namespace VirtTime.PrivateFiles;

/// <summary>The user's own directory for config files that belong to one run.</summary>
/// <remarks>On a tmpfs where possible: a file on a disk would be written back each time that a slot changes.</remarks>
internal sealed class PrivateDirectory : IDisposable
{
    private const uint OwnerOnly = 0x1C0; // 0700
    private const uint PermissionBits = 0x1FF; // 0777

    private readonly Descriptor _directory;

    private PrivateDirectory(string path, Descriptor directory)
    {
        Path = path;
        _directory = directory;
    }

    /// <summary>Absolute, without a slash at its end.</summary>
    public string Path { get; }

    public int Descriptor => _directory.Number;

    /// <summary>The places to try, best first.</summary>
    public static IEnumerable<string> Candidates()
    {
        uint user = Syscall.geteuid();
        if (EnvironmentBlock.Current.Find("XDG_RUNTIME_DIR") is ['/', ..] runtime)
            yield return runtime.TrimEnd('/') + "/virttime";

        yield return "/dev/shm/virttime-" + user;
        yield return "/tmp/virttime-" + user;
    }

    /// <summary>Makes the directory where it is missing, and makes it the user's alone where it is the user's.</summary>
    /// <param name="path">One of <see cref="Candidates"/>.</param>
    /// <param name="reason">Why it cannot be used, where the result is null.</param>
    public static PrivateDirectory? TryOpen(string path, out string reason)
    {
        reason = Make(path) ?? "";
        if (reason.Length > 0)
            return null;

        Descriptor directory = Native.Descriptor.Open(path, SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY | SystemCalls.O_NOFOLLOW);
        reason = directory.IsOpen ? "is not a directory of the user alone" : Errno.Text(Errno.Last);
        if (directory.IsOpen
            && directory.TryStat(out statx_buffer status)
            && status.stx_uid == Syscall.geteuid()
            && (status.stx_mode & PermissionBits) == OwnerOnly)
        {
            return new PrivateDirectory(path, directory);
        }

        directory.Dispose();
        return null;
    }

    public void Dispose() => _directory.Dispose();

    /// <returns>Why there is none that can be used, or null.</returns>
    private static string? Make(string path)
    {
        // Under sudo, XDG_RUNTIME_DIR may still name the directory of the user who called it, which must not get a file of root's.
        string parent = path[..path.LastIndexOf('/')];
        bool isShared = parent is "/dev/shm" or "/tmp";
        if (!isShared && StatusOf(parent, 0) is statx_buffer above && above.stx_uid != Syscall.geteuid())
            return $"{parent} belongs to another user";

        // Whatever the umask: it may take the owner's rights away as well.
        uint umask = SystemCalls.umask(0);
        bool isMade = SystemCalls.mkdir(path, OwnerOnly) == 0;
        int error = Errno.Last;
        SystemCalls.umask(umask);
        if (isMade)
            return null;

        if (error != Errno.EEXIST)
            return Errno.Text(error);

        if (StatusOf(path, SystemCalls.AT_SYMLINK_NOFOLLOW) is not statx_buffer status || !status.IsDirectory)
            return "is not a directory";

        if (status.stx_uid != Syscall.geteuid())
            return "belongs to another user";

        // Nobody else can put another file in the place of ours: the directories above are sticky, or ours.
        return (status.stx_mode & PermissionBits) == OwnerOnly || SystemCalls.chmod(path, OwnerOnly) == 0 ? null : Errno.Text(Errno.Last);
    }

    private static statx_buffer? StatusOf(string path, int flags) =>
        SystemCalls.statx(SystemCalls.AT_FDCWD, path, flags, statx_buffer.STATX_BASIC_STATS, out statx_buffer status) == 0 ? status : null;
}

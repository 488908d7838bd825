using VirtTime.Base;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.PrivateFiles;

/// <summary>The user's own directory for private config files.</summary>
/// <remarks>It lies on a tmpfs if possible: a file on a disk would be written back each time that a slot changes.</remarks>
internal sealed class PrivateDirectory : IDisposable
{
    private static readonly string[] s_shared = ["/dev/shm", "/tmp"];

    private readonly Descriptor _directory;

    private PrivateDirectory(string path, Descriptor directory)
    {
        Path = path;
        _directory = directory;
    }

    /// <summary>An absolute path without a slash at its end.</summary>
    public string Path { get; }

    public int Descriptor => _directory.Number;

    /// <summary>The directories to try, best first. The last ones are created during the enumeration.</summary>
    public static IEnumerable<string> Candidates()
    {
        uint user = Syscall.geteuid();
        if (EnvironmentBlock.Current.Find("XDG_RUNTIME_DIR") is ['/', ..] runtime)
            yield return runtime.TrimEnd('/') + "/virttime";

        yield return "/dev/shm/virttime-" + user;
        yield return "/tmp/virttime-" + user;

        // Another user may have created a directory with this user's name in the shared directories.
        foreach (string parent in s_shared)
        {
            bool isTaken = statx_buffer.OfLink($"{parent}/virttime-{user}") is statx_buffer taken && taken.stx_uid != user;
            if (isTaken && RandomDirectory.FindOrMake(parent, $"virttime-{user}.") is string path)
                yield return path;
        }
    }

    /// <summary>Opens the directory. Creates it if it is missing, and sets its mode to 0700 if it belongs to the user.</summary>
    /// <param name="path">One of <see cref="Candidates"/>.</param>
    /// <param name="reason">If the result is null: why the directory cannot be used.</param>
    public static PrivateDirectory? TryOpen(string path, out string reason)
    {
        reason = Make(path) ?? "";
        if (reason.Length > 0)
            return null;

        Descriptor directory = Base.Descriptor.Open(path, SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY | SystemCalls.O_NOFOLLOW);
        reason = directory.IsOpen ? "is not a directory that only this user can access" : ErrorNumber.Text(ErrorNumber.Last);
        if (directory.IsOpen
            && directory.TryStat(out statx_buffer status)
            && status.stx_uid == Syscall.geteuid()
            && (status.stx_mode & Permissions.All) == Permissions.OwnersDirectory)
        {
            return new PrivateDirectory(path, directory);
        }

        directory.Dispose();
        return null;
    }

    public void Dispose() => _directory.Dispose();

    /// <returns>Null on success, otherwise why the directory cannot be used.</returns>
    private static string? Make(string path)
    {
        // Under sudo, XDG_RUNTIME_DIR may still name the directory of the calling user, which must not get a file of root's.
        string parent = path[..path.LastIndexOf('/')];
        bool isShared = s_shared.Contains(parent);
        if (!isShared && statx_buffer.Of(parent) is statx_buffer above && above.stx_uid != Syscall.geteuid())
            return $"{parent} belongs to another user";
        if (!isShared && ForeignPart(parent, isTarget: false) is string part)
            return $"{part} belongs to another user, who could replace {parent}";

        // The umask may remove the owner's rights as well.
        uint umask = SystemCalls.umask(0);
        bool isMade = SystemCalls.mkdir(path, Permissions.OwnersDirectory) == 0;
        int error = ErrorNumber.Last;
        SystemCalls.umask(umask);
        if (isMade)
            return null;

        if (error != ErrorNumber.EEXIST)
            return ErrorNumber.Text(error);

        if (statx_buffer.OfLink(path) is not statx_buffer status || !status.IsDirectory)
            return "is not a directory";

        if (status.stx_uid != Syscall.geteuid())
            return "belongs to another user";

        // No other user can replace the directory between the check and chmod: its parents are sticky, or belong to this user or root.
        return (status.stx_mode & Permissions.All) == Permissions.OwnersDirectory || SystemCalls.chmod(path, Permissions.OwnersDirectory) == 0 ? null : ErrorNumber.Text(ErrorNumber.Last);
    }

    /// <summary>The first part of a path that neither root nor this user owns, also through a symbolic link; null if there is none.</summary>
    private static unsafe string? ForeignPart(string path, bool isTarget)
    {
        bool hasLink = false;
        for (int slash = path.IndexOf('/', 1); ; slash = path.IndexOf('/', slash + 1))
        {
            string part = slash < 0 ? path : path[..slash];
            if (statx_buffer.OfLink(part) is statx_buffer status)
            {
                if (status.stx_uid != 0 && status.stx_uid != Syscall.geteuid())
                    return part;
                hasLink |= status.IsSymbolicLink;
            }

            if (slash < 0)
                break;
        }

        const int PathLimit = 4096;
        byte* resolved = stackalloc byte[PathLimit];
        return hasLink && !isTarget && SystemCalls.realpath(path, resolved) != null
            ? ForeignPart(ByteString.FromTerminated(resolved), isTarget: true)
            : null;
    }
}

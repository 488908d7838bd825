using Mono.Unix.Native;
using VirtTime.Execution;
using VirtTime.Native;
using Errno = VirtTime.Native.Errno;

namespace VirtTime.Config;

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
        string? runtime = EnvironmentBlock.Current.Find("XDG_RUNTIME_DIR");

        // Under sudo the variable may still name the directory of the user who called it, which must not get a file of root's.
        if (runtime is ['/', ..] && IsOwnedBy(runtime, user))
            yield return runtime.TrimEnd('/') + "/virttime";

        yield return $"/dev/shm/virttime-{user}";
        yield return $"/tmp/virttime-{user}";
    }

    /// <summary>Makes the directory where it is missing. Null where it cannot be made, or is not the user's alone.</summary>
    /// <param name="path">One of the <see cref="Candidates"/>.</param>
    /// <param name="reason">Why it is null.</param>
    public static PrivateDirectory? TryOpen(string path, out string reason)
    {
        int error = SystemCalls.mkdir(path, OwnerOnly) == 0 ? 0 : Errno.Last;
        Descriptor directory = Native.Descriptor.Open(path, SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY | SystemCalls.O_NOFOLLOW);
        reason = "is not the user's alone (0700)";
        if (!directory.IsOpen)
            reason = Errno.Text(error is 0 or Errno.EEXIST ? Errno.Last : error);
        else if (directory.TryStat(out statx_buffer status)
            && status.stx_uid == Syscall.geteuid()
            && (status.stx_mode & PermissionBits) == OwnerOnly)
            return new PrivateDirectory(path, directory);

        directory.Dispose();
        return null;
    }

    public void Dispose() => _directory.Dispose();

    private static bool IsOwnedBy(string path, uint user) =>
        SystemCalls.statx(SystemCalls.AT_FDCWD, path, 0, statx_buffer.STATX_BASIC_STATS, out statx_buffer status) == 0
        && status.IsDirectory
        && status.stx_uid == user;
}

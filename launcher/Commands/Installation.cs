using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary><c>--install DIR</c>: copies the launcher and the library, for an image that contains nothing else and so has no <c>cp</c>.</summary>
/// <remarks>Each file is replaced as a whole. A process that runs with an old file keeps it.</remarks>
internal static unsafe class Installation
{
    private const string LauncherName = "virttime-run";
    private const int BufferSize = 64 * 1024;

    /// <exception cref="LauncherException">The files cannot be installed. The old ones remain, unless the last step of all fails.</exception>
    public static int Run(string directory)
    {
        string target = WorkingDirectory.Absolute(directory).TrimEnd('/') + "/";
        if (InterposerLibrary.IsUnfit(target))
            throw Failure(directory, "contains a space, a colon or a dollar sign, which LD_PRELOAD cannot hold; give another directory");

        string library = InterposerLibrary.Find();
        string launcher = InterposerLibrary.LauncherPath()
            ?? throw new LauncherException(LauncherName, "cannot find its own file; mount /proc, or start virttime-run by its path");

        if (SystemCalls.mkdir(target, Permissions.SharedProgram) == 0)
            SystemCalls.chmod(target, Permissions.SharedProgram);

        string newLibrary = TemporaryName(target, InterposerLibrary.FileName);
        string newLauncher = TemporaryName(target, LauncherName);
        try
        {
            Copy(library, directory, newLibrary, Permissions.SharedFile);
            Copy(launcher, directory, newLauncher, Permissions.SharedProgram);
            if (LibraryFile.WhyNotLoadable(newLibrary) is string reason)
                throw Failure(directory, "the copied library " + reason);

            // The library comes first, so that the directory never contains a launcher without a library.
            Rename(directory, newLibrary, target + InterposerLibrary.FileName);
            Rename(directory, newLauncher, target + LauncherName);
        }
        catch
        {
            SystemCalls.unlinkat(SystemCalls.AT_FDCWD, newLibrary, 0);
            SystemCalls.unlinkat(SystemCalls.AT_FDCWD, newLauncher, 0);
            throw;
        }

        return ExitStatus.Success;
    }

    private static string TemporaryName(string target, string name)
    {
        string prefix = "." + name + ".new-";
        TemporaryNames.Sweep(target, prefix);
        string temporary = target + prefix + MakerName.Own;
        SystemCalls.unlinkat(SystemCalls.AT_FDCWD, temporary, 0);
        return temporary;
    }

    private static void Copy(string source, string directory, string target, uint mode)
    {
        using Descriptor from = Descriptor.Open(source, SystemCalls.O_RDONLY);
        if (!from.IsOpen || !from.TryStat(out statx_buffer status))
            throw new LauncherException(source, "cannot be read: " + ErrorNumber.Text(ErrorNumber.Last));

        CheckSizeLimit(directory, (long)status.stx_size);
        using Descriptor to = Descriptor.Open(target, SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_EXCL, Permissions.SharedFile);
        if (!to.IsOpen)
            throw Failure(directory, ErrorNumber.Last);

        CopyContent(source, from.Number, directory, to.Number);
        if (SystemCalls.fchmod(to.Number, mode) != 0 || Mono.Unix.Native.Syscall.fsync(to.Number) != 0)
            throw Failure(directory, ErrorNumber.Last);
    }

    private static void Rename(string directory, string from, string to)
    {
        if (SystemCalls.renameat(SystemCalls.AT_FDCWD, from, SystemCalls.AT_FDCWD, to) != 0)
            throw Failure(directory, ErrorNumber.Last);
    }

    private static void CopyContent(string source, int from, string directory, int to)
    {
        byte* buffer = stackalloc byte[BufferSize];
        while (true)
        {
            nint count = SystemCalls.read(from, buffer, BufferSize);
            if (count == 0)
                return;

            if (count < 0)
                throw new LauncherException(source, "cannot be read: " + ErrorNumber.Text(ErrorNumber.Last));

            for (nint done = 0; done < count;)
            {
                nint written = SystemCalls.write(to, buffer + done, count - done);
                if (written < 0)
                    throw Failure(directory, ErrorNumber.Last);

                done += written;
            }
        }
    }

    // A file that grows beyond RLIMIT_FSIZE would end the launcher with SIGXFSZ.
    private static void CheckSizeLimit(string directory, long size)
    {
        if (SystemCalls.getrlimit(SystemCalls.RLIMIT_FSIZE, out rlimit limit) == 0 && limit.rlim_cur < (ulong)size)
            throw Failure(directory, "the file size limit is too low; raise it (ulimit -f)");
    }

    private static LauncherException Failure(string directory, int error) => Failure(directory, error switch
    {
        ErrorNumber.ENOSPC or ErrorNumber.EDQUOT => ErrorNumber.Text(error) + "; the two files need 6 MB",
        ErrorNumber.EACCES or ErrorNumber.EPERM => "permission denied; give this user write access to the directory",
        ErrorNumber.EROFS => "read-only file system; give another directory",
        ErrorNumber.ENOENT => "the directory does not exist; create it first",
        _ => ErrorNumber.Text(error),
    });

    private static LauncherException Failure(string directory, string reason) => new("--install " + directory, reason);
}

using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>Whether the user may execute a file.</summary>
internal static class ExecutableFile
{
    public static bool IsExecutable(string path)
    {
        if (SystemCalls.faccessat(SystemCalls.AT_FDCWD, path, SystemCalls.X_OK, SystemCalls.AT_EACCESS) == 0)
            return true;

        // The system call faccessat2 (Linux 5.8) may be unknown to the filter of an older container runtime. access checks the real ids, which
        // are the same as the effective ones here: the launcher refuses to run set-user-ID.
        return ErrorNumber.Last is (ErrorNumber.EPERM or ErrorNumber.ENOSYS) && SystemCalls.access(path, SystemCalls.X_OK) == 0;
    }

    /// <summary>The reason why a regular file is not executable, with the remedy.</summary>
    public static string WhyNot(string path, in statx_buffer status)
    {
        if ((status.stx_mode & Permissions.AnyExecutes) == 0)
            return "permission denied; make the program executable (chmod +x)";

        using Descriptor file = Descriptor.Open(path, SystemCalls.O_PATH);
        bool isOnNoexec = SystemCalls.fstatvfs(file.Number, out statvfs_buffer filesystem) == 0
            && (filesystem.f_flag & statvfs_buffer.ST_NOEXEC) != 0;
        return isOnNoexec
            ? "permission denied; its file system is mounted noexec, put the program elsewhere"
            : "permission denied; ask its owner for the right to execute it";
    }
}

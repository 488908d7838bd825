using System.Runtime.InteropServices;

namespace VirtTime.Base;

// Files and directories. Strings are byte strings (ByteStringMarshaller).
internal static unsafe partial class SystemCalls
{
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_FOLLOW = 0x400;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_EACCESS = 0x200;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_REMOVEDIR = 0x200;

    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NOCTTY = 0x100;
    public const int O_NONBLOCK = 0x800;
    public const int O_NOATIME = 0x40000;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    // These differ between x86-64 and arm64.
    public static readonly int O_DIRECTORY = IsArm64 ? 0x4000 : 0x10000;
    public static readonly int O_NOFOLLOW = IsArm64 ? 0x8000 : 0x20000;
    public static readonly int O_TMPFILE = 0x400000 | O_DIRECTORY;

    public const int SEEK_SET = 0;
    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;

    public const int F_OK = 0;
    public const int W_OK = 2;
    public const int X_OK = 1;

    public const int FD_CLOEXEC = 1;

    public const int F_SETFD = 2;
    public const int F_SETOWN = 8;
    public const int F_SETSIG = 10;
    public const int F_SETLEASE = 1024;
    public const int F_GETLEASE = 1025;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int F_WRLCK = 1;
    public const int F_UNLCK = 2;

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int LOCK_UN = 8;

    public const int FALLOC_FL_KEEP_SIZE = 1;
    public const int FALLOC_FL_PUNCH_HOLE = 2;

    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int PROT_EXEC = 4;
    public const int MAP_SHARED = 1;
    public const int MAP_PRIVATE = 2;
    public const int MAP_FIXED = 0x10;
    public const int MAP_ANONYMOUS = 0x20;

    /// <summary>Since Linux 5.14.</summary>
    public const int MADV_POPULATE_WRITE = 23;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int openat(int directory, string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(int descriptor, byte* buffer, nint count, long position);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(int descriptor, byte* buffer, nint count, long position);

    [LibraryImport("libc", SetLastError = true)]
    public static partial long lseek(int descriptor, long position, int whence);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ftruncate(int descriptor, long length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fallocate(int descriptor, int mode, long position, long length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmod(int descriptor, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchown(int descriptor, uint owner, uint group);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int renameat(int oldDirectory, string oldPath, int newDirectory, string newPath);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(int descriptor, int operation);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int pipe2(int* descriptors, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(nint address, nint length, int protection, int flags, int descriptor, long position);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(nint address, nint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int madvise(nint address, nint length, int advice);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int statx(int directory, string path, int flags, uint mask, out statx_buffer buffer);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int faccessat(int directory, string path, int mode, int flags);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int access(string path, int mode);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int chmod(string path, uint mode);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int linkat(int oldDirectory, string oldPath, int newDirectory, string newPath, int flags);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int unlinkat(int directory, string path, int flags);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial nint readlink(string path, byte* buffer, nint size);

    /// <param name="resolved">A buffer of 4,096 bytes.</param>
    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial byte* realpath(string path, byte* resolved);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint getdents64(int descriptor, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial byte* getcwd(byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial nint getxattr(string path, string name, byte* value, nint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fstatvfs(int descriptor, out statvfs_buffer filesystem);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fstatfs(int descriptor, out statfs_buffer filesystem);
}

using System.Runtime.InteropServices;

namespace VirtTime.Base;

/// <summary><c>struct statx</c> of <c>&lt;linux/stat.h&gt;</c>. Unlike <c>struct stat</c>, it is the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct statx_buffer
{
    private const uint STATX_BASIC_STATS = 0x7ff;

    [FieldOffset(16)]
    public uint stx_nlink;
    [FieldOffset(20)]
    public uint stx_uid;
    [FieldOffset(24)]
    public uint stx_gid;
    [FieldOffset(28)]
    public ushort stx_mode;
    [FieldOffset(32)]
    public ulong stx_ino;
    [FieldOffset(40)]
    public ulong stx_size;
    [FieldOffset(112)]
    public long stx_mtime_seconds;
    [FieldOffset(136)]
    public uint stx_dev_major;
    [FieldOffset(140)]
    public uint stx_dev_minor;

    /// <summary>The status of a file; null on failure (<see cref="ErrorNumber.Last"/> says why).</summary>
    public static statx_buffer? Of(string path) => Ask(SystemCalls.AT_FDCWD, path, 0);

    /// <summary>The status of a file, or of the symbolic link itself if the path is one.</summary>
    public static statx_buffer? OfLink(string path) => OfLinkAt(SystemCalls.AT_FDCWD, path);

    /// <inheritdoc cref="OfLink"/>
    public static statx_buffer? OfLinkAt(int directory, string path) => Ask(directory, path, SystemCalls.AT_SYMLINK_NOFOLLOW);

    public static statx_buffer? OfDescriptor(int descriptor) => Ask(descriptor, "", SystemCalls.AT_EMPTY_PATH);

    public readonly bool IsRegularFile => (stx_mode & 0xF000) == 0x8000;

    public readonly bool IsSameFileAs(in statx_buffer other) =>
        stx_ino == other.stx_ino && stx_dev_major == other.stx_dev_major && stx_dev_minor == other.stx_dev_minor;

    public readonly bool IsSymbolicLink => (stx_mode & 0xF000) == 0xA000;

    public readonly bool IsDirectory => (stx_mode & 0xF000) == 0x4000;

    private static statx_buffer? Ask(int directory, string path, int flags) =>
        SystemCalls.statx(directory, path, flags, STATX_BASIC_STATS, out statx_buffer status) == 0 ? status : null;
}

/// <summary><c>struct procmap_query</c> of <c>&lt;linux/fs.h&gt;</c> (Linux 6.11).</summary>
internal struct procmap_query
{
    public const nuint PROCMAP_QUERY = 0xC0686611;

    public const ulong PROCMAP_QUERY_VMA_READABLE = 0x01;
    public const ulong PROCMAP_QUERY_VMA_WRITABLE = 0x02;
    public const ulong PROCMAP_QUERY_VMA_EXECUTABLE = 0x04;
    public const ulong PROCMAP_QUERY_VMA_SHARED = 0x08;
    public const ulong PROCMAP_QUERY_COVERING_OR_NEXT_VMA = 0x10;
    public const ulong PROCMAP_QUERY_FILE_BACKED_VMA = 0x20;

    public ulong size;
    public ulong query_flags;
    public ulong query_addr;
    public ulong vma_start;
    public ulong vma_end;
    public ulong vma_flags;
    public ulong vma_page_size;
    public ulong vma_offset;
    public ulong inode;
    public uint dev_major;
    public uint dev_minor;
    public uint vma_name_size;
    public uint build_id_size;
    public nint vma_name_addr;
    public nint build_id_addr;
}

/// <summary><c>struct sigaction</c> of glibc. The launcher uses only the handler.</summary>
[StructLayout(LayoutKind.Sequential, Size = 152)]
internal struct sigaction_buffer
{
    public nint sa_handler;
}

/// <summary><c>struct rlimit</c>; <see cref="ulong.MaxValue"/> is <c>RLIM_INFINITY</c>.</summary>
internal struct rlimit
{
    public ulong rlim_cur;
    public ulong rlim_max;
}

/// <summary><c>struct statvfs</c> of glibc on a 64-bit system, up to the flags.</summary>
[StructLayout(LayoutKind.Sequential, Size = 112)]
internal struct statvfs_buffer
{
    public const ulong ST_NOSUID = 2;
    public const ulong ST_NOEXEC = 8;

    public ulong f_bsize;
    public ulong f_frsize;
    public ulong f_blocks;
    public ulong f_bfree;
    public ulong f_bavail;
    public ulong f_files;
    public ulong f_ffree;
    public ulong f_favail;
    public ulong f_fsid;
    public ulong f_flag;
}

/// <summary><c>struct statfs</c> of a 64-bit system. The launcher uses only the type.</summary>
[StructLayout(LayoutKind.Sequential, Size = 120)]
internal struct statfs_buffer
{
    public long f_type;
}

/// <summary><c>struct tm</c> of <c>&lt;time.h&gt;</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct tm_buffer
{
    [FieldOffset(0)]
    public int tm_sec;
    [FieldOffset(4)]
    public int tm_min;
    [FieldOffset(8)]
    public int tm_hour;
    /// <summary>Years since 1900.</summary>
    [FieldOffset(20)]
    public int tm_year;
    /// <summary>Days since January 1st.</summary>
    [FieldOffset(28)]
    public int tm_yday;
}

/// <summary><c>struct iovec</c>.</summary>
internal struct iovec
{
    public nint iov_base;
    public nint iov_len;
}

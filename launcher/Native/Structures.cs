using System.Runtime.InteropServices;

namespace VirtTime.Native;

/// <summary><c>struct statx</c> of <c>&lt;linux/stat.h&gt;</c>: the same on every architecture, unlike <c>struct stat</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct statx_buffer
{
    public const uint STATX_BASIC_STATS = 0x7ff;

    public uint stx_mask;
    public uint stx_blksize;
    public ulong stx_attributes;
    public uint stx_nlink;
    public uint stx_uid;
    public uint stx_gid;
    public ushort stx_mode;
    private readonly ushort _spare;
    public ulong stx_ino;
    public ulong stx_size;
    public ulong stx_blocks;

    public readonly bool IsRegularFile => (stx_mode & 0xF000) == 0x8000;

    public readonly bool IsDirectory => (stx_mode & 0xF000) == 0x4000;
}

/// <summary><c>struct sigaction</c> of glibc, of which only the handler matters here.</summary>
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

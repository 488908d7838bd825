namespace VirtTime.Libc;

/// <summary>Constants of <c>&lt;sys/mman.h&gt;</c> and <c>&lt;fcntl.h&gt;</c> and others.</summary>
internal static class Mman
{
    public const int PROT_NONE = 0;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;

    public const int MAP_SHARED = 1;
    public const int MAP_PRIVATE = 2;
    public const int MAP_FIXED = 0x10;
    public const int MAP_ANONYMOUS = 0x20;

    public const int MADV_DONTNEED = 4;
    public const int MADV_WIPEONFORK = 18;
    public const int MREMAP_MAYMOVE = 1;

    public const int AT_FDCWD = -100;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int F_GETFD = 1;
    public const int F_GETFL = 3;
    public const int F_GET_SEALS = 1034;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int LOCK_UN = 8;
    public const int O_RDONLY = 0;
    public const int O_RDWR = 2;
    public const int O_ACCMODE = 3;
    public const int O_NOCTTY = 0x100;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;
    public const int FD_CLOEXEC = 1;
    public const int MFD_CLOEXEC = 1;
    public const int MFD_NOEXEC_SEAL = 8;

    public const int SEEK_SET = 0;
    public const int SEEK_CUR = 1;
    public const int SEEK_END = 2;
    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;
}

namespace VirtTime.Libc;

/// <summary><c>struct statx</c> of <c>&lt;linux/stat.h&gt;</c>, which is the same on every architecture.</summary>
internal unsafe struct statx
{
    public const int STATX_INO = 0x100;

    private fixed long _mode[4];
    public ulong stx_ino;
    private fixed long _times[11];
    private ulong _rdev;
    public uint stx_dev_major;
    public uint stx_dev_minor;
    private fixed long _spare[14];
}

/// <summary>Identifies a file, until the next boot.</summary>
internal struct FileIdentity
{
    public ulong Device;
    public ulong Inode;

    public readonly bool IsKnown => Inode != 0;

    public readonly bool Equals(FileIdentity other) => Device == other.Device && Inode == other.Inode;
}

namespace VirtTime.Base;

/// <summary>Properties of the filesystem of an open file, by its magic number (<c>statfs(2)</c>).</summary>
internal static class FilesystemKind
{
    private const long Tmpfs = 0x01021994;
    private const long Ramfs = 0x858458f6;
    private const long Ext = 0xEF53;
    private const long Xfs = 0x58465342;
    private const long Btrfs = 0x9123683E;
    private const long F2fs = 0xF2F52010;

    // Filesystems with ordinary files for which CountsAllUsers is not certain: stacked (overlay, ecryptfs), remote, or not part of Linux.
    private static readonly long[] s_others =
    [
        0x794C7630, 0xF15F, 0x6969, 0xFF534D42, 0xFE534D42, 0x01021997, 0x00C36400, 0x01161970, 0x7461636F, 0x0BD00BD0,
        0x2FC12FC1, 0xCA451A4E, 0x4D44, 0x2011BAB0, 0x52654973, 0x3153464A, 0x3434, 0xE0F5E1E2, 0x73717368,
    ];

    /// <summary>
    /// Whether every process that has a file open or mapped holds the same inode as this descriptor, so that the kernel's lease counts all of
    /// them.
    /// </summary>
    /// <remarks>
    /// The listed filesystems use the page cache of that inode and the kernel's own leases. On overlayfs a mapping holds the inode of the
    /// lower layer; a remote filesystem does not count users on other machines; a FUSE daemon may do anything.
    /// </remarks>
    public static bool CountsAllUsers(int descriptor) => MagicOf(descriptor) is Tmpfs or Ramfs or Ext or Xfs or Btrfs or F2fs;

    /// <summary>Whether opening a regular file has no side effect. It can have one on a pseudo filesystem of the kernel and on FUSE.</summary>
    /// <param name="descriptor">May be opened with <c>O_PATH</c>.</param>
    public static bool IsOrdinary(int descriptor) => CountsAllUsers(descriptor) || s_others.Contains(MagicOf(descriptor));

    // 0 if fstatfs fails.
    private static long MagicOf(int descriptor) =>
        SystemCalls.fstatfs(descriptor, out statfs_buffer filesystem) == 0 ? filesystem.f_type & 0xFFFFFFFF : 0;
}

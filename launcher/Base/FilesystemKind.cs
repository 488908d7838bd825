namespace VirtTime.Base;

/// <summary>What is known of the filesystem that a descriptor lies on, by its magic number (<c>statfs(2)</c>).</summary>
internal static class FilesystemKind
{
    private const long Tmpfs = 0x01021994;
    private const long Ramfs = 0x858458f6;
    private const long Ext = 0xEF53;
    private const long Xfs = 0x58465342;
    private const long Btrfs = 0x9123683E;
    private const long F2fs = 0xF2F52010;

    // Ordinary files, but a stacked filesystem (overlay, ecryptfs), a remote one, or one that is not part of Linux.
    private static readonly long[] s_others =
    [
        0x794C7630, 0xF15F, 0x6969, 0xFF534D42, 0xFE534D42, 0x01021997, 0x00C36400, 0x01161970, 0x7461636F, 0x0BD00BD0,
        0x2FC12FC1, 0xCA451A4E, 0x4D44, 0x2011BAB0, 0x52654973, 0x3153464A, 0x3434, 0xE0F5E1E2, 0x73717368,
    ];

    /// <summary>
    /// Whether all who have a file of it open or mapped hold the same inode that a descriptor here holds, so that the kernel counts them together.
    /// </summary>
    /// <remarks>
    /// Those of the list keep their data in the page cache of that one inode and leave leases to the kernel. On overlayfs a mapping holds the
    /// file of the layer below; on a remote filesystem the users of other machines are not counted; a FUSE daemon does as it likes.
    /// </remarks>
    public static bool CountsAllUsers(int descriptor) => MagicOf(descriptor) is Tmpfs or Ramfs or Ext or Xfs or Btrfs or F2fs;

    /// <summary>Whether opening a regular file of it does nothing else: no pseudo filesystem of the kernel's, and no program behind it (FUSE).</summary>
    /// <param name="descriptor">May be one of <c>O_PATH</c>.</param>
    public static bool IsOrdinary(int descriptor) => CountsAllUsers(descriptor) || s_others.Contains(MagicOf(descriptor));

    // 0 where the kernel does not say.
    private static long MagicOf(int descriptor) =>
        SystemCalls.fstatfs(descriptor, out statfs_buffer filesystem) == 0 ? filesystem.f_type & 0xFFFFFFFF : 0;
}

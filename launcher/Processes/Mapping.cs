namespace VirtTime.Processes;

/// <summary>A mapping of a file, as a line of <c>/proc/PID/maps</c> has it.</summary>
/// <param name="Range">Its addresses, such as <c>7f0a12000-7f0a14000</c>: also its name in <c>/proc/PID/map_files</c>.</param>
/// <param name="File">Which file.</param>
/// <param name="IsWritable">Whether the process may write through it at this moment.</param>
/// <param name="Position">Where in the file it begins, in bytes.</param>
/// <param name="Name">
/// As the kernel writes it, a byte string. To be shown or tried, and no proof: a line feed in it has become <c>\012</c> while a
/// backslash stays what it is, a file that is gone ends in <c> (deleted)</c>, and it is a path as seen from there.
/// </param>
internal readonly record struct Mapping(string Range, MappedFile File, bool IsWritable, ulong Position, string Name);

/// <summary>A file as <c>maps</c> names it: by the device and inode of its filesystem.</summary>
/// <remarks>
/// Not what <c>stat</c> says: that shows another device on Btrfs, and another device or inode on overlayfs. Two files of different
/// subvolumes of a Btrfs can have the same values here.
/// </remarks>
/// <param name="Device">Major and minor in hexadecimal, as it stands there.</param>
internal readonly record struct MappedFile(string Device, ulong Inode);

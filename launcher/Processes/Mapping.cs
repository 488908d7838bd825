using System.Globalization;

namespace VirtTime.Processes;

/// <summary>A mapping of a file: one line of <c>/proc/PID/maps</c>.</summary>
/// <param name="Range">The addresses, such as <c>7f0a12000-7f0a14000</c>; also the mapping's name in <c>/proc/PID/map_files</c>.</param>
/// <param name="IsWritable">Whether the process may write through the mapping at this moment.</param>
/// <param name="Position">Where in the file the mapping begins, in bytes.</param>
/// <param name="Name">
/// The path in the process's mount namespace as the kernel writes it, a byte string. It proves nothing: a line feed has become <c>\012</c>
/// (a backslash is not escaped), and a deleted file's path ends in <c> (deleted)</c>.
/// </param>
internal readonly record struct Mapping(string Range, MappedFile File, bool IsWritable, ulong Position, string Name)
{
    /// <summary>Whether the process may neither read nor write nor execute it.</summary>
    public bool HasNoAccess { get; init; }

    /// <summary>In bytes.</summary>
    public ulong Length
    {
        get
        {
            int middle = Range.IndexOf('-', StringComparison.Ordinal);
            return Address(Range.AsSpan(middle + 1)) - Address(Range.AsSpan(0, middle));
        }
    }

    private static ulong Address(ReadOnlySpan<char> text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

/// <summary>The device and inode that <c>maps</c> shows for a file.</summary>
/// <remarks>
/// <c>stat</c> shows another device on Btrfs, and may show another device or inode on overlayfs. Two files of different subvolumes of a
/// Btrfs can have the same values in <c>maps</c>.
/// </remarks>
/// <param name="Device">Major and minor number in hexadecimal, as in <c>maps</c>.</param>
internal readonly record struct MappedFile(string Device, ulong Inode);

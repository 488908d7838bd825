using VirtTime.Clocks;
using VirtTime.Native;

namespace VirtTime.PrivateFiles;

/// <summary>For how long a file has not been written, by the wall clock.</summary>
internal static class FileAge
{
    /// <summary>In seconds.</summary>
    public const long Minute = 60;

    /// <inheritdoc cref="Minute"/>
    public const long Day = 24 * 60 * Minute;

    /// <summary>0 where the file is gone, or written in the future.</summary>
    public static long OfSeconds(int directory, string name) =>
        SystemCalls.statx(directory, name, SystemCalls.AT_SYMLINK_NOFOLLOW, statx_buffer.STATX_BASIC_STATS, out statx_buffer status) == 0
            ? Math.Max(HostClocks.Now().Realtime.tv_sec - status.stx_mtime_seconds, 0)
            : 0;

    /// <summary>When it was made, in seconds of the wall clock; 0 where the filesystem does not say.</summary>
    public static long BirthOf(Descriptor file) => file.TryStat(out statx_buffer status) ? status.stx_btime_seconds : 0;
}

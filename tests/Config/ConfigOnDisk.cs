using System.Runtime.InteropServices;
using VirtTime.Format;

namespace VirtTime.Tests.Launching;

/// <summary>The fields of a config file on disk.</summary>
internal sealed record ConfigOnDisk(long Size, timespec Offset, ConfigExtension Extension)
{
    public bool IsBeingChanged => (Extension.sequence & 1) != 0;

    public static ConfigOnDisk Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return new ConfigOnDisk(
            file.Length, Read<timespec>(file, ConfigLayout.OffsetPosition), Read<ConfigExtension>(file, ConfigLayout.ExtensionPosition));
    }

    /// <summary>How the realtime clocks follow the host's.</summary>
    public ClockLine Line
    {
        get
        {
            bool hasRate = (Extension.flags & ConfigExtension.HasRealtimeRate) != 0;
            return new ClockLine
            {
                offset = Extension.realtime_offset,
                reference = hasRate ? Extension.realtime_rate.reference : default,
                rate = hasRate ? Extension.realtime_rate.rate : ClockLine.HostRate,
            };
        }
    }

    /// <summary>Asserts that a file made by the launcher is complete.</summary>
    public void AssertWhole()
    {
        AssertSound(ConfigLayout.FileSize);
        Assert.Equal(ConfigExtension.MagicValue, Extension.magic);
        Assert.Equal(ConfigExtension.VersionFor(Extension.flags), Extension.version);
        Assert.Equal((Extension.flags & ConfigExtension.HasRealtimeRate) != 0, (Extension.sequence & ConfigExtension.RateBit) != 0);
    }

    /// <summary>Asserts that a file of this size has no half-made change.</summary>
    public void AssertSound(long size)
    {
        Assert.Equal(size, Size);
        Assert.InRange(Offset.tv_nsec, 0, 999_999_999);
        Assert.False(IsBeingChanged);
    }

    // Returns zeros if the file is too short.
    private static T Read<T>(FileStream file, long position)
        where T : unmanaged
    {
        Span<T> value = stackalloc T[1];
        value.Clear();
        RandomAccess.Read(file.SafeFileHandle, MemoryMarshal.AsBytes(value), position);
        return value[0];
    }
}

using VirtTime.Format;

namespace VirtTime.Commands.Criu;

/// <summary>The first page of <c>virttime.img</c>; behind it lies the config file, holes and all. Native byte order.</summary>
internal unsafe struct DumpHeader
{
    /// <summary><c>"VTIMAGE1"</c> read as a little-endian integer.</summary>
    public const ulong MagicValue = 0x3145_4741_4d49_5456;

    /// <summary>Bytes in a header.</summary>
    public const int Size = 4096;

    /// <summary>Larger than what criu writes, which is some hundred bytes.</summary>
    public const int MostInventory = 3072;

    public ulong magic;

    /// <summary>Of the config file, in bytes.</summary>
    public long size;

    public uint mode;
    public uint owner;
    public uint group;

    /// <summary>Of criu's inventory.img, which is another one for each dump.</summary>
    public int inventory_length;

    /// <summary>The virtual clocks when all threads were stopped.</summary>
    public timespec monotonic;

    public timespec boottime;
    public timespec realtime;

    public fixed byte inventory[MostInventory];
}

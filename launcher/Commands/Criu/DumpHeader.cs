using VirtTime.Format;

namespace VirtTime.Commands.Criu;

/// <summary>The first page of <c>virttime.img</c>, in native byte order. The config file follows it, with its holes.</summary>
internal unsafe struct DumpHeader
{
    /// <summary><c>"VTIMAGE1"</c> as a little-endian integer.</summary>
    public const ulong MagicValue = 0x3145_4741_4d49_5456;

    /// <summary>The size of the header in bytes.</summary>
    public const int Size = 4096;

    /// <summary>The largest inventory that fits, in bytes. The one that criu writes has some hundred bytes.</summary>
    public const int MostInventory = 3072;

    public ulong magic;

    /// <summary>The size of the config file in bytes.</summary>
    public long size;

    public uint mode;
    public uint owner;
    public uint group;

    /// <summary>The size of criu's inventory.img in bytes. Its content is different for each dump.</summary>
    public int inventory_length;

    /// <summary>The virtual clocks at the time of the dump, when all threads were stopped.</summary>
    public timespec monotonic;

    public timespec boottime;
    public timespec realtime;

    public fixed byte inventory[MostInventory];
}

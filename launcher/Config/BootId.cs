using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>The kernel's id of a boot: 16 bytes, all zero if unknown.</summary>
internal readonly record struct BootId(UInt128 Value)
{
    private const string Source = "/proc/sys/kernel/random/boot_id";

    public bool IsKnown => Value != 0;

    public static BootId Current()
    {
        byte[] text = SmallFile.TryRead(Source) ?? [];
        string digits = ByteString.From(text).Replace("-", "", StringComparison.Ordinal).TrimEnd();
        return UInt128.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value)
            ? new BootId(value)
            : default;
    }

    /// <summary>Reads the 16 bytes of a config file. Their order is that of the hexadecimal digits in <c>boot_id</c>.</summary>
    public static BootId From(ReadOnlySpan<byte> bytes) => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public void CopyTo(Span<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);

    public override string ToString()
    {
        string digits = Value.ToString("x32", CultureInfo.InvariantCulture);
        return $"{digits[..8]}-{digits[8..12]}-{digits[12..16]}-{digits[16..20]}-{digits[20..]}";
    }
}

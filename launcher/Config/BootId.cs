using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>The identity of the running kernel's boot: 16 bytes, or all zero where the kernel does not say.</summary>
internal readonly record struct BootId(UInt128 Value)
{
    private const string Source = "/proc/sys/kernel/random/boot_id";

    public bool IsKnown => Value != 0;

    /// <summary>Of this boot.</summary>
    public static BootId Current()
    {
        byte[] text = SmallFile.TryRead(Source) ?? [];
        string digits = ByteString.From(text).Replace("-", "", StringComparison.Ordinal).TrimEnd();
        return UInt128.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value)
            ? new BootId(value)
            : default;
    }

    /// <summary>From the 16 bytes in a config file, in the order in which the text has them.</summary>
    public static BootId From(ReadOnlySpan<byte> bytes) => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public void CopyTo(Span<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);

    public override string ToString()
    {
        string digits = Value.ToString("x32", CultureInfo.InvariantCulture);
        return $"{digits[..8]}-{digits[8..12]}-{digits[12..16]}-{digits[16..20]}-{digits[20..]}";
    }
}

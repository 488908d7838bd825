using System.Buffers;
using System.Globalization;
using System.Text;
using VirtTime.Base;

namespace VirtTime.Diagnostics;

/// <summary>Escapes byte strings for a terminal or a log: names, paths and titles can contain control sequences of a terminal.</summary>
internal static class PrintableText
{
    /// <summary>
    /// Leaves printable UTF-8 unchanged. Control characters (also U+0080 to U+009F), characters that change the writing direction, and bytes
    /// that are not UTF-8 become escapes such as <c>\x1b</c>, one for each byte.
    /// </summary>
    public static string Escape(string bytes)
    {
        if (!bytes.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return bytes;

        StringBuilder text = new(bytes.Length);
        foreach ((Rune? character, string its) in Characters(bytes))
        {
            if (character is Rune rune && IsPrintable(rune))
                text.Append(its);
            else
                foreach (char value in its)
                    text.Append($"\\x{(int)value:x2}");
        }

        return text.ToString();
    }

    /// <summary>The number of columns that a terminal needs, if every character is one column wide.</summary>
    public static int Width(string bytes)
    {
        int width = 0;
        foreach (char value in bytes)
            width += (value & 0xC0) == 0x80 ? 0 : 1;

        return width;
    }

    /// <summary>The UTF-8 characters of a byte string with their bytes. The character is null for a byte that is not UTF-8.</summary>
    public static IEnumerable<(Rune? Character, string Bytes)> Characters(string bytes)
    {
        byte[] all = ByteString.ToBytes(bytes);
        for (int at = 0; at < all.Length;)
        {
            bool isOne = Rune.DecodeFromUtf8(all.AsSpan(at), out Rune rune, out int length) == OperationStatus.Done;
            length = isOne ? length : 1;
            yield return (isOne ? rune : null, bytes.Substring(at, length));
            at += length;
        }
    }

    public static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Format => rune.Value is not ((>= 0x200E and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)),
        _ => true,
    };
}

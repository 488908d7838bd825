using System.Text;

namespace VirtTime.Base;

/// <summary>Converts between bytes and byte strings: strings with one character (0 to 255) for each byte.</summary>
internal static unsafe class ByteString
{
    public static string From(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>Reads the bytes before the first NUL.</summary>
    public static string FromTerminated(byte* bytes)
    {
        int length = 0;
        while (bytes[length] != 0)
            length++;

        return From(new ReadOnlySpan<byte>(bytes, length));
    }

    public static byte[] ToBytes(string value) => Encoding.Latin1.GetBytes(value);

    /// <summary>Writes the bytes of <paramref name="value"/> and a NUL.</summary>
    public static void CopyTo(string value, byte* destination)
    {
        for (int i = 0; i < value.Length; i++)
            destination[i] = (byte)value[i];

        destination[value.Length] = 0;
    }
}

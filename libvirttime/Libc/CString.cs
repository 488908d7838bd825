using System;
using System.Runtime.CompilerServices;

namespace VirtTime.Libc;

/// <summary>Byte strings that end in a NUL.</summary>
internal static unsafe class CString
{
    public static bool AreEqual(byte* left, byte* right)
    {
        while (*left != 0 && *left == *right)
        {
            left++;
            right++;
        }

        return *left == *right;
    }

    /// <summary>What follows <paramref name="prefix"/> in <paramref name="text"/>; null when it does not start so.</summary>
    public static byte* After(byte* text, byte* prefix)
    {
        for (; *prefix != 0; prefix++, text++)
        {
            if (*text != *prefix)
                return null;
        }

        return text;
    }

    public static int Length(byte* text)
    {
        int length = 0;
        while (text[length] != 0)
            length++;
        return length;
    }

    public static bool Contains(byte* text, byte wanted)
    {
        while (*text != 0 && *text != wanted)
            text++;
        return *text != 0;
    }

    /// <summary>Copies <paramref name="text"/> and its NUL, and returns where the NUL is.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte* Append(byte* to, byte* text)
    {
        while (*text != 0)
            *to++ = *text++;
        *to = 0;
        return to;
    }

    /// <summary>The same for a constant.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte* Append(byte* to, ReadOnlySpan<byte> text)
    {
        fixed (byte* bytes = text)
        {
            for (int i = 0; i < text.Length; i++)
                *to++ = bytes[i];
        }

        *to = 0;
        return to;
    }

    /// <summary>The same for a number that is not negative.</summary>
    public static byte* Append(byte* to, long number)
    {
        if (number >= 10)
            to = Append(to, number / 10);
        *to++ = (byte)('0' + (number % 10));
        *to = 0;
        return to;
    }
}

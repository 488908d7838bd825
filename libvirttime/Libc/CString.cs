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

    /// <summary>The rest of <paramref name="text"/> after <paramref name="prefix"/>; null if it does not start with it.</summary>
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

    /// <summary>Copies <paramref name="text"/> and its NUL; returns the address of the NUL.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte* Append(byte* to, byte* text)
    {
        while (*text != 0)
            *to++ = *text++;
        *to = 0;
        return to;
    }

    /// <summary>As <see cref="Append(byte*, byte*)"/>, for a constant.</summary>
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

    /// <summary>As <see cref="Append(byte*, byte*)"/>, for a number that is not negative, in decimal.</summary>
    public static byte* Append(byte* to, long number)
    {
        if (number >= 10)
            to = Append(to, number / 10);
        *to++ = (byte)('0' + (number % 10));
        *to = 0;
        return to;
    }
}

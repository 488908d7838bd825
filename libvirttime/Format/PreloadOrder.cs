using System.Runtime.CompilerServices;

namespace VirtTime.Format;

/// <summary>Puts the library into a value of <c>LD_PRELOAD</c>, whose entries are separated by colons or spaces.</summary>
/// <remarks>
/// The library goes first, but after the sanitizer runtimes at the front: some of them end the process unless they come first. Compiled into the
/// library, the launcher and the tests, so it uses nothing but memory.
/// </remarks>
public static unsafe class PreloadOrder
{
    /// <summary>Whether a list contains the library. Any file with the library's file name counts, in any directory.</summary>
    /// <param name="list">The value of <c>LD_PRELOAD</c>, ended by a NUL.</param>
    /// <param name="interposer">The library's path, or its name alone.</param>
    public static bool HasInterposer(byte* list, byte* interposer)
    {
        int length;
        for (byte* entry = First(list, &length); length != 0; entry = First(entry + length, &length))
        {
            if (IsInterposer(entry, length, interposer))
                return true;
        }

        return false;
    }

    /// <summary>Writes a list with the library exactly once, or without it.</summary>
    /// <param name="to">Room for the list, the library's path, a colon and a NUL.</param>
    /// <param name="list">The value of <c>LD_PRELOAD</c>, ended by a NUL.</param>
    /// <param name="interposer">The library's path.</param>
    /// <param name="withInterposer">Whether the result contains the library.</param>
    /// <returns>The address of the NUL.</returns>
    public static byte* Write(byte* to, byte* list, byte* interposer, bool withInterposer)
    {
        byte* start = to;
        int length;
        for (byte* entry = First(list, &length); length != 0; entry = First(entry + length, &length))
        {
            if (IsInterposer(entry, length, interposer))
                continue;
            if (withInterposer && !IsSanitizer(entry, length))
            {
                to = Append(to, start, interposer, LengthOf(interposer));
                withInterposer = false;
            }

            to = Append(to, start, entry, length);
        }

        if (withInterposer)
            to = Append(to, start, interposer, LengthOf(interposer));
        *to = 0;
        return to;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* First(byte* list, int* length)
    {
        while (*list is (byte)' ' or (byte)':')
            list++;
        int end = 0;
        while (list[end] is not (0 or (byte)' ' or (byte)':'))
            end++;
        *length = end;
        return list;
    }

    // Compares backwards, up to the slash before the library's name.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsInterposer(byte* entry, int length, byte* interposer)
    {
        for (int own = LengthOf(interposer); own > 0 && interposer[own - 1] != (byte)'/'; own--, length--)
        {
            if (length == 0 || entry[length - 1] != interposer[own - 1])
                return false;
        }

        return length == 0 || entry[length - 1] == (byte)'/';
    }

    // Looks for asan, hwasan, lsan, msan, rtsan or tsan in the file name, as gcc and clang spell it: libasan.so.8, libclang_rt.tsan-x86_64.so. ubsan
    // does not count, since it works in any position; nor do directory names.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsSanitizer(byte* entry, int length)
    {
        bool isOne = false;
        for (int i = 2; i + 3 < length; i++)
        {
            byte* at = entry + i;
            if (*at == (byte)'/')
                isOne = false;
            else if (*at == (byte)'s' && at[1] == (byte)'a' && at[2] == (byte)'n' && at[3] is (byte)'.' or (byte)'-' or (byte)'_'
                && at[-1] is (byte)'a' or (byte)'l' or (byte)'m' or (byte)'t' && at[-2] is (byte)'b' or (byte)'.' or (byte)'w' or (byte)'r')
                isOne = true;
        }

        return isOne;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(byte* text)
    {
        int length = 0;
        while (text[length] != 0)
            length++;
        return length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* Append(byte* to, byte* start, byte* entry, int length)
    {
        if (to != start)
            *to++ = (byte)':';
        for (int i = 0; i < length; i++)
            *to++ = entry[i];
        return to;
    }
}

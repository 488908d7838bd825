using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Interpose.Exec;

/// <summary>The value of <c>LD_PRELOAD</c>: files, with colons or spaces between them.</summary>
internal static unsafe class PreloadList
{
    /// <summary>Whether this library is in it: any file of the same name is taken for a copy, as the launcher does.</summary>
    public static bool HasInterposer(byte* list)
    {
        int length;
        for (byte* entry = First(list, &length); length != 0; entry = First(entry + length, &length))
        {
            if (IsInterposer(entry, length))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Writes <c>LD_PRELOAD=</c> and what is there, with this library in front, or without it. Only the runtime of a sanitizer that is in front stays
    /// there: it ends the process unless it comes first.
    /// </summary>
    /// <param name="to">Room for the name, this library's path, a colon, what is there, and a NUL.</param>
    /// <param name="list">What is there; null for nothing.</param>
    /// <param name="withInterposer">Whether this library is to be in it.</param>
    /// <returns>Where the NUL is.</returns>
    public static byte* Write(byte* to, byte* list, bool withInterposer)
    {
        to = CString.Append(to, "LD_PRELOAD="u8);
        byte* start = to;
        int length = 0;
        for (byte* entry = list == null ? to : First(list, &length); length != 0; entry = First(entry + length, &length))
        {
            if (IsInterposer(entry, length))
                continue;
            if (withInterposer && !IsSanitizer(entry, length))
            {
                to = AppendInterposer(to, start);
                withInterposer = false;
            }

            to = Append(to, start, entry, length);
        }

        return withInterposer ? AppendInterposer(to, start) : to;
    }

    /// <summary>The path that this library was loaded from, which the loader keeps.</summary>
    public static byte* Interposer => LoadedObjects.Self()->l_name;

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

    private static bool IsInterposer(byte* entry, int length)
    {
        byte* own = CString.FileName(Interposer);
        int ownLength = CString.Length(own);
        byte* name = entry + length - ownLength;
        return length >= ownLength && (length == ownLength || name[-1] == (byte)'/') && StartsWith(name, own, ownLength);
    }

    // libasan.so.8, libclang_rt.tsan-x86_64.so; not what a directory is named.
    private static bool IsSanitizer(byte* entry, int length)
    {
        bool isOne = false;
        for (int i = 0; i + 3 < length; i++)
        {
            if (entry[i] == (byte)'/')
                isOne = false;
            else if (entry[i] == (byte)'s' && entry[i + 1] == (byte)'a' && entry[i + 2] == (byte)'n' && entry[i + 3] is (byte)'.' or (byte)'-')
                isOne = true;
        }

        return isOne;
    }

    private static bool StartsWith(byte* text, byte* prefix, int length)
    {
        for (int i = 0; i < length; i++)
        {
            if (text[i] != prefix[i])
                return false;
        }

        return true;
    }

    private static byte* AppendInterposer(byte* to, byte* start) => Append(to, start, Interposer, CString.Length(Interposer));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* Append(byte* to, byte* start, byte* entry, int length)
    {
        if (to != start)
            *to++ = (byte)':';
        for (int i = 0; i < length; i++)
            *to++ = entry[i];
        *to = 0;
        return to;
    }
}

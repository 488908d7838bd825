using System;
using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>The kinds of files below <c>/proc</c> that tell when the machine was booted, or for how long it has been up.</summary>
internal enum ProcKind
{
    /// <summary>Any other file.</summary>
    Other,

    /// <summary><c>/proc/uptime</c></summary>
    Uptime,

    /// <summary><c>/proc/stat</c></summary>
    Machine,

    /// <summary><c>/proc/PID/stat</c>, <c>/proc/PID/task/TID/stat</c></summary>
    Task,
}

/// <summary>Recognises those files by their paths.</summary>
internal static unsafe class ProcPath
{
    /// <summary>Enough for every path that <see cref="KindOf"/> recognises, and for the name of a memory file that holds one.</summary>
    public const int Capacity = 128;

    /// <summary>
    /// Whether the first two or three bytes of a path rule these files out. Every <c>open</c> asks this, after the path has led to a file; so it is
    /// not empty.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LeadsElsewhere(byte* path)
    {
        if (*path == '/')
            return path[1] == 'p' ? path[2] != 'r' : path[1] is not ((byte)'/' or (byte)'.');
        if (*path <= '9')
            return false;

        // The first two bytes of stat, self/, task/, thread-self/, uptime, proc/.
        return *(ushort*)path is not (('s' | ('t' << 8)) or ('s' | ('e' << 8)) or ('t' | ('a' << 8)) or ('t' | ('h' << 8)) or ('u' | ('p' << 8))
            or ('p' | ('r' << 8)));
    }

    /// <summary>Whether the last bytes of a path fit one of these files, for a path whose first bytes do.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool EndsLikeOne(byte* path)
    {
        byte* last = path;
        for (; *path != 0; path++)
        {
            if (*path == '/')
                last = path + 1;
        }

        return path - last == 4 ? last[0] == 's' && last[1] == 't' && last[2] == 'a' && last[3] == 't'
            : path - last == 6 && After(last, "uptime"u8) != null;
    }

    /// <summary>The kind of a file, by its path without links and detours, as <see cref="OfDescriptor"/> gives it.</summary>
    public static ProcKind KindOf(byte* path)
    {
        byte* below = After(path, "/proc/"u8);
        if (below == null)
            return ProcKind.Other;
        if (After(below, "uptime\0"u8) != null)
            return ProcKind.Uptime;
        if (After(below, "stat\0"u8) != null)
            return ProcKind.Machine;
        byte* name = AfterNumber(below);
        byte* thread = After(name, "task/"u8);
        if (thread != null)
            name = AfterNumber(thread);
        return name != below && name != thread && After(name, "stat\0"u8) != null ? ProcKind.Task : ProcKind.Other;
    }

    /// <summary>Gets the path of an open file, ended by a NUL.</summary>
    /// <param name="descriptor">The file's descriptor.</param>
    /// <param name="path">Room for <see cref="Capacity"/> bytes. A longer path is cut off; none of these files has one.</param>
    /// <returns>The path's length; <c>-errno</c> if there is no such descriptor, or no <c>/proc</c> to ask.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int OfDescriptor(int descriptor, byte* path)
    {
        int length = Reach(SyscallNumbers.readlinkat, descriptor, (nint)path, Capacity - 1);
        path[length < 0 ? 0 : length] = 0;
        return length;
    }

    /// <summary>Opens the file behind a descriptor again. Returns the new descriptor or <c>-errno</c>.</summary>
    public static int OpenAgain(int descriptor, int flags) => Reach(SyscallNumbers.openat, descriptor, flags, 0);

    /// <summary>
    /// Makes an absolute path of the path by which a file was opened, and tells whether it leads to that file. Used if <c>/proc</c> cannot be asked
    /// for the path.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsOf(int descriptor, byte* given, byte* path)
    {
        byte* end = path;
        if (*given != '/')
        {
            int length = (int)Kernel.Call(SyscallNumbers.getcwd, (nint)path, Capacity / 2);
            if (length <= 0)
                return false;
            end += length - 1;
            *end++ = (byte)'/';
        }

        while (*given != 0 && end < path + Capacity - 1)
            *end++ = *given++;
        *end = 0;
        return Kernel.IdentityOf(path).Equals(Kernel.IdentityOf(descriptor));
    }

    // A thread may have a descriptor table of its own, so /proc/self/fd is not enough. Before Linux 3.17 there is no thread-self, nor do tools have
    // it that emulate /proc.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Reach(nint call, int descriptor, nint second, nint third)
    {
        byte* path = stackalloc byte[64];
        int result;
        long thread = 0;
        do
        {
            byte* end = thread == 0
                ? CString.Append(path, "/proc/thread-self"u8) : CString.Append(CString.Append(path, "/proc/self/task/"u8), thread);
            CString.Append(CString.Append(end, "/fd/"u8), descriptor);
            result = (int)Kernel.Call(call, Mman.AT_FDCWD, (nint)path, second, third);
        }
        while (result == -Errno.ENOENT && thread == 0 && (thread = Kernel.ThreadId()) != 0);
        return result;
    }

    /// <summary>The rest of <paramref name="text"/> after <paramref name="prefix"/>; null if the text does not begin with it.</summary>
    public static byte* After(byte* text, ReadOnlySpan<byte> prefix)
    {
        fixed (byte* bytes = prefix)
        {
            for (int i = 0; i < prefix.Length; i++)
            {
                if (text[i] != bytes[i])
                    return null;
            }

            return text + prefix.Length;
        }
    }

    // The rest of the text after a number and a slash; all of it if it does not begin so.
    private static byte* AfterNumber(byte* text)
    {
        byte* end = text;
        while (*end is >= (byte)'0' and <= (byte)'9')
            end++;
        return end != text && *end == '/' ? end + 1 : text;
    }
}

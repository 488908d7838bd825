using System;
using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>Which files below <c>/proc</c> tell when the machine was booted, or for how long it has been up.</summary>
internal enum ProcKind
{
    /// <summary>None of them.</summary>
    Other,

    /// <summary><c>/proc/uptime</c></summary>
    Uptime,

    /// <summary><c>/proc/stat</c></summary>
    Machine,

    /// <summary><c>/proc/PID/stat</c>, <c>/proc/PID/task/TID/stat</c></summary>
    Task,
}

/// <summary>Knowing those files by the way that leads to them.</summary>
internal static unsafe class ProcPath
{
    /// <summary>Enough for what <see cref="KindOf"/> knows, and for a file's name that says more.</summary>
    public const int Capacity = 128;

    /// <summary>
    /// Whether what was opened by this path is none of them, by its first two bytes, or three. Every <c>open</c> asks; a path that has led to something
    /// is not empty.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LeadsElsewhere(byte* path)
    {
        if (*path == '/')
            return path[1] == 'p' ? path[2] != 'r' : path[1] is not ((byte)'/' or (byte)'.');
        if (*path <= '9')
            return false;

        // stat, self/, task/, thread-self/, uptime, proc/
        return *(ushort*)path is not (('s' | ('t' << 8)) or ('s' | ('e' << 8)) or ('t' | ('a' << 8)) or ('t' | ('h' << 8)) or ('u' | ('p' << 8))
            or ('p' | ('r' << 8)));
    }

    /// <summary>Whether it is perhaps one of them, by its last bytes, for what begins like one.</summary>
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

    /// <summary>Which one it is, by its path without links and detours, as <see cref="OfDescriptor"/> tells it.</summary>
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

    /// <summary>The path of an open file, ended by a NUL; <c>-errno</c> where there is none, or no <c>/proc</c> to ask.</summary>
    /// <param name="descriptor">Of the file.</param>
    /// <param name="path">Has room for <see cref="Capacity"/> bytes. What is longer is cut off: no file that matters has such a path.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int OfDescriptor(int descriptor, byte* path)
    {
        int length = Reach(SyscallNumbers.readlinkat, descriptor, (nint)path, Capacity - 1);
        path[length < 0 ? 0 : length] = 0;
        return length;
    }

    /// <summary>Opens the file behind a descriptor again.</summary>
    public static int OpenAgain(int descriptor, int flags) => Reach(SyscallNumbers.openat, descriptor, flags, 0);

    /// <summary>
    /// Makes of the path by which a file was opened one that begins at the root, where <c>/proc</c> cannot be asked for it, and says whether it leads to
    /// the file.
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

    // A thread may have descriptors of its own. Before Linux 3.17, and under some that make a /proc of their own, thread-self is not there.
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

    /// <summary>What follows <paramref name="prefix"/>; null when <paramref name="text"/> does not start so.</summary>
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

    // The name behind a number and a slash; the number itself where there is none.
    private static byte* AfterNumber(byte* text)
    {
        byte* end = text;
        while (*end is >= (byte)'0' and <= (byte)'9')
            end++;
        return end != text && *end == '/' ? end + 1 : text;
    }
}

using System;
using System.Runtime.CompilerServices;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Writes one line to standard error, in one <c>write</c>, if the target has to run on the host's clocks.</summary>
internal static unsafe class Diagnostic
{
    private const int StandardError = 2;
    private const int Capacity = 512;

    // <poll.h>
    private struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    private struct Line
    {
        public fixed byte Bytes[Capacity];
        public int Length;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Add(byte* text)
        {
            // One byte is kept for the line feed.
            for (; *text != 0 && Length < Capacity - 1; text++)
                Bytes[Length++] = *text;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Add(int number)
        {
            if (number >= 10)
                Add(number / 10);
            if (Length < Capacity - 1)
                Bytes[Length++] = (byte)('0' + (number % 10));
        }
    }

    // In the order of ConfigDefect, each ended by a NUL. None stands for a file that cannot be mapped.
    private static ReadOnlySpan<byte> Defects =>
        "cannot be mapped\0is not a config file: shorter than 16 bytes\0cannot be read: no space left for its pages\0"u8
        + "is not a config file: it is a program\0is not a config file: no config file has this size\0"u8
        + "is not a config file: its offset is out of range\0is not a config file: its extension block is not VirtTime's\0"u8
        + "is not a config file: an offset in its extension block is out of range\0needs a newer libvirttime.so\0"u8;

    /// <summary>Reports a file that is no config file, or that cannot be mapped.</summary>
    public static void CannotUse(byte* path, ConfigDefect defect, int errno)
    {
        fixed (byte* first = Defects)
        {
            byte* text = first;
            for (int i = 0; i < (int)defect; i++)
                text += CString.Length(text) + 1;
            CannotUse(path, text, defect == ConfigDefect.None ? errno : 0);
        }
    }

    /// <summary>Reports a file that cannot be opened.</summary>
    public static void CannotOpen(byte* path, int errno)
    {
        fixed (byte* denied = "cannot be opened by this user; --config-mode sets who may open it"u8, other = "cannot be opened"u8)
            CannotUse(path, errno == Errno.EACCES ? denied : other, errno);
    }

    /// <summary>Reports that the variable names no file.</summary>
    public static void IsNotSet(byte* variable)
    {
        fixed (byte* reason = "is not set"u8)
            CannotUse(variable, reason, 0);
    }

    /// <summary>Reports that a static program cannot be given virtual clocks.</summary>
    public static void CannotCopyVdso()
    {
        fixed (byte* what = "vDSO"u8, reason = "cannot be copied"u8)
            CannotUse(what, reason, 0);
    }

    /// <summary>
    /// Warns of a static Go program that is about to be executed, if the line can be written without a wait. A full pipe would delay the program, and
    /// a pipe without a reader would kill it (SIGPIPE).
    /// </summary>
    /// <param name="path">Its path; null or empty if it is executed by a descriptor.</param>
    public static void WarnOfStaticGo(byte* path)
    {
        const short POLLOUT = 4;
        pollfd error;
        timespec none = default;
        error.fd = StandardError;
        error.events = POLLOUT;
        if (Kernel.Call(SyscallNumbers.ppoll, (nint)(&error), 1, (nint)(&none), 0) != 1 || error.revents != POLLOUT)
            return;
        fixed (byte* nameless = "fexecve"u8,
            reason = "is a static Go program that virttime-run did not start itself (VIRT_TIME_WARN=0 hides this)"u8)
            CannotUse(path == null || *path == 0 ? nameless : path, reason, 0);
    }

    /// <summary>
    /// Writes <c>libvirttime: PATH: REASON (errno N); the program runs on the host's clocks</c>. A static program into which the launcher has placed the
    /// library ends instead.
    /// </summary>
    /// <param name="path">The file, or the variable that should have named it.</param>
    /// <param name="reason">Why the file cannot be used.</param>
    /// <param name="errno">The error number; 0 if there is none.</param>
    private static void CannotUse(byte* path, byte* reason, int errno)
    {
        Line line;
        line.Length = 0;
        fixed (byte* name = "libvirttime: "u8, separator = ": "u8, open = " (errno "u8, close = ")"u8,
            runs = "; the program runs on the host's clocks"u8, ends = "; the program was not started"u8)
        {
            line.Add(name);
            line.Add(path);
            line.Add(separator);
            line.Add(reason);
            if (errno != 0)
            {
                line.Add(open);
                line.Add(errno);
                line.Add(close);
            }

            line.Add(Auxv.IsPlaced ? ends : runs);
        }

        line.Bytes[line.Length++] = (byte)'\n';
        Kernel.Write(StandardError, line.Bytes, line.Length);
    }
}

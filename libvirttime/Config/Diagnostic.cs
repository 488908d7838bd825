using System;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>One line on standard error, in one <c>write</c>, when the target has to run on the host's clocks.</summary>
internal static unsafe class Diagnostic
{
    private const int StandardError = 2;
    private const int Capacity = 512;

    private struct Line
    {
        public fixed byte Bytes[Capacity];
        public int Length;

        public void Add(byte* text)
        {
            // One place is kept for the line feed.
            for (; *text != 0 && Length < Capacity - 1; text++)
                Bytes[Length++] = *text;
        }

        public void Add(int number)
        {
            if (number >= 10)
                Add(number / 10);
            if (Length < Capacity - 1)
                Bytes[Length++] = (byte)('0' + (number % 10));
        }
    }

    /// <summary><c>libvirttime: PATH: REASON (errno N); the program runs on the host's clocks</c></summary>
    /// <param name="path">The file, or the variable that should have named it.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="errno">The system's error number; 0 when there is none.</param>
    public static void CannotUse(byte* path, ReadOnlySpan<byte> reason, int errno)
    {
        Line line;
        line.Length = 0;
        fixed (byte* name = "libvirttime: "u8, separator = ": "u8, why = reason, open = " (errno "u8, close = ")"u8,
            outcome = "; the program runs on the host's clocks"u8)
        {
            line.Add(name);
            line.Add(path);
            line.Add(separator);
            line.Add(why);
            if (errno != 0)
            {
                line.Add(open);
                line.Add(errno);
                line.Add(close);
            }

            line.Add(outcome);
        }

        line.Bytes[line.Length++] = (byte)'\n';
        Kernel.Write(StandardError, line.Bytes, line.Length);
    }
}

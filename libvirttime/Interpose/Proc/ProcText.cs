using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Interpose.Proc;

/// <summary>
/// What one of these files says, with its one time in it shifted. Lies in memory mapped for it: signal stacks are small, and <c>/proc/stat</c> grows with
/// the machine.
/// </summary>
internal unsafe struct ProcText
{
    private const int FirstSize = 16384;

    // What the number may grow by, at most: twenty digits and a sign.
    private const int Slack = 32;

    /// <summary>Null where no memory could be had.</summary>
    public byte* Bytes;
    public int Length;

    /// <summary>Of a task, the host's own start time in ticks, by which it is told from another that has its id later; 0 of other files.</summary>
    public long Identity;

    private int _size;

    /// <summary>Reads an open file from its beginning, and leaves its position as it was.</summary>
    /// <returns>0, or <c>-errno</c>, and then nothing is mapped; <c>-EINVAL</c> for a text that is not what it should be.</returns>
    public static int Read(ProcText* text, int descriptor, ProcKind kind)
    {
        BootShift shift;
        for (int size = FirstSize; ; size *= 2)
        {
            int error = Map(text, size);
            if (error != 0)
                return error;
            bool isCurrent, isWhole;
            do
            {
                BootShift.Take(&shift);
                error = Fill(text, descriptor);
                isCurrent = BootShift.IsCurrent(&shift);
                isWhole = text->Length < size - Slack;
            }
            while (error == 0 && isWhole && !isCurrent);
            if (error == 0 && isWhole && !Shift(text, kind, &shift))
                error = -Errno.EINVAL;
            if (error == 0 && isWhole)
                return 0;
            Unmap(text);
            if (error != 0)
                return error;
        }
    }

    public static void Unmap(ProcText* text) => Kernel.Unmap((nint)text->Bytes, text->_size);

    private static int Map(ProcText* text, int size)
    {
        nint memory = Kernel.Map(0, size, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        bool isError = Kernel.IsError(memory);
        text->Bytes = isError ? null : (byte*)memory;
        if (isError)
            return (int)memory;
        text->_size = size;
        text->Identity = 0;
        return 0;
    }

    private static int Fill(ProcText* text, int descriptor)
    {
        text->Length = 0;
        int room = text->_size - Slack;
        while (text->Length < room)
        {
            int length = (int)Kernel.Call(SyscallNumbers.pread64, descriptor, (nint)(text->Bytes + text->Length), room - text->Length, text->Length);
            if (length <= 0)
                return length;
            text->Length += length;
        }

        return 0;
    }

    private static bool Shift(ProcText* text, ProcKind kind, BootShift* shift)
    {
        text->Bytes[text->Length] = 0;
        byte* number = Find(text, kind);
        if (number == null || *number is < (byte)'0' or > (byte)'9')
            return false;
        byte* end = number;
        long value = Number(ref end);
        byte* to = stackalloc byte[Slack];
        byte* written;
        if (kind == ProcKind.Machine)
        {
            written = Append(to, value + shift->BootSeconds);
        }
        else if (kind == ProcKind.Task)
        {
            text->Identity = value;
            written = Append(to, SinceBoot(value - shift->Ticks));
        }
        else
        {
            // Seconds with two digits behind the point.
            if (*end++ != '.')
                return false;
            byte* fraction = end;
            value = (value * BootShift.TicksPerSecond) + Number(ref end);
            if (end != fraction + 2)
                return false;
            written = AppendUptime(to, value - shift->Ticks);
        }

        Replace(text, number, end, to, (int)(written - to));
        return true;
    }

    // What started before a time namespace's zero shows what 64 bits of nanoseconds make of it there.
    private static long SinceBoot(long ticks) => ticks >= 0 ? ticks : (long)((ulong)(ticks * BootShift.NanosecondsPerTick) / (ulong)BootShift.NanosecondsPerTick);

    private static byte* Find(ProcText* text, ProcKind kind)
    {
        byte* start = text->Bytes;
        if (kind == ProcKind.Uptime)
            return start;
        if (kind == ProcKind.Task)
            return FindStartTime(text);
        for (byte* line = start; *line != 0; line++)
        {
            byte* value = line == start || line[-1] == '\n' ? ProcPath.After(line, "btime "u8) : null;
            if (value != null)
                return value;
        }

        return null;
    }

    // Field 22. The second is the program's name in parentheses, which may have any character in it; none of those behind has a parenthesis.
    private static byte* FindStartTime(ProcText* text)
    {
        const int Name = 2, StartTime = 22;
        byte* at = text->Bytes + text->Length;
        while (at > text->Bytes && *at != ')')
            at--;
        for (int field = Name; field < StartTime; field++)
        {
            while (*at is not ((byte)' ' or 0))
                at++;
            if (*at++ == 0)
                return null;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Number(ref byte* text)
    {
        long number = 0;
        for (; *text is >= (byte)'0' and <= (byte)'9'; text++)
            number = (number * 10) + (*text - '0');
        return number;
    }

    private static byte* AppendUptime(byte* to, long hundredths)
    {
        if (hundredths < 0)
        {
            *to++ = (byte)'-';
            hundredths = -hundredths;
        }

        to = CString.Append(to, hundredths / BootShift.TicksPerSecond);
        long fraction = hundredths % BootShift.TicksPerSecond;
        *to++ = (byte)'.';
        *to++ = (byte)('0' + (fraction / 10));
        *to++ = (byte)('0' + (fraction % 10));
        return to;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* Append(byte* to, long number)
    {
        if (number < 0)
        {
            *to++ = (byte)'-';
            number = -number;
        }

        return CString.Append(to, number);
    }

    private static void Replace(ProcText* text, byte* from, byte* end, byte* by, int length)
    {
        int difference = length - (int)(end - from);
        byte* last = text->Bytes + text->Length;
        if (difference > 0)
        {
            for (byte* at = last; at-- > end;)
                at[difference] = *at;
        }
        else
        {
            for (byte* at = end; at < last; at++)
                at[difference] = *at;
        }

        for (int i = 0; i < length; i++)
            from[i] = by[i];
        text->Length += difference;
    }
}

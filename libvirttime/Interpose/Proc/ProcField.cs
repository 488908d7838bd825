using System.Runtime.CompilerServices;
using VirtTime.Libc;

namespace VirtTime.Interpose.Proc;

/// <summary>Finds the one time in each of these files, and puts the virtual time in its place.</summary>
internal static unsafe class ProcField
{
    /// <summary>Shifts the time. False if the text does not have the expected form; it is then left as it is.</summary>
    public static bool Shift(ProcText* text, ProcKind kind, BootShift* shift)
    {
        text->Bytes[text->Length] = 0;
        byte* number = Find(text, kind);
        if (number == null || *number is < (byte)'0' or > (byte)'9')
            return false;
        byte* end = number;
        long value = Number(ref end);
        byte* to = stackalloc byte[ProcText.Slack];
        byte* written;
        if (kind == ProcKind.Machine)
        {
            written = Append(to, value + shift->BootSeconds);
        }
        else if (kind == ProcKind.Task)
        {
            text->Identity = value;
            long start = value - shift->Ticks;
            written = Append(to, start > 0 ? start : 0);
        }
        else
        {
            // The number is in seconds, with two digits after the point.
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

    // The start time is field 22. Field 2, the program's name in parentheses, may hold any character. No later field holds a parenthesis.
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

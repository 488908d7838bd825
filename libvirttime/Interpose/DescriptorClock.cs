using VirtTime.Clock;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>
/// Which clock a timerfd runs on. The descriptor may have been duplicated, inherited over exec or received through a
/// socket, so the kernel is asked: <c>/proc/thread-self/fdinfo/N</c> has a line <c>clockid: C</c> (man 5 proc_pid_fdinfo).
/// </summary>
internal static unsafe class DescriptorClock
{
    private const int NoClock = -1;
    private const int InfoSize = 512;
    private const int PathSize = 48;

    /// <summary>The clock's id, or −1 for what is no timerfd.</summary>
    /// <param name="descriptor">The descriptor, of whatever kind.</param>
    /// <param name="value">What it is to be set to; looked at only where there is no <c>/proc</c>.</param>
    public static int Of(int descriptor, itimerspec* value)
    {
        byte* info = stackalloc byte[InfoSize];
        int length = ReadInfo(descriptor, info);
        if (length >= 0)
            return Parse(info);
        timespec* deadline = (timespec*)value + 1;
        return UserMemory.CanRead(deadline) ? Nearest(deadline) : NoClock;
    }

    private static int ReadInfo(int descriptor, byte* info)
    {
        info[0] = 0;
        byte* path = stackalloc byte[PathSize];
        fixed (byte* directory = "/proc/thread-self/fdinfo/"u8)
            AppendNumber(Append(path, directory), descriptor);
        int file = Kernel.Open(path, Mman.O_RDONLY | Mman.O_CLOEXEC);
        if (file == -Errno.ENOENT && IsProcMounted())
            return 0;
        if (file < 0)
            return file;
        int length = Kernel.Read(file, info, InfoSize - 1);
        Kernel.Close(file);
        info[length < 0 ? 0 : length] = 0;
        return length;
    }

    // No such descriptor, or no /proc at all?
    private static bool IsProcMounted()
    {
        fixed (byte* path = "/proc/thread-self/fdinfo"u8)
        {
            int directory = Kernel.Open(path, Mman.O_RDONLY | Mman.O_CLOEXEC);
            if (directory >= 0)
                Kernel.Close(directory);
            return directory >= 0;
        }
    }

    private static int Parse(byte* info)
    {
        fixed (byte* key = "clockid:"u8)
        {
            for (byte* line = info; *line != 0; line++)
            {
                byte* value = line == info || line[-1] == '\n' ? CString.After(line, key) : null;
                if (value != null)
                    return ParseNumber(value);
            }
        }

        return NoClock;
    }

    private static int ParseNumber(byte* text)
    {
        while (*text is (byte)' ' or (byte)'\t')
            text++;
        int number = 0;
        for (; *text is >= (byte)'0' and <= (byte)'9'; text++)
            number = (number * 10) + (*text - '0');
        return number;
    }

    // Without /proc, or without a descriptor to read it with, the value itself tells: a deadline lies near the time that
    // its clock shows now, and CLOCK_REALTIME is decades away from the others.
    private static int Nearest(timespec* value)
    {
        timespec monotonic;
        timespec realtime;
        if (VirtualClock.Read(Time.CLOCK_MONOTONIC, &monotonic) != 0 || VirtualClock.Read(Time.CLOCK_REALTIME, &realtime) != 0)
            return NoClock;
        return Distance(value->tv_sec, monotonic.tv_sec) <= Distance(value->tv_sec, realtime.tv_sec)
            ? Time.CLOCK_MONOTONIC
            : Time.CLOCK_REALTIME;
    }

    private static ulong Distance(long a, long b) => a > b ? (ulong)a - (ulong)b : (ulong)b - (ulong)a;

    private static byte* Append(byte* to, byte* text)
    {
        while (*text != 0)
            *to++ = *text++;
        return to;
    }

    private static void AppendNumber(byte* to, int number)
    {
        if (number < 0)
        {
            *to = 0;
            return;
        }

        int divisor = 1;
        while (number / divisor >= 10)
            divisor *= 10;
        for (; divisor > 0; divisor /= 10)
            *to++ = (byte)('0' + (number / divisor % 10));
        *to = 0;
    }
}

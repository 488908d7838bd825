using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Descriptors;

/// <summary>
/// Which clock a timerfd runs on that this process has not seen made: duplicated, inherited over exec or received through a
/// socket. The kernel is asked: <c>/proc/thread-self/fdinfo/N</c> has a line <c>clockid: C</c> (man 5 proc_pid_fdinfo).
/// </summary>
internal static unsafe class DescriptorClock
{
    private const int NoClock = -1;
    private const int InfoSize = 160;
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
        return UserMemory.CanRead(deadline) ? Nearest(*deadline) : NoClock;
    }

    // Another thread may fork, which is harmless, or close or replace all descriptors meanwhile: so what was opened is asked for before it is
    // read, and before it is closed.
    private static int ReadInfo(int descriptor, byte* info)
    {
        info[0] = 0;
        byte* path = stackalloc byte[PathSize];
        byte* end = CString.Append(path, "/proc/thread-self/fdinfo/"u8);
        if (descriptor >= 0)
            CString.Append(end, descriptor);
        int file = Kernel.Open(path, Mman.O_RDONLY | Mman.O_CLOEXEC);
        if (file == -Errno.ENOENT && IsProcMounted())
            return 0;
        if (file < 0)
            return file;
        FileIdentity identity = Kernel.IdentityOf(path);
        int length = Kernel.IdentityOf(file).Equals(identity) ? Kernel.Read(file, info, InfoSize - 1) : -Errno.EBADF;
        bool isStillOurs = Kernel.IdentityOf(file).Equals(identity);
        if (isStillOurs)
            Kernel.Close(file);
        info[length < 0 ? 0 : length] = 0;
        return isStillOurs ? length : -Errno.EBADF;
    }

    // No such descriptor, or no /proc at all?
    private static bool IsProcMounted()
    {
        fixed (byte* path = "/proc/thread-self/fdinfo"u8)
            return Kernel.IdentityOf(path).IsKnown;
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

    // Without /proc, or without a descriptor to read it with, the value itself tells: a deadline lies near the time that its clock shows now.
    private static int Nearest(timespec value)
    {
        int nearest = NoClock;
        ulong least = ulong.MaxValue;
        ConsiderClock(Time.CLOCK_MONOTONIC, value, ref nearest, ref least);
        ConsiderClock(Time.CLOCK_BOOTTIME, value, ref nearest, ref least);
        ConsiderClock(Time.CLOCK_REALTIME, value, ref nearest, ref least);
        return nearest;
    }

    private static void ConsiderClock(int clock, timespec value, ref int nearest, ref ulong least)
    {
        timespec now;
        if (VirtualClock.Read(clock, &now) != 0)
            return;
        timespec way = TimespecMath.Subtract(value, now);
        ulong distance = (ulong)(way.tv_sec < 0 ? -way.tv_sec : way.tv_sec);
        if (distance >= least)
            return;
        least = distance;
        nearest = clock;
    }
}

using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Descriptors;

/// <summary>Finds the clock of a timerfd without a note: it was duplicated, inherited over exec or received through a socket.</summary>
/// <remarks>Asks the kernel: <c>/proc/thread-self/fdinfo/N</c> has a line <c>clockid: C</c> (man 5 proc_pid_fdinfo).</remarks>
internal static unsafe class DescriptorClock
{
    private const int NoClock = -1;
    private const int InfoSize = 160;
    private const int PathSize = 48;

    /// <summary>The clock's id, or −1 if the descriptor is no timerfd.</summary>
    /// <param name="descriptor">Any descriptor.</param>
    /// <param name="value">The value that the timer will be set to. It is used only if <c>/proc</c> cannot be read.</param>
    public static int Of(int descriptor, itimerspec* value)
    {
        byte* info = stackalloc byte[InfoSize];
        int length = ReadInfo(descriptor, info);
        if (length >= 0)
            return Parse(info);
        timespec* deadline = (timespec*)value + 1;
        return UserMemory.CanRead(deadline) ? Nearest(*deadline) : NoClock;
    }

    // Another thread may close or replace all descriptors meanwhile. So the identity of the opened file is compared before it is read, and before it
    // is closed. If another thread forks, the child inherits the descriptor, which does no harm.
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

    // Tells a descriptor that is not open from a /proc that is not mounted.
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

    // Without /proc, or a free descriptor to read it with, the value has to tell: the clock is probably the one whose present time is nearest.
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

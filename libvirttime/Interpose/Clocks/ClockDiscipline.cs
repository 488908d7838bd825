using System.Runtime;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Clocks;

/// <summary>Interposes the functions that read and steer the discipline of the host's clock (man 2 adjtimex).</summary>
/// <remarks>
/// While <c>CLOCK_REALTIME</c> is virtual, they can only read it: a program that sees another date would steer the host's clock wrong.
/// </remarks>
internal static unsafe class ClockDiscipline
{
    private const int TimexLength = 208;

    /// <summary><c>struct ntptimeval</c> of <c>&lt;sys/timex.h&gt;</c>.</summary>
    private struct ntptimeval
    {
        public timeval time;
        public long maxerror;
        public long esterror;

        // ntp_gettime does not write this field and those after it.
        public long tai;
        public long reserved1;
        public long reserved2;
        public long reserved3;
        public long reserved4;
    }

    // man 2 adjtimex
    [RuntimeExport("adjtimex")]
    private static int adjtimex(timex* buffer) => Adjust(RealFunction.adjtimex, buffer);

    // The same function by glibc's other public name. No part of glibc calls it by that name, so no call is shifted twice.
    [RuntimeExport("__adjtimex")]
    private static int __adjtimex(timex* buffer) => Adjust(RealFunction.__adjtimex, buffer);

    // man 3 ntp_adjtime; the same function by a third name
    [RuntimeExport("ntp_adjtime")]
    private static int ntp_adjtime(timex* buffer) => Adjust(RealFunction.ntp_adjtime, buffer);

    // man 2 clock_adjtime; a device's clock has a date of its own, so its calls are passed on
    [RuntimeExport("clock_adjtime")]
    private static int clock_adjtime(int clock, timex* buffer)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, clock, (nint)buffer);
        return (int)Adjust(RealFunction.clock_adjtime, &arguments, &arguments.Second, clock);
    }

    // man 3 adjtime
    [RuntimeExport("adjtime")]
    private static int adjtime(nint delta, nint old)
    {
        Startup.Ensure();
        return delta != 0 && OffsetSnapshot.IsVirtual(Time.CLOCK_REALTIME)
            ? Errno.Return(-Errno.EPERM)
            : (int)Real.Call(RealFunction.adjtime, delta, old);
    }

    // man 3 ntp_gettime
    [RuntimeExport("ntp_gettime")]
    private static int ntp_gettime(ntptimeval* result) => Gettime(RealFunction.ntp_gettime, result, (ntptimeval*)&result->tai);

    // man 3 ntp_gettimex (glibc 2.12)
    [RuntimeExport("ntp_gettimex")]
    private static int ntp_gettimex(ntptimeval* result) => Gettime(RealFunction.ntp_gettimex, result, result + 1);

    /// <summary>Makes the call <c>syscall(SYS_adjtimex, buffer)</c>.</summary>
    public static nint RawAdjust(Arguments* call) => Adjust(RealFunction.syscall, call, &call->Second, Time.CLOCK_REALTIME);

    /// <summary>Makes the call <c>syscall(SYS_clock_adjtime, clock, buffer)</c>.</summary>
    public static nint RawAdjustClock(Arguments* call) => Adjust(RealFunction.syscall, call, &call->Third, (int)call->Second);

    private static int Adjust(RealFunction function, timex* buffer)
    {
        Startup.Ensure();
        Arguments arguments;
        arguments.First = (nint)buffer;
        return (int)Adjust(function, &arguments, &arguments.First, Time.CLOCK_REALTIME);
    }

    // The real function writes to a copy, so that the host's time never stands in the caller's buffer.
    private static nint Adjust(RealFunction function, Arguments* arguments, nint* buffer, int clock)
    {
        nint real = Real.AddressOf(function);
        timex* given = (timex*)*buffer;
        timespec* last = (timespec*)((byte*)given + TimexLength) - 1;
        if (clock != Time.CLOCK_REALTIME || !OffsetSnapshot.IsVirtual(clock))
            return Real.Invoke(real, arguments);
        if (!UserMemory.CanWrite((timespec*)given) || !UserMemory.CanWrite(last))
            return Errno.Return(-Errno.EFAULT);

        // The check is made on the copy that the kernel gets: another thread may change the caller's buffer meanwhile.
        timex copy;
        Copy(given, &copy, TimexLength);
        if (!OnlyReads(copy.modes))
            return Errno.Return(-Errno.EPERM);
        *buffer = (nint)(&copy);
        OffsetSnapshot snapshot;
        nint result;
        do
        {
            OffsetSnapshot.Take(&snapshot, clock);
            result = Real.Invoke(real, arguments);
        }
        while (!OffsetSnapshot.IsCurrent(&snapshot));
        if (result < 0)
            return result;
        copy.time = Shift(copy.time, &snapshot, copy.status);
        Copy(&copy, given, TimexLength);
        return result;
    }

    private static int Gettime(RealFunction function, ntptimeval* result, void* end)
    {
        Startup.Ensure();
        if (!OffsetSnapshot.IsVirtual(Time.CLOCK_REALTIME))
            return (int)Real.Call(function, (nint)result);
        timex discipline;
        ntptimeval host;
        OffsetSnapshot snapshot;
        int answer;
        do
        {
            OffsetSnapshot.Take(&snapshot, Time.CLOCK_REALTIME);
            answer = (int)Real.Call(function, (nint)(&host));
            if (answer < 0)
                return answer;
            discipline.modes = 0;
            Real.Call(RealFunction.adjtimex, (nint)(&discipline));
        }
        while (!OffsetSnapshot.IsCurrent(&snapshot));
        host.time = Shift(host.time, &snapshot, discipline.status);
        Copy(&host, result, (int)((byte*)end - (byte*)result));
        return answer;
    }

    // The comparison is exact: together with another bit (ADJ_SETOFFSET), ADJ_OFFSET_SS_READ does set the clock.
    private static bool OnlyReads(uint modes) => modes is 0 or timex.ADJ_OFFSET_SS_READ;

    // The field tv_usec holds microseconds, or nanoseconds if a daemon has set STA_NANO.
    private static timeval Shift(timeval host, OffsetSnapshot* snapshot, int status)
    {
        long unit = (status & timex.STA_NANO) != 0 ? 1 : 1000;
        timespec time;
        time.tv_sec = host.tv_sec;
        time.tv_nsec = host.tv_usec * unit;
        time = OffsetSnapshot.ToVirtual(snapshot, time);
        timeval result;
        result.tv_sec = time.tv_sec;
        result.tv_usec = time.tv_nsec / unit;
        return result;
    }

    private static void Copy(void* from, void* to, int length)
    {
        for (int i = 0; i < length / sizeof(long); i++)
            ((long*)to)[i] = ((long*)from)[i];
    }
}

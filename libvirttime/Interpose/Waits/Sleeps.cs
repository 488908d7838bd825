using System.Runtime;
using VirtTime.Format;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Waits;

/// <summary>Interposes <c>clock_nanosleep</c>.</summary>
internal static unsafe class Sleeps
{
    // man 2 clock_nanosleep; returns an error number and does not set errno
    [RuntimeExport("clock_nanosleep")]
    private static int clock_nanosleep(int clock, int flags, nint request, nint remaining)
    {
        Startup.Ensure();
        if ((flags & Time.TIMER_ABSTIME) == 0)
            return (int)Real.Call(RealFunction.clock_nanosleep, clock, flags, request, remaining);
        Arguments arguments;
        Arguments.Set(&arguments, clock, flags, request, remaining);
        return (int)TimedCall.WaitIfReadable(RealFunction.clock_nanosleep, &arguments, &arguments.Third, clock);
    }

    /// <param name="call">The arguments of <c>syscall(SYS_clock_nanosleep, clock, flags, request, remaining)</c>.</param>
    public static nint RawNanosleep(Arguments* call)
    {
        bool isAbsolute = ((int)call->Third & Time.TIMER_ABSTIME) != 0;
        return TimedCall.WaitIfReadable(RealFunction.syscall, call, &call->Fourth, isAbsolute ? (int)call->Second : TimedCall.NoClock);
    }
}

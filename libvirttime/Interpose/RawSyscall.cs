using System.Runtime;
using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>
/// <c>syscall(2)</c>, through which Rust's standard library and libstdc++ wait. What carries no absolute time is passed on
/// by a jump, so that nothing of ours is on the stack when the call forks, replaces the stack or never returns.
/// </summary>
internal static unsafe class RawSyscall
{
    private const nint FatPointerBit = 2;

    // man 2 syscall; variadic in C, which makes no difference for integers on x86-64 and arm64
    [RuntimeExport("syscall")]
    private static nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f)
    {
        Startup.Ensure();
        switch (number)
        {
            case SyscallNumbers.clock_gettime: return clock_gettime((int)a, (timespec*)b);
            case SyscallNumbers.clock_nanosleep: return clock_nanosleep((int)a, (int)b, (timespec*)c, d);
            case SyscallNumbers.futex: return RawFutex.futex(a, (int)b, c, (timespec*)d, e, f);
            case SyscallNumbers.futex_waitv: return RawFutex.futex_waitv(a, b, c, (timespec*)d, (int)e);
            case SyscallNumbers.futex_wait: return RawFutex.futex_wait(a, b, c, d, (timespec*)e, (int)f);
            case SyscallNumbers.timer_create: return Timers.RawCreate((int)a, (void*)b, (int*)c);
            case SyscallNumbers.timer_delete: return Timers.RawDelete((int)a);
            case SyscallNumbers.timer_settime: return Timers.RawSettime((int)a, (int)b, (itimerspec*)c, (itimerspec*)d);
            case SyscallNumbers.timerfd_settime: return TimerDescriptors.RawSettime((int)a, (int)b, (itimerspec*)c, (itimerspec*)d);
            case SyscallNumbers.sysinfo: return Uptime.RawSysinfo((sysinfo*)a);
            case SyscallNumbers.times: return Uptime.RawTimes((void*)a);
            default: break;
        }

        nint real = Real.Syscall;
        if ((real & FatPointerBit) != 0)
            return Real.syscall(number, a, b, c, d, e, f);
        return ((delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)real)(number, a, b, c, d, e, f);
    }

    private static nint clock_gettime(int clock, timespec* result)
    {
        if (!ClockFamily.IsVirtual(clock) || !UserMemory.CanWrite(result))
            return Real.syscall(SyscallNumbers.clock_gettime, clock, (nint)result);
        return Errno.Return(VirtualClock.Read(clock, result));
    }

    private static nint clock_nanosleep(int clock, int flags, timespec* request, nint remaining)
    {
        timespec deadline;
        if ((flags & Time.TIMER_ABSTIME) == 0 || !Deadline.NeedsConversion(clock, request, &deadline))
            return Real.syscall(SyscallNumbers.clock_nanosleep, clock, flags, (nint)request, remaining);

        InFlightCall call;
        nint host = (nint)InFlightCall.Enter(&call, clock, deadline);
        nint result = Real.syscall(SyscallNumbers.clock_nanosleep, clock, flags, host, remaining);
        InFlightCall.Leave(&call);
        return result;
    }
}

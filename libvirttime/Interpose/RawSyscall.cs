using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Interpose.Clocks;
using VirtTime.Interpose.Descriptors;
using VirtTime.Interpose.Exec;
using VirtTime.Interpose.Proc;
using VirtTime.Interpose.Timers;
using VirtTime.Interpose.Waits;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose;

/// <summary>Interposes <c>syscall(2)</c>, through which Rust's standard library and libstdc++ wait.</summary>
/// <remarks>
/// A call that needs no conversion ends with a jump. So no frame of this library is on the stack if the call forks, replaces the stack or never
/// returns.
/// </remarks>
internal static unsafe class RawSyscall
{
    // man 2 syscall; variadic in C, but x86-64 and arm64 pass integers the same way as in other calls
    [RuntimeExport("syscall")]
    private static nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f)
    {
        Startup.Ensure();
        if (IsConverted(number) || DescriptorReuse.MakesDescriptor(number, b))
            return Convert(number, a, b, c, d, e, f);
        if (number is SyscallNumbers.close or SyscallNumbers.close_range or SyscallNumbers.dup2 or SyscallNumbers.dup3
            or SyscallNumbers.unshare)
            DescriptorReuse.RawForget(number, a, b, c);
        if (Opens.IsRaw(number))
            return Opens.Raw(number, a, b, c, d);
        if (Rewinds.IsRawRead(number, d))
            return Rewinds.RawRead(a, b, c);
        if (Rewinds.IsRawSeek(number))
            return Rewinds.RawSeek(a, b, c);
        nint real = Real.AddressOf(RealFunction.syscall);
        if (!CompilerContract.CanCallAsManaged(real))
            return Real.syscall(number, a, b, c, d, e, f);
        return ((delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)real)(number, a, b, c, d, e, f);
    }

    private static bool IsConverted(nint number) => number
        is SyscallNumbers.clock_gettime or SyscallNumbers.clock_nanosleep
        or SyscallNumbers.futex or SyscallNumbers.futex_waitv or SyscallNumbers.futex_wait
        or SyscallNumbers.timer_create or SyscallNumbers.timer_delete or SyscallNumbers.timer_settime
        or SyscallNumbers.timerfd_create or SyscallNumbers.timerfd_settime or SyscallNumbers.sysinfo or SyscallNumbers.times
        or SyscallNumbers.gettimeofday or SyscallNumbers.time or SyscallNumbers.adjtimex or SyscallNumbers.clock_adjtime
        or SyscallNumbers.clock_settime or SyscallNumbers.settimeofday
        or SyscallNumbers.mq_timedsend or SyscallNumbers.mq_timedreceive
        or SyscallNumbers.execve or SyscallNumbers.execveat;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Convert(nint number, nint a, nint b, nint c, nint d, nint e, nint f)
    {
        Arguments call;
        Arguments.Set(&call, number, a, b, c, d, e);
        call.Seventh = f;
        switch (number)
        {
            case SyscallNumbers.clock_gettime: return clock_gettime((int)a, (timespec*)b);
            case SyscallNumbers.clock_nanosleep: return Sleeps.RawNanosleep(&call);
            case SyscallNumbers.futex: return RawFutex.futex(&call);
            case SyscallNumbers.futex_waitv: return RawFutex.futex_waitv(&call);
            case SyscallNumbers.futex_wait: return RawFutex.futex_wait(&call);
            case SyscallNumbers.timer_create: return PosixTimers.RawCreate((int)a, b, (int*)c);
            case SyscallNumbers.timer_delete: return PosixTimers.RawDelete((int)a);
            case SyscallNumbers.timer_settime: return PosixTimers.RawSettime(&call);
            case SyscallNumbers.timerfd_create: return TimerDescriptors.RawCreate((int)a, (int)b);
            case SyscallNumbers.timerfd_settime: return TimerDescriptors.RawSettime(&call);
            case SyscallNumbers.sysinfo: return Uptime.RawSysinfo((sysinfo*)a);
            case SyscallNumbers.times: return Uptime.RawTimes(a);
            case SyscallNumbers.gettimeofday: return WallClockReads.RawTimeOfDay((timeval*)a, b);
            case SyscallNumbers.time: return WallClockReads.RawTime((nint*)a);
            case SyscallNumbers.adjtimex: return ClockDiscipline.RawAdjust(&call);
            case SyscallNumbers.clock_adjtime: return ClockDiscipline.RawAdjustClock(&call);
            case SyscallNumbers.clock_settime: return ClockSetting.RawSettime((int)a, (timespec*)b);
            case SyscallNumbers.settimeofday: return ClockSetting.RawSetTimeOfDay((timespec*)a, b);
            case SyscallNumbers.mq_timedsend or SyscallNumbers.mq_timedreceive: return WallClockWaits.RawMessage(&call);
            case SyscallNumbers.execve: return ProgramExecution.RawExecve(&call);
            case SyscallNumbers.execveat: return ProgramExecution.RawExecveat(&call);
            default: return DescriptorReuse.RawDuplicate(&call);
        }
    }

    private static nint clock_gettime(int clock, timespec* result)
    {
        if (!OffsetSnapshot.IsVirtual(clock) || !UserMemory.CanWrite(result))
            return Real.syscall(SyscallNumbers.clock_gettime, clock, (nint)result);
        return Errno.Return(VirtualClock.Read(clock, result));
    }
}

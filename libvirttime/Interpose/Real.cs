using System;
using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>The real functions: libc's own, or those of another interposing library behind this one.</summary>
internal static unsafe class Real
{
    private static nint s_syscall;
    private static nint s_clockNanosleep;
    private static nint s_condTimedwait;
    private static nint s_condClockwait;
    private static nint s_semClockwait;
    private static nint s_mutexClocklock;
    private static nint s_rwlockClockrdlock;
    private static nint s_rwlockClockwrlock;
    private static nint s_clockjoin;
    private static nint s_timerCreate;
    private static nint s_timerDelete;
    private static nint s_timerSettime;
    private static nint s_timerfdSettime;
    private static nint s_sysinfo;
    private static nint s_times;
    private static nint s_timespecGet;
    private static nint s_dlsym;
    private static nint s_dlvsym;
    private static nint s_foreignClockGettime;
    private static nint s_cleanupPush;
    private static nint s_cleanupPop;

    public static nint Syscall => s_syscall;

    /// <summary>A <c>clock_gettime</c> that is neither ours nor libc's; 0 usually.</summary>
    public static nint ForeignClockGettime => s_foreignClockGettime;

    /// <summary>glibc's <c>_pthread_cleanup_push</c> and <c>_pthread_cleanup_pop</c>; 0 on musl, see <see cref="InFlightCall"/>.</summary>
    public static nint CleanupPush => s_cleanupPush;

    public static nint CleanupPop => s_cleanupPop;

    /// <summary>Looks everything up, so that later calls need not walk lists that another thread may be changing. Same outcome each time.</summary>
    public static void ResolveAll()
    {
        s_syscall = Find("syscall"u8);
        Find(ref s_clockNanosleep, "clock_nanosleep"u8);
        Find(ref s_condTimedwait, "pthread_cond_timedwait"u8);
        Find(ref s_condClockwait, "pthread_cond_clockwait"u8);
        Find(ref s_semClockwait, "sem_clockwait"u8);
        Find(ref s_mutexClocklock, "pthread_mutex_clocklock"u8);
        Find(ref s_rwlockClockrdlock, "pthread_rwlock_clockrdlock"u8);
        Find(ref s_rwlockClockwrlock, "pthread_rwlock_clockwrlock"u8);
        Find(ref s_clockjoin, "pthread_clockjoin_np"u8);
        Find(ref s_timerCreate, "timer_create"u8);
        Find(ref s_timerDelete, "timer_delete"u8);
        Find(ref s_timerSettime, "timer_settime"u8);
        Find(ref s_timerfdSettime, "timerfd_settime"u8);
        Find(ref s_sysinfo, "sysinfo"u8);
        Find(ref s_times, "times"u8);
        Find(ref s_timespecGet, "timespec_get"u8);
        Find(ref s_dlsym, "dlsym"u8);
        Find(ref s_dlvsym, "dlvsym"u8);
        if (Libraries.IsGlibc())
        {
            Find(ref s_cleanupPush, "_pthread_cleanup_push"u8);
            Find(ref s_cleanupPop, "_pthread_cleanup_pop"u8);
        }

        nint clockGettime = Find("clock_gettime"u8);
        if (clockGettime != 0 && !Libraries.IsPartOfLibc((nuint)clockGettime))
            s_foreignClockGettime = clockGettime;
    }

    public static int clock_nanosleep(int clock, int flags, timespec* request, timespec* remaining)
    {
        nint real = Find(ref s_clockNanosleep, "clock_nanosleep"u8);
        return real == 0
            ? Errno.ENOSYS
            : ((delegate* unmanaged[SuppressGCTransition]<int, int, timespec*, timespec*, int>)real)(clock, flags, request, remaining);
    }

    public static int pthread_cond_timedwait(void* condition, void* mutex, timespec* deadline)
    {
        nint real = Find(ref s_condTimedwait, "pthread_cond_timedwait"u8);
        return real == 0
            ? Errno.ENOSYS
            : ((delegate* unmanaged[SuppressGCTransition]<void*, void*, timespec*, int>)real)(condition, mutex, deadline);
    }

    public static int pthread_cond_clockwait(void* condition, void* mutex, int clock, timespec* deadline)
    {
        nint real = Find(ref s_condClockwait, "pthread_cond_clockwait"u8);
        return real == 0
            ? Errno.ENOSYS
            : ((delegate* unmanaged[SuppressGCTransition]<void*, void*, int, timespec*, int>)real)(condition, mutex, clock, deadline);
    }

    public static int sem_clockwait(void* semaphore, int clock, timespec* deadline)
    {
        nint real = Find(ref s_semClockwait, "sem_clockwait"u8);
        return real == 0
            ? Errno.Return(-Errno.ENOSYS)
            : ((delegate* unmanaged[SuppressGCTransition]<void*, int, timespec*, int>)real)(semaphore, clock, deadline);
    }

    public static int pthread_mutex_clocklock(void* mutex, int clock, timespec* deadline)
    {
        nint real = Find(ref s_mutexClocklock, "pthread_mutex_clocklock"u8);
        return real == 0
            ? Errno.ENOSYS
            : ((delegate* unmanaged[SuppressGCTransition]<void*, int, timespec*, int>)real)(mutex, clock, deadline);
    }

    public static int pthread_rwlock_clockrdlock(void* rwlock, int clock, timespec* deadline)
    {
        nint real = Find(ref s_rwlockClockrdlock, "pthread_rwlock_clockrdlock"u8);
        return real == 0
            ? Errno.ENOSYS
            : ((delegate* unmanaged[SuppressGCTransition]<void*, int, timespec*, int>)real)(rwlock, clock, deadline);
    }

    public static int pthread_rwlock_clockwrlock(void* rwlock, int clock, timespec* deadline)
    {
        nint real = Find(ref s_rwlockClockwrlock, "pthread_rwlock_clockwrlock"u8);
        return real == 0
            ? Errno.ENOSYS
            : ((delegate* unmanaged[SuppressGCTransition]<void*, int, timespec*, int>)real)(rwlock, clock, deadline);
    }

    public static int pthread_clockjoin_np(nint thread, void** result, int clock, timespec* deadline)
    {
        nint real = Find(ref s_clockjoin, "pthread_clockjoin_np"u8);
        return real == 0
            ? Errno.ENOSYS
            : ((delegate* unmanaged[SuppressGCTransition]<nint, void**, int, timespec*, int>)real)(thread, result, clock, deadline);
    }

    public static int timer_create(int clock, void* notification, nint* timer)
    {
        nint real = Find(ref s_timerCreate, "timer_create"u8);
        return real == 0
            ? Errno.Return(-Errno.ENOSYS)
            : ((delegate* unmanaged[SuppressGCTransition]<int, void*, nint*, int>)real)(clock, notification, timer);
    }

    public static int timer_delete(nint timer)
    {
        nint real = Find(ref s_timerDelete, "timer_delete"u8);
        return real == 0
            ? Errno.Return(-Errno.ENOSYS)
            : ((delegate* unmanaged[SuppressGCTransition]<nint, int>)real)(timer);
    }

    public static int timer_settime(nint timer, int flags, itimerspec* value, itimerspec* old)
    {
        nint real = Find(ref s_timerSettime, "timer_settime"u8);
        return real == 0
            ? Errno.Return(-Errno.ENOSYS)
            : ((delegate* unmanaged[SuppressGCTransition]<nint, int, itimerspec*, itimerspec*, int>)real)(timer, flags, value, old);
    }

    public static int timerfd_settime(int descriptor, int flags, itimerspec* value, itimerspec* old)
    {
        nint real = Find(ref s_timerfdSettime, "timerfd_settime"u8);
        return real == 0
            ? Errno.Return(-Errno.ENOSYS)
            : ((delegate* unmanaged[SuppressGCTransition]<int, int, itimerspec*, itimerspec*, int>)real)(descriptor, flags, value, old);
    }

    public static int sysinfo(sysinfo* info)
    {
        nint real = Find(ref s_sysinfo, "sysinfo"u8);
        return real == 0
            ? Errno.Return(-Errno.ENOSYS)
            : ((delegate* unmanaged[SuppressGCTransition]<sysinfo*, int>)real)(info);
    }

    public static nint times(void* buffer)
    {
        nint real = Find(ref s_times, "times"u8);
        return real == 0
            ? Errno.Return(-Errno.ENOSYS)
            : ((delegate* unmanaged[SuppressGCTransition]<void*, nint>)real)(buffer);
    }

    public static int timespec_get(timespec* result, int timeBase)
    {
        nint real = Find(ref s_timespecGet, "timespec_get"u8);
        return real == 0
            ? 0
            : ((delegate* unmanaged[SuppressGCTransition]<timespec*, int, int>)real)(result, timeBase);
    }

    /// <summary>The real <c>syscall(2)</c>: −1 and <c>errno</c> on failure.</summary>
    public static nint syscall(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        nint real = s_syscall;
        return real == 0
            ? Errno.Return(-Errno.ENOSYS)
            : ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint, nint>)real)(number, a, b, c, d, e, f);
    }

    public static nint dlsym() => Find(ref s_dlsym, "dlsym"u8);

    public static nint dlvsym() => Find(ref s_dlvsym, "dlvsym"u8);

    /// <summary>The address in <paramref name="known"/>, looked up first if it is not there: its library may have been loaded late.</summary>
    private static nint Find(ref nint known, ReadOnlySpan<byte> name)
    {
        nint address = Volatile.Read(ref known);
        if (address != 0)
            return address;
        return FindLate(ref known, name);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint FindLate(ref nint known, ReadOnlySpan<byte> name)
    {
        nint address = Find(name);
        Volatile.Write(ref known, address);
        return address;
    }

    private static nint Find(ReadOnlySpan<byte> name)
    {
        fixed (byte* text = name)
            return NextDefinition.Find(text);
    }
}

using System;

namespace VirtTime.Interpose.Lookup;

/// <summary>What is looked up behind this library. The order is that of <see cref="RealFunctionNames"/>, and tells how a missing one fails.</summary>
internal enum RealFunction
{
    // Return an error number.
    clock_nanosleep,
    pthread_cond_timedwait,
    pthread_cond_clockwait,
    pthread_mutex_clocklock,
    pthread_rwlock_clockrdlock,
    pthread_rwlock_clockwrlock,
    pthread_clockjoin_np,

    // Return −1 and set errno.
    sem_clockwait,
    timer_create,
    timer_delete,
    timer_settime,
    timerfd_create,
    timerfd_settime,
    close,
    close_range,
    dup,
    dup2,
    dup3,
    fcntl,
    fcntl64,
    unshare,
    sysinfo,
    times,
    syscall,
    open,
    open64,
    __open_2,
    __open64_2,
    openat,
    openat64,
    __openat_2,
    __openat64_2,
    openat2,
    lseek,
    lseek64,
    pread,
    pread64,
    __pread_chk,
    __pread64_chk,
    fseek,
    fseeko,
    fseeko64,

    closefrom,

    // Return 0.
    timespec_get,
    dlsym,
    dlvsym,
    dl_iterate_phdr,
    fopen,
    fopen64,
    freopen,
    freopen64,
    rewind,

    // Not interposed, but used.
    clock_gettime,
    pthread_self,
    pthread_mutex_trylock,
    pthread_condattr_init,
    pthread_condattr_setclock,
    pthread_cond_init,
    gnu_get_libc_version,
    _thread_db_pthread_tid,
    fileno,
    fclose,

    Count,
    FirstThatSetsErrno = sem_clockwait,
    FirstThatReturnsZero = timespec_get,
}

internal static class RealFunctionNames
{
    /// <summary>The names in the order of <see cref="RealFunction"/>, each ended by a NUL.</summary>
    public static ReadOnlySpan<byte> All =>
        "clock_nanosleep\0pthread_cond_timedwait\0pthread_cond_clockwait\0"u8
        + "pthread_mutex_clocklock\0pthread_rwlock_clockrdlock\0pthread_rwlock_clockwrlock\0pthread_clockjoin_np\0"u8
        + "sem_clockwait\0timer_create\0timer_delete\0timer_settime\0timerfd_create\0timerfd_settime\0"u8
        + "close\0close_range\0dup\0dup2\0dup3\0fcntl\0fcntl64\0unshare\0sysinfo\0times\0syscall\0"u8
        + "open\0open64\0__open_2\0__open64_2\0openat\0openat64\0__openat_2\0__openat64_2\0openat2\0lseek\0lseek64\0"u8
        + "pread\0pread64\0__pread_chk\0__pread64_chk\0fseek\0fseeko\0fseeko64\0closefrom\0"u8
        + "timespec_get\0dlsym\0dlvsym\0dl_iterate_phdr\0fopen\0fopen64\0freopen\0freopen64\0rewind\0"u8
        + "clock_gettime\0pthread_self\0pthread_mutex_trylock\0pthread_condattr_init\0pthread_condattr_setclock\0pthread_cond_init\0"u8
        + "gnu_get_libc_version\0_thread_db_pthread_tid\0fileno\0fclose\0"u8;
}

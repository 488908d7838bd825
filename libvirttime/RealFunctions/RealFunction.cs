using System;

namespace VirtTime.RealFunctions;

/// <summary>
/// The functions to look up in the objects after this library, in the order of <see cref="RealFunctionNames"/>. The groups decide how a missing
/// function fails.
/// </summary>
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
    pthread_mutex_timedlock,
    pthread_rwlock_timedrdlock,
    pthread_rwlock_timedwrlock,
    pthread_timedjoin_np,
    cnd_timedwait,
    mtx_timedlock,
    posix_spawn,
    posix_spawnp,

    // Return −1 and set errno.
    sem_clockwait,
    sem_timedwait,
    mq_timedsend,
    mq_timedreceive,
    gettimeofday,
    time,
    ftime,
    adjtimex,
    __adjtimex,
    ntp_adjtime,
    clock_adjtime,
    adjtime,
    ntp_gettime,
    ntp_gettimex,
    clock_settime,
    settimeofday,
    stime,
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
    execve,
    execv,
    execvp,
    execvpe,
    execl,
    execle,
    execlp,
    fexecve,
    execveat,
    system,
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
    fstat,
    fstat64,
    __fxstat,
    __fxstat64,
    statx,

    // Return 0.
    popen,
    timespec_get,
    dlsym,
    dlvsym,
    dl_iterate_phdr,
    fopen,
    fopen64,
    freopen,
    freopen64,
    rewind,

    // Used by the library itself. Only clock_gettime is interposed too.
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
    FirstThatReturnsZero = popen,
}

internal static class RealFunctionNames
{
    /// <summary>The names in the order of <see cref="RealFunction"/>, each ended by a NUL.</summary>
    public static ReadOnlySpan<byte> All =>
        "clock_nanosleep\0pthread_cond_timedwait\0pthread_cond_clockwait\0pthread_mutex_clocklock\0pthread_rwlock_clockrdlock\0"u8
        + "pthread_rwlock_clockwrlock\0pthread_clockjoin_np\0pthread_mutex_timedlock\0pthread_rwlock_timedrdlock\0"u8
        + "pthread_rwlock_timedwrlock\0pthread_timedjoin_np\0cnd_timedwait\0mtx_timedlock\0posix_spawn\0posix_spawnp\0"u8
        + "sem_clockwait\0sem_timedwait\0mq_timedsend\0mq_timedreceive\0gettimeofday\0time\0ftime\0adjtimex\0__adjtimex\0"u8
        + "ntp_adjtime\0clock_adjtime\0adjtime\0ntp_gettime\0ntp_gettimex\0clock_settime\0settimeofday\0stime\0timer_create\0"u8
        + "timer_delete\0timer_settime\0timerfd_create\0timerfd_settime\0close\0close_range\0dup\0dup2\0dup3\0fcntl\0fcntl64\0"u8
        + "unshare\0sysinfo\0times\0syscall\0execve\0execv\0execvp\0execvpe\0execl\0execle\0execlp\0fexecve\0execveat\0system\0"u8
        + "open\0open64\0__open_2\0__open64_2\0openat\0openat64\0__openat_2\0__openat64_2\0openat2\0lseek\0lseek64\0pread\0"u8
        + "pread64\0__pread_chk\0__pread64_chk\0fseek\0fseeko\0fseeko64\0"u8
        + "closefrom\0fstat\0fstat64\0__fxstat\0__fxstat64\0statx\0"u8
        + "popen\0timespec_get\0dlsym\0dlvsym\0dl_iterate_phdr\0fopen\0fopen64\0freopen\0freopen64\0rewind\0"u8
        + "clock_gettime\0pthread_self\0pthread_mutex_trylock\0pthread_condattr_init\0pthread_condattr_setclock\0"u8
        + "pthread_cond_init\0gnu_get_libc_version\0_thread_db_pthread_tid\0fileno\0fclose\0"u8;
}

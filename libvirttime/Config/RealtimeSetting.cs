using System.Threading;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Sets the virtual <c>CLOCK_REALTIME</c> for all programs that share the config file. The host's clock is never set.</summary>
internal static unsafe class RealtimeSetting
{
    // Pause in nanoseconds, Patience in seconds.
    private const long Pause = 1_000_000;
    private const long Patience = 2;
    private const int SIG_SETMASK = 2;
    private const int SignalSetSize = 8;

    /// <summary>
    /// Sets the clock to <paramref name="time"/>, from where it runs on. A program that may write the file may set the clock, privileged or not.
    /// </summary>
    /// <param name="config">A file whose realtime clocks have an offset.</param>
    /// <param name="time">Valid, the seconds not negative.</param>
    /// <returns>0; <c>-EPERM</c> if the file cannot be written or found, the realtime clocks have become the host's, or the offset would be out of
    /// range; <c>-EAGAIN</c> if another process has kept the file locked for two seconds.</returns>
    public static int Set(MappedConfig* config, timespec time)
    {
        timespec start, now;
        HostClock.Read(Time.CLOCK_MONOTONIC, &start);
        while (true)
        {
            int result = TrySet(config, time);
            HostClock.Read(Time.CLOCK_MONOTONIC, &now);
            if (result != -Errno.EAGAIN || TimespecMath.Subtract(now, start).tv_sec >= Patience)
                return result;

            // Signals are not blocked here, so pending handlers run.
            Kernel.Sleep(Pause);
        }
    }

    // Signals are blocked while the lock is held: a handler that read a clock would wait for the end of this change, and the change for the handler.
    private static int TrySet(MappedConfig* config, timespec time)
    {
        ulong all = ulong.MaxValue;
        ulong mask;
        Kernel.Call(SyscallNumbers.rt_sigprocmask, SIG_SETMASK, (nint)(&all), (nint)(&mask), SignalSetSize);
        LockedConfig locked;
        int result = LockedConfig.TryLock(&locked, config);
        if (result == 0)
        {
            // Other users may read the record, so nothing of the stack goes into it.
            ConfigChange change;
            for (int i = 0; i < sizeof(ConfigChange) / sizeof(long); i++)
                ((long*)&change)[i] = 0;
            bool isSet = LockedConfig.CompleteChange(&locked) && Describe(config, time, &change) && LockedConfig.TryChange(&locked, &change);
            LockedConfig.Unlock(&locked);
            result = isSet ? 0 : -Errno.EPERM;
        }

        Kernel.Call(SyscallNumbers.rt_sigprocmask, SIG_SETMASK, (nint)(&mask), 0, SignalSetSize);
        return result;
    }

    // False if the realtime clocks have become the host's, or the new offset would be out of range.
    private static bool Describe(MappedConfig* config, timespec time, ConfigChange* change)
    {
        ConfigExtension* extension = config->Extension;
        change->flags = Volatile.Read(ref extension->flags);
        change->offset = *config->Offset;
        change->boottime_offset = extension->boottime_offset;
        for (int i = 0; i < 16; i++)
            change->boot_id[i] = extension->boot_id[i];
        timespec host;
        if ((change->flags & ConfigExtension.HasRealtimeOffset) == 0 || HostClock.Read(Time.CLOCK_REALTIME, &host) != 0)
            return false;
        change->realtime_offset = TimespecMath.Subtract(host, time);
        change->realtime_difference = TimespecMath.Subtract(change->realtime_offset, extension->realtime_offset);

        // The clock goes on from here at its rate.
        change->converts_realtime = change->flags & ConfigExtension.HasRealtimeRate;
        if (change->converts_realtime != 0)
        {
            ConfigExtension.ReadRealtimeLine(extension, &change->old_realtime);
            change->new_realtime.offset = change->realtime_offset;
            change->new_realtime.reference = host;
            change->new_realtime.rate = change->old_realtime.rate;
            change->moment = host;
            change->leap = HostClock.Leap();
        }

        return ConfigFormat.IsPlausible(change->realtime_offset);
    }
}

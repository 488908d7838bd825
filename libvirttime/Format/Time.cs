namespace VirtTime.Format;

/// <summary>Constants of <c>&lt;time.h&gt;</c> and <c>&lt;sys/timerfd.h&gt;</c>.</summary>
public static class Time
{
    public const int CLOCK_REALTIME = 0;
    public const int CLOCK_MONOTONIC = 1;
    public const int CLOCK_PROCESS_CPUTIME_ID = 2;
    public const int CLOCK_THREAD_CPUTIME_ID = 3;
    public const int CLOCK_MONOTONIC_RAW = 4;
    public const int CLOCK_REALTIME_COARSE = 5;
    public const int CLOCK_MONOTONIC_COARSE = 6;
    public const int CLOCK_BOOTTIME = 7;
    public const int CLOCK_REALTIME_ALARM = 8;
    public const int CLOCK_BOOTTIME_ALARM = 9;
    public const int CLOCK_TAI = 11;

    public const int TIMER_ABSTIME = 1;
    public const int TFD_TIMER_ABSTIME = 1;
}

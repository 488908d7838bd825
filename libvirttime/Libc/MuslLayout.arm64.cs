namespace VirtTime.Libc;

/// <summary>What musl says nowhere but in its sources (<c>src/internal/pthread_impl.h</c>, of 1.2; checked before it is believed).</summary>
internal static class MuslLayout
{
    /// <summary>Of <c>struct pthread.tid</c>, in bytes; the thread pointer is above the structure.</summary>
    public const int ThreadIdPosition = 32;
}

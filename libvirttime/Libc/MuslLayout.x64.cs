namespace VirtTime.Libc;

/// <summary>What musl says nowhere but in its sources (<c>src/internal/pthread_impl.h</c>, the same since 1.1.20).</summary>
internal static class MuslLayout
{
    /// <summary>Of <c>struct pthread.tid</c>, in bytes.</summary>
    public const int ThreadIdPosition = 48;
}

namespace VirtTime.Libc;

/// <summary>
/// Positions in musl's structures, known only from its sources (<c>src/internal/pthread_impl.h</c> of 1.2). <see cref="Config.ThreadHint"/> checks
/// them before it uses them.
/// </summary>
internal static class MuslLayout
{
    /// <summary>Position of <c>struct pthread.tid</c>, in bytes from the structure's beginning. The thread pointer is above the structure.</summary>
    public const int ThreadIdPosition = 32;
}

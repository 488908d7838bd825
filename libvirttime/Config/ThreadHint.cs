using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>
/// The calling thread's id, most often, and without a system call: libc's own note of it (<c>struct pthread.tid</c>). Only a hint: it says which
/// slot to try first, and a slot that somebody else has is never taken.
/// </summary>
/// <remarks>
/// The note is its maker's in a child that libc did not make. After a raw <c>fork</c> this is found out, once in each process; a raw <c>clone</c>
/// that shares memory betrays itself by its stack, unless that lies on its maker's.
/// </remarks>
internal static unsafe class ThreadHint
{
    // A thread's descriptor lies at the end of its stack, and the random bytes of the auxiliary vector at the end of the first one's.
    private const nuint LongestStack = 16 << 20;

    // 0 where it is not known; then the kernel is asked each time.
    private static int s_position;
    private static nuint s_firstStackEnd;

    private enum Trust
    {
        NotAsked,
        Note,
        SystemCall,
    }

    /// <summary>
    /// Whether the caller is known to be a thread that libc made, or a forked child of one. A <c>vfork</c> child is not: it has its parent's memory,
    /// and perhaps other descriptors.
    /// </summary>
    public static bool IsOwn() => s_position != 0 && *(int*)(Descriptor() + s_position) == Kernel.ThreadId();

    public static int Current()
    {
        nint* process = SlotChunks.ProcessWord;
        if (process == null || *process != (nint)Trust.Note)
            return Ask(process);
        nint descriptor = Descriptor();
        return IsOwnStackOf(descriptor) ? *(int*)(descriptor + s_position) : Kernel.ThreadId();
    }

    private static bool IsOwnStackOf(nint descriptor)
    {
        byte here;
        return (nuint)descriptor - (nuint)(&here) < LongestStack || s_firstStackEnd - (nuint)(&here) < LongestStack;
    }

    /// <summary>Finds out where libc has its note: glibc describes its structures for thread debuggers, musl's is known.</summary>
    public static void Prepare()
    {
        // Size in bits, number of elements, offset in bytes. Before glibc 2.34 it is in a library that may not be loaded yet.
        uint* field = (uint*)Real.Find(RealFunction._thread_db_pthread_tid);
        if (Descriptor() == 0)
            return;
        if (field != null && field[0] == 8 * sizeof(int))
            s_position = (int)field[2];
        else if (Real.Find(RealFunction.gnu_get_libc_version) == 0 && *(int*)(Descriptor() + MuslLayout.ThreadIdPosition) == Kernel.ThreadId())
            s_position = MuslLayout.ThreadIdPosition;
        s_firstStackEnd = Auxv.getauxval(Auxv.AT_RANDOM);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Ask(nint* process)
    {
        int thread = Kernel.ThreadId();
        if (process != null)
            SlotChunks.SayUncounted();
        if (process != null && *process == (nint)Trust.NotAsked && s_position != 0 && SlotChunks.AreOwnersWipedOnFork)
            *process = (nint)(*(int*)(Descriptor() + s_position) == thread ? Trust.Note : Trust.SystemCall);
        return thread;
    }

    private static nint Descriptor()
    {
        nint self = Real.Find(RealFunction.pthread_self);
        return self == 0 ? 0 : ((delegate* unmanaged[SuppressGCTransition]<nint>)self)();
    }
}

using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Finds the calling thread's id, usually without a system call, from libc's own note of it (<c>struct pthread.tid</c>).</summary>
/// <remarks>
/// Only a hint: it decides which slot is tried first, and a slot that is taken is left alone. In a child that libc did not make, the note is still
/// the parent's. After a raw <c>fork</c> this is detected once in each process. A raw <c>clone</c> that shares memory is detected by its stack,
/// unless that lies on its parent's stack.
/// </remarks>
internal static unsafe class ThreadHint
{
    // A thread's descriptor lies at the end of its stack; the random bytes of the auxiliary vector lie at the end of the first thread's stack.
    private const nuint LongestStack = 16 << 20;

    // The note's offset in the thread's descriptor, in bytes. 0 if unknown: then the kernel is asked each time.
    private static int s_position;
    private static nuint s_firstStackEnd;

    private enum Trust
    {
        NotAsked,
        Note,
        SystemCall,
    }

    /// <summary>
    /// Whether the caller is known to be a thread that libc made, or a forked child of one. False for a <c>vfork</c> child: it shares its parent's
    /// memory, but perhaps not its descriptors.
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

    /// <summary>Finds the note in libc's structures: glibc describes them for thread debuggers, musl's position is known.</summary>
    public static void Prepare()
    {
        // Three words: size in bits, number of elements, offset in bytes. Before glibc 2.34 they lie in libpthread, which may not be loaded yet.
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
            SlotChunks.SetUncountedFlag();
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

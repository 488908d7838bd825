using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>
/// The calling thread's id without a system call, where glibc's own note of it (<c>struct pthread.tid</c>) can be trusted.
/// </summary>
/// <remarks>
/// The note is wrong in a child of a <c>fork</c> that glibc did not make, and in one made by <c>clone</c> that shares its
/// maker's thread pointer. So it is believed only when the kernel confirmed it before, for this thread and near this stack
/// pointer, in memory that the kernel clears in every forked child (<c>MADV_WIPEONFORK</c>). A <c>vfork</c> child has its
/// parent's stack and note; it may use the slot, since the parent is stopped meanwhile.
/// </remarks>
internal static unsafe class ThreadId
{
    private const int EntryCount = 256;
    private const int StackWindowShift = 14;
    private const nint Unavailable = -1;

    // Where confirmations are kept: 0 until the first call, then an address or Unavailable. The note's place is known before.
    private static nint s_confirmed;
    private static nint s_notePosition;

    private struct Confirmation
    {
        // The thread's descriptor, and its id with the stack window: written last and checked first.
        public long Descriptor;
        public long Mark;
    }

    public static int Current()
    {
        nint confirmed = Volatile.Read(ref s_confirmed);
        if (confirmed is 0 or Unavailable)
            return First();
        nint descriptor = ((delegate* unmanaged[SuppressGCTransition]<nint>)Real.Find(RealFunction.pthread_self))();
        int noted = *(int*)(descriptor + s_notePosition);
        Confirmation* confirmation = (Confirmation*)confirmed + ((descriptor ^ (descriptor >> 12)) >> 6 & (EntryCount - 1));
        byte here;
        long mark = ((long)((nuint)(&here) >> StackWindowShift) << 22) | (uint)noted;
        return Volatile.Read(ref confirmation->Mark) == mark && Volatile.Read(ref confirmation->Descriptor) == descriptor
            ? noted
            : Confirm(confirmation, descriptor, noted, mark);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int First() => Volatile.Read(ref s_confirmed) == 0 && Prepare() != Unavailable ? Current() : Kernel.ThreadId();

    // A signal handler may come between the two stores; it leaves its own pair, or half of one, which confirms nothing
    // that is not so: descriptor and mark name the same thread, or the mark is 0.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Confirm(Confirmation* confirmation, nint descriptor, int noted, long mark)
    {
        int thread = Kernel.ThreadId();
        if (thread != noted)
            return thread;
        Volatile.Write(ref confirmation->Mark, 0);
        Volatile.Write(ref confirmation->Descriptor, descriptor);
        Volatile.Write(ref confirmation->Mark, mark);
        return thread;
    }

    private static nint Prepare()
    {
        // glibc describes its structures for thread debuggers: size in bits, number of elements, offset in bytes.
        uint* field = (uint*)Real.Find(RealFunction._thread_db_pthread_tid);
        bool isKnown = field != null && field[0] == 8 * sizeof(int) && Real.Find(RealFunction.pthread_self) != 0;
        if (isKnown)
            s_notePosition = (nint)field[2];
        nint made = isKnown ? MapWipedOnFork() : Unavailable;
        nint other = (nint)Interlocked.CompareExchange(ref *(long*)Address(), made, 0);
        if (other == 0)
            return made;
        if (made != Unavailable)
            Kernel.Unmap(made, EntryCount * sizeof(Confirmation));
        return other;
    }

    private static nint MapWipedOnFork()
    {
        nint size = EntryCount * sizeof(Confirmation);
        nint made = Kernel.Map(0, size, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1);
        if (Kernel.IsError(made))
            return Unavailable;
        if (!Kernel.IsError(Kernel.Call(SyscallNumbers.madvise, made, size, Mman.MADV_WIPEONFORK)))
            return made;
        Kernel.Unmap(made, size);
        return Unavailable;
    }

    private static nint Address()
    {
        fixed (nint* address = &s_confirmed)
            return (nint)address;
    }
}

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

    // Where confirmations are kept: 0 until the first call.
    private static nint s_confirmed;

    private struct Confirmation
    {
        // The thread's descriptor, and its id with the stack window: written last and checked first.
        public long Descriptor;
        public long Mark;
    }

    public static int Current()
    {
        // glibc describes its structures for thread debuggers: size in bits, number of elements, offset in bytes.
        uint* field = (uint*)Real.Find(RealFunction._thread_db_pthread_tid);
        if (field == null || field[0] != 8 * sizeof(int))
            return Kernel.ThreadId();

        nint descriptor = Real.Call(RealFunction.pthread_self, 0);
        int noted = *(int*)(descriptor + field[2]);
        Confirmation* confirmation = Find(descriptor);
        if (confirmation == null)
            return Kernel.ThreadId();
        byte here;
        long mark = ((long)((nuint)(&here) >> StackWindowShift) << 22) | (uint)noted;
        if (Volatile.Read(ref confirmation->Mark) == mark && Volatile.Read(ref confirmation->Descriptor) == descriptor)
            return noted;
        return Confirm(confirmation, descriptor, noted, mark);
    }

    // A signal handler may come between the two stores; it leaves its own pair, or half of one, which confirms nothing
    // that is not so: descriptor and mark name the same thread, or the mark is 0.
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

    private static Confirmation* Find(nint descriptor)
    {
        nint confirmed = Volatile.Read(ref s_confirmed);
        if (confirmed == 0)
            confirmed = Prepare();
        return confirmed == Unavailable ? null : (Confirmation*)confirmed + ((descriptor ^ (descriptor >> 12)) >> 6 & (EntryCount - 1));
    }

    private static nint Prepare()
    {
        nint size = EntryCount * sizeof(Confirmation);
        nint made = Kernel.Map(0, size, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1);
        if (Kernel.IsError(made))
            return Unavailable;
        nint decided = made;
        if (Kernel.IsError(Kernel.Call(SyscallNumbers.madvise, made, size, Mman.MADV_WIPEONFORK)))
        {
            Kernel.Unmap(made, size);
            decided = Unavailable;
        }

        nint other = (nint)Interlocked.CompareExchange(ref *(long*)Address(), decided, 0);
        if (other == 0)
            return decided;
        if (decided != Unavailable)
            Kernel.Unmap(made, size);
        return other;
    }

    private static nint Address()
    {
        fixed (nint* address = &s_confirmed)
            return (nint)address;
    }
}

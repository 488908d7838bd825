using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>Lends memory for the duration of a call, without an allocator.</summary>
internal static unsafe class BorrowedMemory
{
    // Room for a thousand variables. libc's execl and execvp use as much of the stack for a thousand arguments.
    private const nint MostOnStack = 8192;

    // Any frame may use this much of the stack without a check.
    private const nint MostUnasked = 1024;

    // Stack for the functions that are called with the memory.
    private const nint Reserve = 4096;
    private const nint SmallestPage = 4096;

    /// <summary>Calls <paramref name="use"/> with the memory and <paramref name="state"/>.</summary>
    /// <remarks>
    /// Memory that is too large for the stack is mapped, and unmapped when the call returns. An exec that succeeds does not return, and the mapping
    /// ends with the old program. In a <c>vfork</c> child, however, the mapping is also the parent's, and the parent keeps it: no code is left that
    /// could unmap it.
    /// </remarks>
    /// <returns>The result of <paramref name="use"/>, or <c>-ENOMEM</c> if no memory can be mapped.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Lend(nint size, delegate*<byte*, void*, nint> use, void* state)
    {
        if (size <= MostUnasked || (size <= MostOnStack && HasStack(size)))
        {
            byte* onStack = stackalloc byte[(int)size];
            return use(onStack, state);
        }

        nint mapped = FileMapping.MapPrivate(size);
        if (Kernel.IsError(mapped))
            return -Errno.ENOMEM;
        nint result = use((byte*)mapped, state);
        Kernel.Unmap(mapped, size);
        return result;
    }

    // A signal stack is small, and may have no guard page below it, so it is never used. Any other stack reaches as far down as its pages can be
    // written. Asking that makes the first thread's stack grow.
    private static bool HasStack(nint size)
    {
        const int SS_ONSTACK = 1;
        SignalStack stack;
        stack.Flags = 0;
        Kernel.Call(SyscallNumbers.sigaltstack, 0, (nint)(&stack));
        bool hasRoom = (stack.Flags & SS_ONSTACK) == 0;
        nint lowest = ((nint)(&stack) - size - Reserve) & -SmallestPage;
        for (nint page = (nint)(&stack) & -SmallestPage; hasRoom && page > lowest; page -= SmallestPage)
            hasRoom = UserMemory.IsWritable((void*)(page - SmallestPage));
        return hasRoom;
    }

    // stack_t
    private struct SignalStack
    {
        public nint Start;
        public int Flags;
        public nint Size;
    }
}

using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>Memory for as long as a call takes, without allocating.</summary>
internal static unsafe class BorrowedMemory
{
    // A thousand variables. libc's own execl and execvp take as much of the stack for a thousand arguments.
    private const nint MostOnStack = 8192;

    // As much as any frame may take without asking.
    private const nint MostUnasked = 1024;

    // What the functions below need.
    private const nint Reserve = 4096;
    private const nint SmallestPage = 4096;

    /// <summary>Calls <paramref name="use"/> with the memory and <paramref name="state"/>, and returns what it returns.</summary>
    /// <remarks>
    /// What is too large for the stack is mapped, and unmapped again if the call comes back. From an exec that succeeds it does not: the mapping goes
    /// with the rest. Only in a <c>vfork</c> child it stays, in the parent, whose memory that was; nobody is left there to take it away.
    /// </remarks>
    /// <returns><c>-ENOMEM</c> where there is no memory.</returns>
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

    // A signal stack is small, and there may be no guard below it. Any other ends where memory cannot be written: asking makes the first thread's grow.
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

using System.Runtime.CompilerServices;
using VirtTime.Config;
using VirtTime.Libc;

namespace VirtTime.Interpose.Exec;

/// <summary>Memory for as long as a call takes, without allocating.</summary>
internal static unsafe class BorrowedMemory
{
    // A thousand variables. libc's own execl and execvp take as much of the stack for a thousand arguments.
    private const nint MostOnStack = 8192;

    /// <summary>Calls <paramref name="use"/> with the memory and <paramref name="state"/>, and returns what it returns.</summary>
    /// <remarks>
    /// What is too large for the stack is mapped, and unmapped again if the call comes back. From an exec that succeeds it does not: the mapping goes
    /// with the rest. Only in a <c>vfork</c> child it stays, in the parent, whose memory that was; nobody is left there to take it away.
    /// </remarks>
    /// <returns><c>-ENOMEM</c> where there is no memory.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Lend(nint size, delegate*<byte*, void*, nint> use, void* state)
    {
        if (size <= MostOnStack)
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
}

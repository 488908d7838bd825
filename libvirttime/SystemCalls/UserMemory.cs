using System.Runtime.CompilerServices;
using VirtTime.Format;
using VirtTime.Libc;

namespace VirtTime.SystemCalls;

/// <summary>
/// Probes memory by <c>futex</c> system calls. The kernel answers <c>EFAULT</c> if an access from here would end the process: with <c>SIGSEGV</c>, or
/// with <c>SIGBUS</c> for a page of a file on a full disk.
/// </summary>
internal static unsafe class UserMemory
{
    private const int FUTEX_CMP_REQUEUE = 4;
    private const int FUTEX_WAKE_OP = 5;
    private const int FUTEX_PRIVATE_FLAG = 128;

    private const nuint SmallestPage = 4096;

    // FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0)
    private const int AddZero = 1 << 28;

    /// <summary>Whether the aligned 32-bit word at <paramref name="address"/> can be written. Adds 0 to it, atomically.</summary>
    public static bool IsWritable(void* address) =>
        Kernel.Call(SyscallNumbers.futex, (nint)address, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 0, 0, (nint)address, AddZero) != -Errno.EFAULT;

    /// <summary>
    /// Whether the aligned 32-bit word at <paramref name="address"/> can be read. The futex operation compares it, wakes no thread and requeues none.
    /// A wait that times out at once would answer the same, but takes some 80 µs in a virtual machine.
    /// </summary>
    public static bool IsReadable(void* address) =>
        Kernel.Call(SyscallNumbers.futex, (nint)address, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 0, 0, (nint)address, 0) != -Errno.EFAULT;

    /// <summary>Whether all bytes up to and including a NUL can be read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsReadableText(byte* text)
    {
        for (bool isUnknown = true; ; isUnknown = ((nuint)(++text) & (SmallestPage - 1)) == 0)
        {
            if (isUnknown && !IsReadable((void*)((nuint)text & ~(nuint)3)))
                return false;
            if (*text == 0)
                return true;
        }
    }

    /// <summary>
    /// Whether a timespec can be read at <paramref name="address"/>, so that the real function would not answer <c>EFAULT</c>. An address above the
    /// stack pointer, on the same page, lies in a caller's frame and needs no system call.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool CanRead(timespec* address) => IsOnOurStackPage(address) || IsReadableAt(address);

    /// <summary>As <see cref="CanRead"/>, for writing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool CanWrite(timespec* address) => IsOnOurStackPage(address) || IsWritableAt(address);

    private static bool IsOnOurStackPage(timespec* address)
    {
        byte here;
        nuint distance = (nuint)address - (nuint)(&here);
        nuint toPageEnd = SmallestPage - ((nuint)(&here) & (SmallestPage - 1));
        return distance + (nuint)sizeof(timespec) <= toPageEnd;
    }

    // The first and the last byte may lie on different pages. The probed words are aligned down.
    private static bool IsReadableAt(timespec* address) =>
        address != null && IsReadable(FirstWord(address)) && (IsOnOnePage(address) || IsReadable(LastWord(address)));

    private static bool IsWritableAt(timespec* address) =>
        address != null && IsWritable(FirstWord(address)) && (IsOnOnePage(address) || IsWritable(LastWord(address)));

    private static bool IsOnOnePage(timespec* address) => ((nuint)address & (SmallestPage - 1)) + (nuint)sizeof(timespec) <= SmallestPage;

    private static void* FirstWord(timespec* address) => (void*)((nuint)address & ~(nuint)3);

    private static void* LastWord(timespec* address) => (void*)(((nuint)address + (nuint)sizeof(timespec) - 1) & ~(nuint)3);
}

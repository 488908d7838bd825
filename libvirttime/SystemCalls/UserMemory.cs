using System.Runtime.CompilerServices;
using VirtTime.Format;
using VirtTime.Libc;

namespace VirtTime.SystemCalls;

/// <summary>
/// Asks the kernel to touch memory, which then answers <c>EFAULT</c> where the same access here would end the process with
/// <c>SIGSEGV</c>, or <c>SIGBUS</c> when a file's page cannot be had because the disk is full.
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
    /// Whether the aligned 32-bit word at <paramref name="address"/> can be read: compared, to wake nobody and move nobody. A wait
    /// that times out at once would do as well, but takes its time, some 80 µs in a virtual machine.
    /// </summary>
    public static bool IsReadable(void* address) =>
        Kernel.Call(SyscallNumbers.futex, (nint)address, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 0, 0, (nint)address, 0) != -Errno.EFAULT;

    /// <summary>Whether all bytes up to a NUL can be read, and the NUL.</summary>
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
    /// Whether a timespec can be read at <paramref name="address"/>, where the real function would answer <c>EFAULT</c>.
    /// What lies a little above our own stack pointer, on the same page, is the caller's frame and needs no question.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool CanRead(timespec* address) => IsOnOurStackPage(address) || IsReadableAt(address);

    /// <summary>The same for writing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool CanWrite(timespec* address) => IsOnOurStackPage(address) || IsWritableAt(address);

    private static bool IsOnOurStackPage(timespec* address)
    {
        byte here;
        nuint distance = (nuint)address - (nuint)(&here);
        nuint toPageEnd = SmallestPage - ((nuint)(&here) & (SmallestPage - 1));
        return distance + (nuint)sizeof(timespec) <= toPageEnd;
    }

    // The halves may lie on different pages; the words asked about are aligned down.
    private static bool IsReadableAt(timespec* address) =>
        address != null && IsReadable(FirstWord(address)) && (IsOnOnePage(address) || IsReadable(LastWord(address)));

    private static bool IsWritableAt(timespec* address) =>
        address != null && IsWritable(FirstWord(address)) && (IsOnOnePage(address) || IsWritable(LastWord(address)));

    private static bool IsOnOnePage(timespec* address) => ((nuint)address & (SmallestPage - 1)) + (nuint)sizeof(timespec) <= SmallestPage;

    private static void* FirstWord(timespec* address) => (void*)((nuint)address & ~(nuint)3);

    private static void* LastWord(timespec* address) => (void*)(((nuint)address + (nuint)sizeof(timespec) - 1) & ~(nuint)3);
}

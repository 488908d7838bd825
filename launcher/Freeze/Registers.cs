using System.Runtime.InteropServices;
using VirtTime.Base;

namespace VirtTime.Freeze;

/// <summary>The general registers of a stopped thread (<c>NT_PRSTATUS</c>), in the kernel's order.</summary>
internal unsafe struct Registers
{
    // struct user_regs_struct has 27 words on x86-64, struct user_pt_regs 34 on arm64; those of a 32-bit thread are shorter.
    private const int MostWords = 34;

    private fixed ulong _words[MostWords];

    public static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public ulong this[int word]
    {
        readonly get => _words[word];
        set => _words[word] = value;
    }

    /// <summary>False where the thread is not stopped (any more).</summary>
    /// <param name="registers">All zero where it is a 32-bit one, which has no library of ours.</param>
    public static bool TryRead(int thread, out Registers registers)
    {
        Registers read = default;
        iovec space = new() { iov_base = (nint)(&read), iov_len = sizeof(Registers) };
        bool isRead = SystemCalls.ptrace(SystemCalls.PTRACE_GETREGSET, thread, SystemCalls.NT_PRSTATUS, &space) == 0;
        registers = isRead && space.iov_len == Length ? read : default;
        return isRead;
    }

    /// <summary>All of them by one system call: whoever ends us leaves the old ones or these.</summary>
    public readonly bool TryWrite(int thread)
    {
        Registers written = this;
        iovec space = new() { iov_base = (nint)(&written), iov_len = Length };
        return SystemCalls.ptrace(SystemCalls.PTRACE_SETREGSET, thread, SystemCalls.NT_PRSTATUS, &space) == 0;
    }

    /// <summary>The number of the call that a thread is about to make, which is not among its registers on arm64; null where it is not stopped (any more).</summary>
    public static int? CallOf(int thread)
    {
        int number = 0;
        iovec space = new() { iov_base = (nint)(&number), iov_len = sizeof(int) };
        return SystemCalls.ptrace(SystemCalls.PTRACE_GETREGSET, thread, SystemCalls.NT_ARM_SYSTEM_CALL, &space) == 0 ? number : null;
    }

    /// <summary>Has a thread make another call than the one that it is about to make (arm64).</summary>
    public static bool TrySetCall(int thread, int number)
    {
        iovec space = new() { iov_base = (nint)(&number), iov_len = sizeof(int) };
        return SystemCalls.ptrace(SystemCalls.PTRACE_SETREGSET, thread, SystemCalls.NT_ARM_SYSTEM_CALL, &space) == 0;
    }

    private static int Length => (IsArm64 ? MostWords : 27) * sizeof(ulong);
}

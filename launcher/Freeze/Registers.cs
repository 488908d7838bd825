using System.Runtime.InteropServices;
using VirtTime.Base;

namespace VirtTime.Freeze;

/// <summary>The general registers of a stopped thread (<c>NT_PRSTATUS</c>), in the kernel's order.</summary>
internal unsafe struct Registers
{
    // struct user_regs_struct has 27 words on x86-64, struct user_pt_regs has 34 on arm64. The set of a 32-bit thread is shorter.
    private const int MostWords = 34;

    private fixed ulong _words[MostWords];

    public static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public ulong this[int word]
    {
        readonly get => _words[word];
        set => _words[word] = value;
    }

    /// <summary>Reads the registers. False if the thread is not stopped, or not any more.</summary>
    /// <param name="registers">All zero for a 32-bit thread, which cannot have loaded the library.</param>
    public static bool TryRead(int thread, out Registers registers)
    {
        Registers read = default;
        iovec space = new() { iov_base = (nint)(&read), iov_len = sizeof(Registers) };
        bool isRead = SystemCalls.ptrace(SystemCalls.PTRACE_GETREGSET, thread, SystemCalls.NT_PRSTATUS, &space) == 0;
        registers = isRead && space.iov_len == Length ? read : default;
        return isRead;
    }

    /// <summary>Writes all registers by one system call. If the launcher is killed, the thread has all old or all new registers.</summary>
    public readonly bool TryWrite(int thread)
    {
        Registers written = this;
        iovec space = new() { iov_base = (nint)(&written), iov_len = Length };
        return SystemCalls.ptrace(SystemCalls.PTRACE_SETREGSET, thread, SystemCalls.NT_PRSTATUS, &space) == 0;
    }

    /// <summary>
    /// The number of the call that an arm64 thread is about to make, which is not a general register; null if the thread is not stopped.
    /// </summary>
    public static int? CallOf(int thread)
    {
        int number = 0;
        iovec space = new() { iov_base = (nint)(&number), iov_len = sizeof(int) };
        return SystemCalls.ptrace(SystemCalls.PTRACE_GETREGSET, thread, SystemCalls.NT_ARM_SYSTEM_CALL, &space) == 0 ? number : null;
    }

    /// <summary>Replaces the call that a stopped arm64 thread is about to make.</summary>
    public static bool TrySetCall(int thread, int number)
    {
        iovec space = new() { iov_base = (nint)(&number), iov_len = sizeof(int) };
        return SystemCalls.ptrace(SystemCalls.PTRACE_SETREGSET, thread, SystemCalls.NT_ARM_SYSTEM_CALL, &space) == 0;
    }

    private static int Length => (IsArm64 ? MostWords : 27) * sizeof(ulong);
}

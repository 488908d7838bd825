using VirtTime.Base;

namespace VirtTime.Placement;

/// <summary>The general registers of the stopped target (<c>NT_PRSTATUS</c>), in the kernel's order. The tracer reads and writes them.</summary>
internal unsafe struct TargetRegisters
{
    // struct user_regs_struct has 27 words on x86-64, struct user_pt_regs has 34 on arm64.
    private const int MostWords = 34;
    private const int X64Words = 27;

    private fixed long _words[MostWords];

    public long ProgramCounter
    {
        readonly get => _words[RawCalls.IsArm64 ? 32 : 16];
        set => _words[RawCalls.IsArm64 ? 32 : 16] = value;
    }

    public readonly long StackPointer => _words[RawCalls.IsArm64 ? 31 : 19];

    /// <summary>The result of a system call that has just ended.</summary>
    public readonly long Result => _words[RawCalls.IsArm64 ? 0 : 10];

    public static bool TryRead(int thread, TargetRegisters* registers)
    {
        iovec space = new() { iov_base = (nint)registers, iov_len = Length };
        return RawCalls.Ptrace(RawCalls.PTRACE_GETREGSET, thread, SystemCalls.NT_PRSTATUS, (nint)(&space)) == 0 && space.iov_len == Length;
    }

    public static bool TryWrite(int thread, TargetRegisters* registers)
    {
        iovec space = new() { iov_base = (nint)registers, iov_len = Length };
        return RawCalls.Ptrace(RawCalls.PTRACE_SETREGSET, thread, SystemCalls.NT_PRSTATUS, (nint)(&space)) == 0;
    }

    /// <summary>Sets the registers for a system call. On x86-64, −1 as the number of the last call keeps the kernel from repeating that call.</summary>
    public void SetCall(long instruction, long number, long a, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0)
    {
        if (RawCalls.IsArm64)
        {
            _words[8] = number;
            SetArm64(a, b, c, d, e, f);
        }
        else
        {
            const int rdi = 14, rsi = 13, rdx = 12, r10 = 7, r8 = 9, r9 = 8, rax = 10;
            (_words[rax], _words[rdi], _words[rsi], _words[rdx], _words[r10], _words[r8], _words[r9]) = (number, a, b, c, d, e, f);
            ForgetCall();
        }

        ProgramCounter = instruction;
    }

    /// <summary>Sets the registers as for a call of a function, whose arguments placed_start.*.s describes.</summary>
    public void SetStart(long function, long a, long b, long c, long d)
    {
        if (RawCalls.IsArm64)
        {
            SetArm64(a, b, c, d, 0, 0);
        }
        else
        {
            const int rdi = 14, rsi = 13, rdx = 12, rcx = 11, rax = 10;
            (_words[rax], _words[rdi], _words[rsi], _words[rdx], _words[rcx]) = (0, a, b, c, d);
            ForgetCall();
        }

        ProgramCounter = function;
    }

    private static nint Length => (RawCalls.IsArm64 ? MostWords : X64Words) * sizeof(long);

    private void ForgetCall()
    {
        const int orig_rax = 15;
        _words[orig_rax] = -1;
    }

    private void SetArm64(long a, long b, long c, long d, long e, long f) =>
        (_words[0], _words[1], _words[2], _words[3], _words[4], _words[5]) = (a, b, c, d, e, f);
}

using VirtTime.Base;

namespace VirtTime.Freeze;

/// <summary>How to make an interrupted call read its deadline again.</summary>
internal enum CallRepair
{
    /// <summary>Do nothing.</summary>
    None,

    /// <summary>Write the changed registers.</summary>
    Registers,

    /// <summary>Let the thread run to the entry of the call (<see cref="CallEntry"/>).</summary>
    Entry,
}

/// <summary>Decides what a stopped thread does next with the system call in which it was interrupted.</summary>
/// <remarks>
/// Only registers are changed, and only to values that the kernel could have set itself. So the result is also right if the file is not changed
/// afterwards. README.md, "6. Repair the calls in flight".
/// </remarks>
internal static class InterruptedCall
{
    // Results of an interrupted call that the kernel uses internally (include/linux/errno.h). A program never sees them.
    private const long ERESTARTNOHAND = 514;
    private const long ERESTART_RESTARTBLOCK = 516;

    private const ulong IORING_ENTER_EXT_ARG = 8;
    private const int FUTEX_WAIT = 0;
    private const int FUTEX_WAIT_BITSET = 9;
    private const int FUTEX_FLAGS = 128 | 256;

    /// <param name="registers">
    /// The thread's registers. They are changed if the result is <see cref="CallRepair.Registers"/>; the caller writes them back.
    /// </param>
    /// <param name="slots">Where the thread's process has the slots mapped.</param>
    /// <param name="isInFlight">Whether the thread has taken a slot.</param>
    /// <param name="mayBeFutex">Whether a call that continues by <c>restart_syscall</c> may be a <c>futex</c> (<see cref="RestartedCalls"/>).</param>
    public static CallRepair Repair(ref Registers registers, SlotMappings slots, bool isInFlight, bool mayBeFutex)
    {
        bool isInFutex = isInFlight && mayBeFutex;
        if (Registers.IsArm64)
            return Arm64.Repair(ref registers, slots, isInFlight, isInFutex);
        return X64.ReadsAgain(ref registers, slots, isInFlight, isInFutex) ? CallRepair.Registers : CallRepair.None;
    }

    /// <summary>Whether the thread is in <c>restart_syscall</c>. Its registers no longer hold the number of the original call then.</summary>
    public static bool IsRestarted(in Registers registers) =>
        Registers.IsArm64 ? Arm64.IsRestarted(registers) : X64.IsRestarted(registers);

    /// <summary>The stack pointer and the arguments. If they are equal at two stops, the thread is in the same call.</summary>
    public static (ulong, ulong, ulong, ulong) Arguments(in Registers registers) =>
        Registers.IsArm64 ? Arm64.Arguments(registers) : X64.Arguments(registers);

    private static bool IsOperation(ulong argument, int operation) => ((int)argument & ~FUTEX_FLAGS) == operation;

    /// <summary>Whether the arguments of a call that continues by <c>restart_syscall</c> may be those of a <c>futex</c>.</summary>
    /// <remarks>The third argument of <c>futex</c> is a 32-bit number. <c>clock_nanosleep</c> has a pointer in its place.</remarks>
    private static bool MayBeFutex(ulong address, ulong number) =>
        address != 0 && address % sizeof(uint) == 0 && (number <= uint.MaxValue || (long)number is < 0 and >= int.MinValue);

    /// <summary>
    /// x86-64: the program counter is after the call's instruction. When the thread runs on, the result in <c>rax</c> tells the kernel what to do.
    /// </summary>
    private static class X64
    {
        private const int r10 = 7, r8 = 9, rax = 10, rdx = 12, rsi = 13, rdi = 14, orig_rax = 15, rsp = 19;
        private const long futex = 202, restart_syscall = 219;

        public static bool IsRestarted(in Registers registers) => (long)registers[orig_rax] == restart_syscall;

        public static (ulong, ulong, ulong, ulong) Arguments(in Registers registers) => (registers[rsp], registers[rdi], registers[rsi], registers[rdx]);

        public static bool ReadsAgain(ref Registers registers, SlotMappings slots, bool isInFlight, bool isInFutex)
        {
            // If the thread is in no system call, orig_rax is negative.
            long call = (long)registers[orig_rax];
            long result = -(long)registers[rax];
            if (result == ERESTART_RESTARTBLOCK)
            {
                // A thread that was stopped and continued before (by SIGSTOP, a debugger or a freezer) is in restart_syscall.
                bool isAgain = call == restart_syscall && isInFutex && MayBeFutex(registers[rdi], registers[rdx]);
                if (call != futex && !isAgain)
                    return false;

                // For ERESTARTNOHAND the kernel makes the call again from its arguments. If a signal handler runs first, it returns EINTR, as for the
                // old result.
                if (slots.Hold(registers[r10]) && IsOperation(registers[rsi], FUTEX_WAIT_BITSET))
                {
                    registers[orig_rax] = futex;
                    return Return(ref registers, ERESTARTNOHAND);
                }

                // musl, and older glibc for mutexes, have computed the time left from the slot. After EINTR they compute it again.
                return isInFlight && IsOperation(registers[rsi], FUTEX_WAIT) && Return(ref registers, ErrorNumber.EINTR);
            }

            return call >= 0 && result == ErrorNumber.EINTR && WaitsForEver(call, registers) && Return(ref registers, ERESTARTNOHAND);
        }

        private static bool Return(ref Registers registers, long error)
        {
            registers[rax] = (ulong)-error;
            return true;
        }

        // The kernel ends these calls with EINTR whatever interrupts them (man 7 signal). Without a timeout, a repeated call waits no longer than it
        // should, and a program that expects no signals does not notice the stop. With IORING_ENTER_EXT_ARG, io_uring_enter may have a timeout.
        private static bool WaitsForEver(long call, in Registers registers) => call switch
        {
            232 or 281 /* epoll_wait, epoll_pwait */ => (int)registers[r10] < 0,
            220 or 441 /* semtimedop, epoll_pwait2 */ => registers[r10] == 0,
            128 /* rt_sigtimedwait */ => registers[rdx] == 0,
            208 /* io_getevents */ => registers[r8] == 0,
            426 /* io_uring_enter that submits nothing */ => (int)registers[rsi] == 0 && (registers[r10] & IORING_ENTER_EXT_ARG) == 0,
            65 /* semop */ => true,
            _ => false,
        };
    }

    /// <summary>arm64: the kernel has moved the program counter back to the call's instruction, and a tracer cannot see the call's result.</summary>
    /// <remarks>
    /// Only the call's entry (<see cref="CallEntry"/>) shows whether the kernel makes the call again, for the first time, or by
    /// <c>restart_syscall</c>.
    /// </remarks>
    private static class Arm64
    {
        private const int x0 = 0, x1 = 1, x2 = 2, x3 = 3, x8 = 8, sp = 31, pc = 32;
        private const ulong futex = 98, restart_syscall = 128;

        public static bool IsRestarted(in Registers registers) => registers[x8] == restart_syscall;

        // After a stop, x0 may hold the result instead of the first argument. So the first argument is not compared.
        public static (ulong, ulong, ulong, ulong) Arguments(in Registers registers) => (registers[sp], 0, registers[x1], registers[x2]);

        public static CallRepair Repair(ref Registers registers, SlotMappings slots, bool isInFlight, bool isInFutex)
        {
            const uint svc = 0xD4000001;
            ulong call = registers[x8];
            bool isFutex = call == futex || (call == restart_syscall && isInFutex && MayBeFutex(registers[x0], registers[x2]));
            bool isWait = IsOperation(registers[x1], FUTEX_WAIT);
            bool isDeadline = slots.Hold(registers[x3]) && IsOperation(registers[x1], FUTEX_WAIT_BITSET);
            if (!isFutex || !(isDeadline || (isWait && isInFlight)) || slots.InstructionAt(registers[pc]) != svc)
                return CallRepair.None;
            if (isDeadline)
                return CallRepair.Entry;

            // libc has computed the time left from the slot, and computes it again after EINTR. That is right even if the thread has not made the
            // call yet.
            registers[x0] = unchecked((ulong)-ErrorNumber.EINTR);
            registers[pc] += sizeof(uint);
            return CallRepair.Registers;
        }
    }
}

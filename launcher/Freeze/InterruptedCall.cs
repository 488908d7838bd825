using VirtTime.Base;

namespace VirtTime.Freeze;

/// <summary>What is to be done that a call reads its deadline again.</summary>
internal enum CallRepair
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>To write registers.</summary>
    Registers,

    /// <summary>To let the thread go on as far as the call's entry (<see cref="CallEntry"/>).</summary>
    Entry,
}

/// <summary>
/// What a stopped thread does next with the system call that it was interrupted in. The kernel makes most of them again, with the arguments that
/// they had, and then reads the deadline again. A <c>futex</c> with a timeout is the exception among those that wait for a deadline in a slot: it is
/// to go on by <c>restart_syscall</c>, until the moment that the kernel has kept.
/// </summary>
/// <remarks>
/// A register is changed, or two, and nothing is run in the thread's name. Whatever is asked for here is what the kernel could have done by
/// itself, so that it is right as well where nothing is adjusted afterwards.
/// </remarks>
internal static class InterruptedCall
{
    // The kernel's own results of an interrupted call, which a program never gets to see.
    private const long ERESTARTNOHAND = 514;
    private const long ERESTART_RESTARTBLOCK = 516;

    private const ulong IORING_ENTER_EXT_ARG = 8;
    private const int FUTEX_WAIT = 0;
    private const int FUTEX_WAIT_BITSET = 9;
    private const int FUTEX_FLAGS = 128 | 256;

    /// <param name="registers">Of the thread; changed where that is the result, and then to be written back.</param>
    /// <param name="slots">Where the thread's process has the slots.</param>
    /// <param name="isInFlight">The thread has taken a slot.</param>
    /// <param name="mayBeFutex">A call that goes on by <c>restart_syscall</c> may be a <c>futex</c> (<see cref="RestartedCalls"/>).</param>
    public static CallRepair Repair(ref Registers registers, SlotMappings slots, bool isInFlight, bool mayBeFutex)
    {
        bool isInFutex = isInFlight && mayBeFutex;
        if (Registers.IsArm64)
            return Arm64.Repair(ref registers, slots, isInFlight, isInFutex);
        return X64.ReadsAgain(ref registers, slots, isInFlight, isInFutex) ? CallRepair.Registers : CallRepair.None;
    }

    /// <summary>Where a call goes on that was interrupted before: its number is not in the registers any more.</summary>
    public static bool IsRestarted(in Registers registers) =>
        Registers.IsArm64 ? Arm64.IsRestarted(registers) : X64.IsRestarted(registers);

    /// <summary>The stack pointer and the arguments: two stops with the same ones are in the same call.</summary>
    public static (ulong, ulong, ulong, ulong) Arguments(in Registers registers) =>
        Registers.IsArm64 ? Arm64.Arguments(registers) : X64.Arguments(registers);

    private static bool IsOperation(ulong argument, int operation) => ((int)argument & ~FUTEX_FLAGS) == operation;

    /// <summary>
    /// Whether the arguments of a call that goes on by <c>restart_syscall</c> may be those of a <c>futex</c>. Where that has the number that is to be found at the address, <c>nanosleep</c> and <c>clock_nanosleep</c> have a pointer.
    /// </summary>
    private static bool MayBeFutex(ulong address, ulong number) =>
        address != 0 && address % sizeof(uint) == 0 && (number <= uint.MaxValue || (long)number is < 0 and >= int.MinValue);

    /// <summary>The thread stands behind the instruction, <c>rax</c> is the result, and what is made of it is decided when it goes on.</summary>
    private static class X64
    {
        private const int r10 = 7, r8 = 9, rax = 10, rdx = 12, rsi = 13, rdi = 14, orig_rax = 15, rsp = 19;
        private const long futex = 202, restart_syscall = 219;

        public static bool IsRestarted(in Registers registers) => (long)registers[orig_rax] == restart_syscall;

        public static (ulong, ulong, ulong, ulong) Arguments(in Registers registers) => (registers[rsp], registers[rdi], registers[rsi], registers[rdx]);

        public static bool ReadsAgain(ref Registers registers, SlotMappings slots, bool isInFlight, bool isInFutex)
        {
            // Not in a call where it is negative.
            long call = (long)registers[orig_rax];
            long result = -(long)registers[rax];
            if (result == ERESTART_RESTARTBLOCK)
            {
                // It goes on so after it was stopped and continued before, by SIGSTOP, a debugger or a freezer.
                bool isAgain = call == restart_syscall && isInFutex && MayBeFutex(registers[rdi], registers[rdx]);
                if (call != futex && !isAgain)
                    return false;

                // With this result, a signal handler that is to run first still makes it EINTR; otherwise the call is made again.
                if (slots.Hold(registers[r10]) && IsOperation(registers[rsi], FUTEX_WAIT_BITSET))
                {
                    registers[orig_rax] = futex;
                    return Return(ref registers, ERESTARTNOHAND);
                }

                // musl, and older glibc for mutexes, compute the time that is left from the slot, and do so again after EINTR.
                return isInFlight && IsOperation(registers[rsi], FUTEX_WAIT) && Return(ref registers, ErrorNumber.EINTR);
            }

            return call >= 0 && result == ErrorNumber.EINTR && WaitsForEver(call, registers) && Return(ref registers, ERESTARTNOHAND);
        }

        private static bool Return(ref Registers registers, long error)
        {
            registers[rax] = (ulong)-error;
            return true;
        }

        // Calls that the kernel ends with EINTR whoever interrupts them (man 7 signal). Without a timeout nothing is lost if they are
        // made again, and a program that did not expect a signal need not know that it was stopped.
        // IORING_ENTER_EXT_ARG may carry a timeout.
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

    /// <summary>
    /// The kernel has put the thread back to the instruction, and looks whether it is still there when it goes on. What the result was is not to be
    /// seen: whether the call would be made again, is made for the first time, or goes on by <c>restart_syscall</c> shows at its entry (<see cref="CallEntry"/>).
    /// </summary>
    private static class Arm64
    {
        private const int x0 = 0, x1 = 1, x2 = 2, x3 = 3, x8 = 8, sp = 31, pc = 32;
        private const ulong futex = 98, restart_syscall = 128;

        public static bool IsRestarted(in Registers registers) => registers[x8] == restart_syscall;

        // The first one is the result, where the thread has been stopped.
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

            // Its libc has computed the time that is left, and does so again after EINTR: as after a checkpoint, also where it has not been made yet.
            registers[x0] = unchecked((ulong)-ErrorNumber.EINTR);
            registers[pc] += sizeof(uint);
            return CallRepair.Registers;
        }
    }
}

using System.Threading;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>
/// A choice of slots for this process alone (<see cref="SlotMark.SharedChoices"/>). Slots of threads that were killed stay taken while others use the file. So
/// a process that starts where the shared choices of its threads' ids have run out locks one of the others. No other process takes that one while it lives, and
/// whatever is marked so was marked by the dead.
/// </summary>
internal static unsafe class ReservedChoice
{
    public const int None = 0;

    // The process's first thread and those that it makes next.
    private const int Threads = 256;

    /// <summary>While the file is open. The lock lasts as long as a mapping that was made with <paramref name="descriptor"/>.</summary>
    /// <param name="config">A file with all that belongs to one, writable.</param>
    /// <param name="thread">The calling thread's id.</param>
    public static int Take(MappedConfig* config, int descriptor, int thread)
    {
        if (!IsNeeded(descriptor, thread))
            return None;
        int choice = SlotMark.SharedChoices;
        while (!TryLock(descriptor, UserMark.F_WRLCK, UserMark.PositionOfChoice(choice)))
        {
            if (++choice == SlotMark.Choices)
                return None;
        }

        // Who goes on after a checkpoint has lost its lock.
        const uint Restored = ConfigExtension.HasSavedClocks | ConfigExtension.HasUncountedUsers;
        return (Volatile.Read(ref config->Extension->flags) & Restored) == 0 ? choice : None;
    }

    /// <summary>Locks one byte until the open file is closed and not mapped. False on a filesystem without such locks, and before Linux 3.15.</summary>
    public static bool TryLock(int descriptor, short type, long position)
    {
        UserMark mark = default;
        mark.l_type = type;
        mark.l_start = position;
        mark.l_len = 1;
        return Kernel.Call(SyscallNumbers.fcntl, descriptor, UserMark.F_OFD_SETLK, (nint)(&mark)) == 0;
    }

    // Choices are taken in turn, so it is enough to look at the last one.
    private static bool IsNeeded(int descriptor, int thread)
    {
        const int Last = SlotMark.SharedChoices - 1;
        byte* marks = stackalloc byte[Threads];
        nint position = (nint)ConfigLayout.SlotClocksPosition + SlotMark.SlotOf(thread, Last);
        nint count = Kernel.Call(SyscallNumbers.pread64, descriptor, (nint)marks, Threads, position);
        while (count > 0 && SlotMark.ChoiceOf(marks[count - 1]) != Last)
            count--;
        return count > 0;
    }
}

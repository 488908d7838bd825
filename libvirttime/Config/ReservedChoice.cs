using System.Threading;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>A choice of slots for this process alone (<see cref="SlotMark.SharedChoices"/>).</summary>
/// <remarks>
/// Slots of killed threads stay taken while other processes use the file. A process that starts after all shared choices of its threads' ids were
/// taken locks one of the other choices. No other process takes slots of that choice while this one lives, so a mark of that choice that this process
/// did not make was left by a dead process. See libvirttime/README.md, "A choice for one process".
/// </remarks>
internal static unsafe class ReservedChoice
{
    public const int None = 0;

    // How many thread ids are looked at: the first thread's, and those that the process's next threads get.
    private const int Threads = 256;

    /// <summary>
    /// Locks a choice if this process needs one. The lock lasts as long as a mapping that was made with <paramref name="descriptor"/>.
    /// </summary>
    /// <param name="config">A writable file that has marks.</param>
    /// <param name="descriptor">The open file.</param>
    /// <param name="thread">The calling thread's id.</param>
    /// <returns>The choice, or <see cref="None"/>.</returns>
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

        // A program that goes on after a checkpoint has lost its lock but still uses its choice. While there may be such a program, no process takes
        // a choice.
        const uint Restored = ConfigExtension.HasSavedClocks | ConfigExtension.HasUncountedUsers;
        return (Volatile.Read(ref config->Extension->flags) & Restored) == 0 ? choice : None;
    }

    /// <summary>
    /// Locks one byte until the open file is closed and not mapped any more. False if another process holds a conflicting lock, on a filesystem
    /// without such locks, and before Linux 3.15.
    /// </summary>
    public static bool TryLock(int descriptor, short type, long position)
    {
        UserMark mark = default;
        mark.l_type = type;
        mark.l_start = position;
        mark.l_len = 1;
        return Kernel.Call(SyscallNumbers.fcntl, descriptor, UserMark.F_OFD_SETLK, (nint)(&mark)) == 0;
    }

    // A thread tries its choices in order, so a taken last one shows that all shared choices were taken.
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

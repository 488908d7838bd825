namespace VirtTime.Format;

/// <summary>
/// The mark of a slot in <c>per_thread_clock[]</c>: 0 while the slot is free, else clock id + 1 in the low half of the byte, and the choice in the
/// high half.
/// </summary>
/// <remarks>
/// A thread tries the slot with its id first (choice 0). That slot may be taken by a call that a signal handler has interrupted, by a thread of
/// another PID namespace with the same id, or by a thread that was killed. Then the thread tries the next choice, a <see cref="Stride"/> farther.
/// Compiled into the library, the launcher and the tests.
/// </remarks>
public static class SlotMark
{
    /// <summary>The distance between two slots that a thread may take. Large, since the slots nearby belong to threads with similar ids.</summary>
    public const int Stride = 262144;

    /// <summary>The number of slots that a thread may take.</summary>
    public const int Choices = ConfigLayout.SlotCount / Stride;

    /// <summary>
    /// Choices below this are open to every process. Each of the others belongs to the one process that has locked it
    /// (<see cref="UserMark.PositionOfChoice"/>).
    /// </summary>
    public const int SharedChoices = 12;

    private const int ClockBits = 4;
    private const int ClockMask = (1 << ClockBits) - 1;

    public static byte Of(int clock, int choice) => (byte)((clock + 1) | (choice << ClockBits));

    /// <summary>The clock of a slot; <c>CLOCK_MONOTONIC</c> if it has no mark, as in another tool's file.</summary>
    public static int ClockOf(byte mark) => mark == 0 ? Time.CLOCK_MONOTONIC : (mark & ClockMask) - 1;

    /// <summary>The choice at which the thread took the slot.</summary>
    public static int ChoiceOf(byte mark) => mark >> ClockBits;

    /// <summary>The slot that a thread tries at its <paramref name="choice"/>th choice, counted from 0.</summary>
    public static int SlotOf(int thread, int choice) => (thread + (choice * Stride)) & (ConfigLayout.SlotCount - 1);

    /// <summary>The id, in its own PID namespace, of the thread that has taken a slot.</summary>
    public static int ThreadOf(int slot, byte mark) => (slot - (ChoiceOf(mark) * Stride)) & (ConfigLayout.SlotCount - 1);
}

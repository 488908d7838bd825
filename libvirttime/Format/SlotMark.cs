namespace VirtTime.Format;

/// <summary>
/// <c>per_thread_clock[]</c>: 0 while a slot is free, else who has it: the clock's id + 1 in the low half of the byte, and in the high half
/// how far the slot is from the one with its thread's id.
/// </summary>
/// <remarks>
/// A thread takes the slot with its id. Where that is taken, by a call that a signal handler has interrupted, by a thread of another PID
/// namespace with the same id, or by one that was killed, it goes on to the next at a distance. Compiled into the interposer, the launcher and
/// the tests.
/// </remarks>
public static class SlotMark
{
    /// <summary>From a thread's slot to the next one that it may take. Large, since the slots nearby belong to threads nearby.</summary>
    public const int Stride = 262144;

    /// <summary>How many slots a thread may take: all that are a <see cref="Stride"/> apart.</summary>
    public const int Choices = ConfigLayout.SlotCount / Stride;

    /// <summary>The first ones are for every process; each of the others is for the one process that has locked it (<see cref="UserMark.PositionOfChoice"/>).</summary>
    public const int SharedChoices = 12;

    private const int ClockBits = 4;
    private const int ClockMask = (1 << ClockBits) - 1;

    public static byte Of(int clock, int choice) => (byte)((clock + 1) | (choice << ClockBits));

    /// <summary>The clock of a slot that is taken; <c>CLOCK_MONOTONIC</c> where the file does not say, being another tool's.</summary>
    public static int ClockOf(byte mark) => mark == 0 ? Time.CLOCK_MONOTONIC : (mark & ClockMask) - 1;

    /// <summary>At which of its tries the thread has taken the slot.</summary>
    public static int ChoiceOf(byte mark) => mark >> ClockBits;

    /// <summary>The number of the slot that a thread takes at its <paramref name="choice"/>th try, from 0.</summary>
    public static int SlotOf(int thread, int choice) => (thread + (choice * Stride)) & (ConfigLayout.SlotCount - 1);

    /// <summary>The id of the thread that has taken a slot, in its own PID namespace.</summary>
    public static int ThreadOf(int slot, byte mark) => (slot - (ChoiceOf(mark) * Stride)) & (ConfigLayout.SlotCount - 1);
}

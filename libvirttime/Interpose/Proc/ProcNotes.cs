namespace VirtTime.Interpose.Proc;

/// <summary>
/// Which descriptors may lead to one of our texts (<see cref="ProcFile"/>), so that those who rewind anything else are not kept waiting. A note is a
/// hint: who follows it looks at what the descriptor is, and takes it away where it is something else by now. So it need not go when the
/// descriptor is closed, and may be made in a <c>vfork</c> child.
/// </summary>
internal static unsafe class ProcNotes
{
    private const int Most = 4096;

    // Looked at first: a program that reads no such file does not touch the notes. Stays.
    private static bool s_isAny;

    // Larger numbers are noted all as one.
    private static bool s_isBeyond;
    private static Notes s_notes;

    private struct Notes
    {
        public fixed byte Marks[Most];
    }

    public static bool IsAny => s_isAny;

    public static bool Has(int descriptor) =>
        IsAny && ((uint)descriptor < Most ? s_notes.Marks[descriptor] != 0 : s_isBeyond && descriptor >= 0);

    public static void Note(int descriptor)
    {
        if ((uint)descriptor < Most)
            s_notes.Marks[descriptor] = 1;
        else
            s_isBeyond = true;
        s_isAny = true;
    }

    public static void Forget(int descriptor)
    {
        if ((uint)descriptor < Most)
            s_notes.Marks[descriptor] = 0;
    }

    /// <summary>After <c>dup</c> and its relatives.</summary>
    public static void Copy(int from, int to)
    {
        if (to >= 0 && Has(from))
            Note(to);
    }
}

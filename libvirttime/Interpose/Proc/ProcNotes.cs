using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>
/// Which descriptors may lead to one of our texts (<see cref="ProcFile"/>), or to a file that will need one once its clock is shifted, so that callers
/// that rewind anything else are not kept waiting. A note is a hint: its reader looks at what the descriptor is, and takes the note away where it is
/// something else by now. So it need not go when the descriptor is closed, and may be made in a <c>vfork</c> child.
/// </summary>
internal static unsafe class ProcNotes
{
    private const int Most = 4096;

    // A note: the kind in the low two bits, a bit that is always set, one for a text of ours, and above them what fits of the inode's number.
    private const uint Kind = 3;
    private const uint IsNote = 4;
    private const uint IsText = 8;
    private const int InodeBit = 4;

    // Looked at first: a program that reads no such file does not touch the notes. Stays.
    private static bool s_isAny;

    // Larger numbers are noted all as one, and told by their names only.
    private static uint s_beyond;

    // Files in memory all lie on one device of the kernel's.
    private static ulong s_device;
    private static Notes s_notes;

    private struct Notes
    {
        public fixed uint Marks[Most];
    }

    public static bool IsAny => s_isAny;

    /// <summary>0 for none.</summary>
    public static uint Of(int descriptor) =>
        !IsAny || descriptor < 0 ? 0 : descriptor < Most ? s_notes.Marks[descriptor] : s_beyond;

    public static ProcKind KindOf(uint note) => (ProcKind)(note & Kind);

    /// <summary>Whether it is, or was, a text of ours.</summary>
    public static bool IsOfText(uint note) => (note & IsText) != 0;

    /// <summary>The real file, which tells the truth for now.</summary>
    public static void Note(int descriptor, ProcKind kind) => Set(descriptor, IsNote | (uint)kind);

    /// <summary>A text of ours, which can be told from another file also where its name is out of reach.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void NoteText(int descriptor, ProcKind kind)
    {
        FileIdentity identity = Kernel.IdentityOf(descriptor);
        s_device = identity.Device;
        Set(descriptor, (uint)kind | IsNote | IsText | ((uint)identity.Inode << InodeBit));
    }

    /// <summary>Whether the descriptor is still the text that was noted, by what the kernel calls it.</summary>
    public static bool IsStill(int descriptor, uint note)
    {
        FileIdentity identity = Kernel.IdentityOf(descriptor);
        return identity.Device == s_device && (uint)identity.Inode << InodeBit >> InodeBit == note >> InodeBit;
    }

    public static void Forget(int descriptor)
    {
        if ((uint)descriptor < Most)
            s_notes.Marks[descriptor] = 0;
    }

    /// <summary>After <c>dup</c> and its relatives.</summary>
    public static void Copy(int from, int to)
    {
        uint note = Of(from);
        if (note != 0 && to >= 0)
            Set(to, note);
    }

    private static void Set(int descriptor, uint note)
    {
        if ((uint)descriptor < Most)
            s_notes.Marks[descriptor] = note;
        else
            s_beyond = IsNote | IsText;
        s_isAny = true;
    }
}

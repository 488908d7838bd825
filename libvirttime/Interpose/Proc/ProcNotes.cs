using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>Notes which descriptors may lead to one of our memory files, or to a real file that will need one once its clock is shifted.</summary>
/// <remarks>
/// The notes keep rewinding of all other descriptors fast. A note is a hint: its reader checks which file the descriptor leads to, and removes the
/// note if it is wrong. So a note may stay when the descriptor is closed, and may be made in a <c>vfork</c> child.
/// </remarks>
internal static unsafe class ProcNotes
{
    private const int Most = 4096;

    // A note has the kind in bits 0 and 1, bit 2 always set, bit 3 set for a memory file of ours, and the low bits of that file's inode number from
    // bit 4 on.
    private const uint Kind = 3;
    private const uint IsNote = 4;
    private const uint IsText = 8;
    private const int InodeBit = 4;

    // Tested first, so that a program that reads no such file does not touch the notes. Once true, it stays true.
    private static bool s_isAny;

    // One note for all descriptors from Most on; only their names tell them apart.
    private static uint s_beyond;

    // The device of our memory files. The kernel has one device for all memory files.
    private static ulong s_device;
    private static Notes s_notes;

    private struct Notes
    {
        public fixed uint Marks[Most];
    }

    public static bool IsAny => s_isAny;

    /// <summary>The note of a descriptor; 0 if there is none.</summary>
    public static uint Of(int descriptor) =>
        !IsAny || descriptor < 0 ? 0 : descriptor < Most ? s_notes.Marks[descriptor] : s_beyond;

    public static ProcKind KindOf(uint note) => (ProcKind)(note & Kind);

    /// <summary>Whether the descriptor leads, or led, to a memory file of ours.</summary>
    public static bool IsOfText(uint note) => (note & IsText) != 0;

    /// <summary>Notes a real file, which shows the right time as long as its kind is not shifted.</summary>
    public static void Note(int descriptor, ProcKind kind) => Set(descriptor, IsNote | (uint)kind);

    /// <summary>Notes a memory file of ours, with its inode, by which it can be recognised even if its name is out of reach.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void NoteText(int descriptor, ProcKind kind)
    {
        FileIdentity identity = Kernel.IdentityOf(descriptor);
        s_device = identity.Device;
        Set(descriptor, (uint)kind | IsNote | IsText | ((uint)identity.Inode << InodeBit));
    }

    /// <summary>Whether the descriptor still leads to the memory file that was noted, by device and inode.</summary>
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

    /// <summary>Copies the note, after <c>dup</c> or one of its relatives.</summary>
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

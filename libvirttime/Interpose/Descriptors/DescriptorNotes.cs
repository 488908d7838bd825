using System.Threading;
using VirtTime.Config;

namespace VirtTime.Interpose.Descriptors;

/// <summary>Notes the clock of the timerfd behind each small descriptor, if this process has seen it made.</summary>
/// <remarks>
/// A note is removed as soon as the number may get another meaning; without a note the kernel is asked. A <c>vfork</c> child has its parent's memory
/// but its own descriptors. It removes notes when it closes or duplicates, which only makes the parent slower, and makes none when it duplicates. Two
/// cases are missed, each only if the process then gets a timerfd with that number from elsewhere: libc closes the number by itself (<c>fclose</c>), or
/// a <c>vfork</c> child makes a timerfd, which POSIX does not allow.
/// </remarks>
internal static unsafe class DescriptorNotes
{
    private const int Most = 4096;

    private static Clocks s_clocks;
    private static bool s_isDistrusted;

    private struct Clocks
    {
        // The clock's id + 1; 0 if there is no note.
        public fixed byte Notes[Most];
    }

    public static void Note(int descriptor, int clock)
    {
        if ((uint)descriptor < Most && (uint)clock < byte.MaxValue)
            Volatile.Write(ref s_clocks.Notes[descriptor], (byte)(clock + 1));
    }

    /// <summary>The clock's id; −1 if there is no note.</summary>
    public static int Of(int descriptor) => (uint)descriptor < Most && !s_isDistrusted ? Volatile.Read(ref s_clocks.Notes[descriptor]) - 1 : -1;

    public static void Forget(int descriptor)
    {
        if ((uint)descriptor < Most && s_clocks.Notes[descriptor] != 0)
            Volatile.Write(ref s_clocks.Notes[descriptor], 0);
    }

    /// <summary>Removes the notes of all descriptors from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static void Forget(uint first, uint last)
    {
        for (uint i = first; i < Most && i <= last; i++)
            Forget((int)i);
    }

    /// <summary>Ignores all notes from now on, since threads of this process may have descriptor tables of their own.</summary>
    public static void Distrust() => s_isDistrusted = true;

    /// <summary>Copies the note, after <c>dup2</c>. Only removes the old note if the caller may be a <c>vfork</c> child.</summary>
    public static void Copy(int from, int to)
    {
        int clock = Of(from);
        if (clock >= 0 && ThreadHint.IsOwn())
            Note(to, clock);
        else
            Forget(to);
    }
}

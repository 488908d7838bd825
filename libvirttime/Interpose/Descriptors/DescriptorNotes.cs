using System.Threading;
using VirtTime.Config;

namespace VirtTime.Interpose.Descriptors;

/// <summary>
/// Which clock the timerfd behind each small descriptor runs on, as far as this process has seen it made. A note goes as soon as the number may
/// come to mean something else; without one the kernel is asked. A <c>vfork</c> child, which has descriptors of its own and its parent's memory,
/// takes notes away as it closes and duplicates, and its parent is only slower then; what it duplicates it does not note. Missed is only a
/// number that libc closes by itself (<c>fclose</c>) and a socket brings again, for another timerfd.
/// </summary>
internal static unsafe class DescriptorNotes
{
    private const int Most = 4096;

    private static Clocks s_clocks;
    private static bool s_isDistrusted;

    private struct Clocks
    {
        // The clock's id + 1.
        public fixed byte Notes[Most];
    }

    public static void Note(int descriptor, int clock)
    {
        if ((uint)descriptor < Most && (uint)clock < byte.MaxValue)
            Volatile.Write(ref s_clocks.Notes[descriptor], (byte)(clock + 1));
    }

    /// <summary>The clock's id; −1 where nothing is noted.</summary>
    public static int Of(int descriptor) => (uint)descriptor < Most && !s_isDistrusted ? Volatile.Read(ref s_clocks.Notes[descriptor]) - 1 : -1;

    public static void Forget(int descriptor)
    {
        if ((uint)descriptor < Most && s_clocks.Notes[descriptor] != 0)
            Volatile.Write(ref s_clocks.Notes[descriptor], 0);
    }

    /// <summary>The same for all from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static void Forget(uint first, uint last)
    {
        for (uint i = first; i < Most && i <= last; i++)
            Forget((int)i);
    }

    /// <summary>Believes no note from now on: threads of this process have descriptors of their own.</summary>
    public static void Distrust() => s_isDistrusted = true;

    /// <summary>After <c>dup2</c>: the number means what the other one does.</summary>
    public static void Copy(int from, int to)
    {
        int clock = Of(from);
        if (clock >= 0 && ThreadHint.IsOwn())
            Note(to, clock);
        else
            Forget(to);
    }
}

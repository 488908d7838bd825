using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>The maker of a file, as part of the file's name: <c>NAMESPACE-PID</c>, a PID namespace and a process id in it.</summary>
internal readonly record struct MakerName(ulong Namespace, int Pid)
{
    public static MakerName Own => new(PidNamespace.Own, Environment.ProcessId);

    /// <summary>Whether the maker is or was a process of the launcher's own PID namespace, so that <see cref="IsGone"/> can be asked.</summary>
    public bool IsNeighbour => Namespace != 0 && Namespace == PidNamespace.Own;

    /// <summary>Whether the maker has ended. Only valid for a neighbour.</summary>
    public bool IsGone => SystemCalls.kill(Pid, 0) != 0 && ErrorNumber.Last == ErrorNumber.ESRCH;

    /// <summary>Null if the text does not have the form <c>NAMESPACE-PID</c>.</summary>
    public static MakerName? Parse(ReadOnlySpan<char> text)
    {
        int dash = text.IndexOf('-');
        return dash > 0
            && ulong.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out ulong ns)
            && TryParsePid(text[(dash + 1)..], out int pid)
            ? new MakerName(ns, pid)
            : null;
    }

    /// <summary>Parses the names of earlier versions: only a process id, whose namespace is unknown.</summary>
    public static MakerName? ParseOld(ReadOnlySpan<char> text) => TryParsePid(text, out int pid) ? new MakerName(0, pid) : null;

    // Code that every launch runs concatenates strings. An interpolated string takes its buffer from a pool, and the first use of the pool
    // spends 0.2 ms on measuring how fast the processor's number can be read.
    public override string ToString() =>
        string.Concat(Namespace.ToString(CultureInfo.InvariantCulture), "-", Pid.ToString(CultureInfo.InvariantCulture));

    private static bool TryParsePid(ReadOnlySpan<char> text, out int pid) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pid) && pid > 0;
}

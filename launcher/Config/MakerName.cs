using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>Who made a file, as its name says: <c>NAMESPACE-PID</c>, the process id being one of that PID namespace.</summary>
internal readonly record struct MakerName(ulong Namespace, int Pid)
{
    public static MakerName Own => new(PidNamespace.Own, Environment.ProcessId);

    /// <summary>Whether it is, or was, a process of our own namespace, so that it can be asked for.</summary>
    public bool IsNeighbour => Namespace != 0 && Namespace == PidNamespace.Own;

    /// <summary>Whether it has ended. Only of a neighbour.</summary>
    public bool IsGone => SystemCalls.kill(Pid, 0) != 0 && ErrorNumber.Last == ErrorNumber.ESRCH;

    /// <summary>Null where the text is not of that form.</summary>
    public static MakerName? Parse(ReadOnlySpan<char> text)
    {
        int dash = text.IndexOf('-');
        return dash > 0
            && ulong.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out ulong ns)
            && TryParsePid(text[(dash + 1)..], out int pid)
            ? new MakerName(ns, pid)
            : null;
    }

    /// <summary>As earlier versions named files, by the process id alone: its namespace is not known.</summary>
    public static MakerName? ParseOld(ReadOnlySpan<char> text) => TryParsePid(text, out int pid) ? new MakerName(0, pid) : null;

    // Not interpolated, here and in what a launch passes through: that takes its buffer from a pool, whose first use measures for 0.2 ms what it
    // costs to ask which processor this is.
    public override string ToString() =>
        string.Concat(Namespace.ToString(CultureInfo.InvariantCulture), "-", Pid.ToString(CultureInfo.InvariantCulture));

    private static bool TryParsePid(ReadOnlySpan<char> text, out int pid) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pid) && pid > 0;
}

using System.Globalization;
using VirtTime.Base;
using VirtTime.Clocks;

namespace VirtTime.Freeze;

/// <summary>Timers of <c>timer_create</c>. Only their own process can set them, and the kernel does not show how they were armed.</summary>
internal static class ProcessTimers
{
    /// <summary>Whether <c>/proc/PID/timers</c> shows such a timer on a clock that is moved; false if the kernel lacks this file.</summary>
    public static bool AreIn(int process, ClockMove move)
    {
        const string Name = "ClockID: ";
        foreach (string line in ByteString.From(SmallFile.TryRead($"/proc/{process}/timers") ?? []).Split('\n'))
        {
            if (line.StartsWith(Name, StringComparison.Ordinal)
                && int.TryParse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture, out int clock)
                && move.Moves(clock))
                return true;
        }

        return false;
    }
}

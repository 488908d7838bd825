using VirtTime.Native;

namespace VirtTime.Processes;

/// <summary>What <c>/proc/PID/stat</c> says.</summary>
internal static class ProcessStatus
{
    /// <summary>Whether the process is stopped, by a signal or a tracer.</summary>
    public static bool IsStopped(int pid)
    {
        // The name before the state is in parentheses and may hold anything.
        string text = ByteString.From(SmallFile.TryRead($"/proc/{pid}/stat") ?? []);
        int end = text.LastIndexOf(')');
        return end >= 0 && end + 2 < text.Length && text[end + 2] is 'T' or 't';
    }
}

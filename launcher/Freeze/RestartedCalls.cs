using System.Collections;
using System.Globalization;
using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>
/// Which system call a thread is really in that goes on by <c>restart_syscall</c>, since it was stopped and continued before. The kernel does not keep the number
/// where a tracer can read it, and the registers may hold values of an earlier call. But it says in which of its functions a thread sleeps
/// (<c>/proc/PID/task/TID/wchan</c>), as long as the thread sleeps there.
/// </summary>
internal sealed class RestartedCalls
{
    private readonly Dictionary<int, ((ulong, ulong, ulong, ulong) Arguments, bool IsFutex)> _calls = [];

    /// <summary>Asks about the threads that have a call in flight, before they are stopped.</summary>
    /// <param name="isInFlight">Whether there is a call in flight by the id that a thread has in its own process namespace.</param>
    public static RestartedCalls Of(UserSearch search, Func<int, bool> isInFlight)
    {
        RestartedCalls calls = new();
        foreach (ConfigUser user in search.Users)
        {
            foreach (ThreadIds ids in user.Threads.Where(ids => isInFlight(ids.Own)))
                calls.Ask(user.ProcessId, ids.Seen);
        }

        return calls;
    }

    /// <summary>False where the thread is known to be in another call. Where nothing is known, the arguments alone have to tell.</summary>
    /// <remarks>
    /// Nothing is known of a thread that has been in <c>restart_syscall</c> for a moment only, or whose process is stopped, and where the kernel has no <c>wchan</c>.
    /// </remarks>
    public bool MayBeFutex(int thread, in Registers registers) =>
        !InterruptedCall.IsRestarted(registers)
            || !_calls.TryGetValue(thread, out var call)
            || call.Arguments != InterruptedCall.Arguments(registers)
            || call.IsFutex;

    private void Ask(int process, int thread)
    {
        string folder = $"/proc/{process}/task/{thread}";
        if (TryReadArguments($"{folder}/syscall") is not { } before)
            return;

        // Not the name of the function, which differs from version to version; all those that a futex sleeps in have that word in theirs.
        string function = ByteString.From(SmallFile.TryRead($"{folder}/wchan") ?? []);
        bool isKnown = function.Length > 0 && char.IsAsciiLetter(function[0]) && !function.Contains("stop", StringComparison.Ordinal);
        if (isKnown && TryReadArguments($"{folder}/syscall") == before)
            _calls[thread] = (before, function.Contains("futex", StringComparison.Ordinal));
    }

    // NUMBER ARGUMENT... STACK PROGRAM-COUNTER, or "running". Null where it is in another call.
    private static (ulong, ulong, ulong, ulong)? TryReadArguments(string path)
    {
        string number = Registers.IsArm64 ? "128 " : "219 ";
        const int First = 1, Second = 2, Third = 3, Stack = 7;
        string text = ByteString.From(SmallFile.TryRead(path) ?? []);
        if (!text.StartsWith(number, StringComparison.Ordinal))
            return null;
        ulong[] words = [.. text.Split(' ').Select(word => Parse(word))];
        return words.Length <= Stack ? null : (words[Stack], Registers.IsArm64 ? 0 : words[First], words[Second], words[Third]);
    }

    private static ulong Parse(string word) =>
        word.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(word.AsSpan(2).TrimEnd('\n'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : 0;
}

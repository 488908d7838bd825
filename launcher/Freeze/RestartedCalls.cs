using System.Collections;
using System.Globalization;
using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>
/// Finds out which system call a thread is in, if it was stopped and continued before. README.md, "4. Look at calls that were stopped before".
/// </summary>
internal sealed class RestartedCalls
{
    private readonly Dictionary<int, ((ulong, ulong, ulong, ulong) Arguments, bool IsFutex)> _calls = [];

    /// <summary>Asks about the threads that have a call in flight. Call it before the threads are stopped.</summary>
    /// <param name="isInFlight">Whether there is a call in flight for a thread, by the thread's id in its own PID namespace.</param>
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

    /// <summary>
    /// False if the thread is known to be in another call than <c>futex</c>. If nothing is known, it is true, and the arguments decide.
    /// </summary>
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

        // The names of the kernel's functions differ between versions, but each function in which a futex sleeps has "futex" in its name.
        string function = ByteString.From(SmallFile.TryRead($"{folder}/wchan") ?? []);
        bool isKnown = function.Length > 0 && char.IsAsciiLetter(function[0]) && !function.Contains("stop", StringComparison.Ordinal);
        if (isKnown && TryReadArguments($"{folder}/syscall") == before)
            _calls[thread] = (before, function.Contains("futex", StringComparison.Ordinal));
    }

    // The file has NUMBER ARGUMENT... STACK PROGRAM-COUNTER, or "running". The result is null if the thread is not in restart_syscall.
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

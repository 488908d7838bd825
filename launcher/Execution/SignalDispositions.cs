using VirtTime.Native;

namespace VirtTime.Execution;

/// <summary>Gives the target the signal dispositions that the launcher was given.</summary>
/// <remarks>
/// A handler becomes the default at exec, an ignored signal stays ignored. The .NET runtime ignores SIGPIPE before <c>Main</c>, and what it was
/// cannot be asked any more: the target gets the default. The console logger takes over a few signals as well; what they
/// were is noted before it is made.
/// </remarks>
internal static unsafe class SignalDispositions
{
    private const int LastSignal = 64;

    private static ulong s_ignored;

    /// <summary>Notes which signals are ignored now.</summary>
    public static void Capture()
    {
        for (int signal = 1; signal <= LastSignal; signal++)
        {
            sigaction_buffer current;
            if (signal != SystemCalls.SIGPIPE && SystemCalls.sigaction(signal, null, &current) == 0 && current.sa_handler == SystemCalls.SIG_IGN)
                s_ignored |= 1UL << (signal - 1);
        }
    }

    /// <summary>Ignores again what was ignored at <see cref="Capture"/>; SIGPIPE becomes the default.</summary>
    public static void Restore()
    {
        SystemCalls.signal(SystemCalls.SIGPIPE, SystemCalls.SIG_DFL);
        for (int signal = 1; signal <= LastSignal; signal++)
        {
            if ((s_ignored & (1UL << (signal - 1))) != 0)
                SystemCalls.signal(signal, SystemCalls.SIG_IGN);
        }
    }
}

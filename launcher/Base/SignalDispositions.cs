namespace VirtTime.Base;

/// <summary>Gives the target the signal dispositions that the launcher was given.</summary>
/// <remarks>
/// A handler becomes the default at exec, an ignored signal stays ignored. The console logger takes over a few signals; which of them were
/// ignored is noted before it is made. The runtime's own SIGPIPE is left out of it by a linker argument (launcher.csproj).
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
            if (SystemCalls.sigaction(signal, null, &current) == 0 && current.sa_handler == SystemCalls.SIG_IGN)
                s_ignored |= 1UL << (signal - 1);
        }
    }

    /// <returns>The disposition until now, for <see cref="Set"/>.</returns>
    public static sigaction_buffer Ignore(int signal)
    {
        sigaction_buffer ignore = new() { sa_handler = SystemCalls.SIG_IGN };
        sigaction_buffer previous = default;
        SystemCalls.sigaction(signal, &ignore, &previous);
        return previous;
    }

    public static void Set(int signal, sigaction_buffer disposition) => SystemCalls.sigaction(signal, &disposition, null);

    /// <summary>Ignores again what was ignored at <see cref="Capture"/>.</summary>
    public static void Restore()
    {
        sigaction_buffer ignore = new() { sa_handler = SystemCalls.SIG_IGN };
        for (int signal = 1; signal <= LastSignal; signal++)
        {
            if ((s_ignored & (1UL << (signal - 1))) != 0)
                SystemCalls.sigaction(signal, &ignore, null);
        }
    }
}

namespace VirtTime.Base;

/// <summary>Passes on to the target the signal dispositions that the launcher was started with.</summary>
/// <remarks>
/// Exec resets a handler to the default, but an ignored signal stays ignored. The console logger installs handlers for a few signals, so
/// the launcher notes before which signals are ignored. A linker argument keeps the runtime from ignoring SIGPIPE (launcher.csproj).
/// </remarks>
internal static unsafe class SignalDispositions
{
    private const int LastSignal = 64;

    private static ulong s_ignored;

    public static void Capture()
    {
        for (int signal = 1; signal <= LastSignal; signal++)
        {
            sigaction_buffer current;
            if (SystemCalls.sigaction(signal, null, &current) == 0 && current.sa_handler == SystemCalls.SIG_IGN)
                s_ignored |= 1UL << (signal - 1);
        }
    }

    /// <returns>The old disposition, for <see cref="Set"/>.</returns>
    public static sigaction_buffer Ignore(int signal)
    {
        sigaction_buffer ignore = new() { sa_handler = SystemCalls.SIG_IGN };
        sigaction_buffer previous = default;
        SystemCalls.sigaction(signal, &ignore, &previous);
        return previous;
    }

    public static void Set(int signal, sigaction_buffer disposition) => SystemCalls.sigaction(signal, &disposition, null);

    /// <summary>Ignores the signals again that were ignored at <see cref="Capture"/>.</summary>
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

using System.Globalization;
using System.Runtime.InteropServices;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>The state of a single thread by <c>/proc</c>.</summary>
internal static class ThreadStatus
{
    /// <summary>Whether the thread has ended.</summary>
    public static bool IsOver(int process, int thread) => StateOf(process, thread) is null or 'Z' or 'X';

    /// <summary>The thread's name, as <c>ps -T</c> shows it; null if the thread has ended.</summary>
    public static string? NameOf(int process, int thread) =>
        SmallFile.TryRead($"/proc/{process}/task/{thread}/comm") is byte[] name ? ByteString.From(name).TrimEnd('\n') : null;

    /// <summary>The id of the thread's tracer; 0 if it has none.</summary>
    public static int TracerOf(int process, int thread) =>
        int.TryParse(FieldOf(process, thread, "TracerPid"), CultureInfo.InvariantCulture, out int tracer) ? tracer : 0;

    /// <summary>Whether the thread's tracer is a launcher, by its name.</summary>
    public static bool IsTracedByLauncher(int process, int thread) => TracerOf(process, thread) is int tracer and not 0 && NameOf(tracer, tracer) == "virttime-run";

    /// <summary>Whether the thread's process has a handler for a signal.</summary>
    public static bool Catches(int process, int thread, int signal) => IsInSet(process, thread, "SigCgt", signal);

    /// <summary>Whether a signal has no effect on the thread's process.</summary>
    public static bool Ignores(int process, int thread, int signal)
    {
        bool isIgnoredByDefault = signal is SystemCalls.SIGCHLD or SystemCalls.SIGCONT or SystemCalls.SIGURG or SystemCalls.SIGWINCH;
        return isIgnoredByDefault ? !Catches(process, thread, signal) : IsInSet(process, thread, "SigIgn", signal);
    }

    /// <summary>Whether the thread is in <c>vfork</c>: it waits until a child that shares its memory has executed a program or ended.</summary>
    public static bool IsInVfork(int process, int thread)
    {
        const ulong CLONE_VFORK = 0x4000;
        if (StateOf(process, thread) != 'D')
            return false;

        // The number and arguments of the system call that the thread is in; "running" if it is in none.
        string[] call = ByteString.From(SmallFile.TryRead($"/proc/{process}/task/{thread}/syscall") ?? []).Split(' ');
        if (call.Length < 2 || !long.TryParse(call[0], CultureInfo.InvariantCulture, out long number))
            return false;
        ulong first = ulong.TryParse(call[1].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : 0;

        const long clone3 = 435;
        bool isArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        (long clone, long vfork) = isArm64 ? (220, -1) : (56, 58);
        return number == vfork
            || (number == clone && (first & CLONE_VFORK) != 0)
            || (number == clone3 && (ReadWord(process, first) & CLONE_VFORK) != 0);
    }

    /// <summary>The letter that <c>ps</c> shows, such as D for an uninterruptible sleep; null if the thread has ended.</summary>
    public static char? StateOf(int process, int thread) => ProcStatus.StateIn(SmallFile.TryRead($"/proc/{process}/task/{thread}/stat"));

    private static bool IsInSet(int process, int thread, string name, int signal) =>
        ulong.TryParse(FieldOf(process, thread, name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong signals)
            && (signals >> (signal - 1) & 1) != 0;

    private static string FieldOf(int process, int thread, string name) =>
        ProcStatus.Words(SmallFile.TryRead($"/proc/{process}/task/{thread}/status"), name) is [string text, ..] ? text : "";

    // Reads the flags of clone3: struct clone_args begins with them.
    private static unsafe ulong ReadWord(int process, ulong address)
    {
        ulong word = 0;
        using Descriptor memory = Descriptor.Open($"/proc/{process}/mem", SystemCalls.O_RDONLY);
        bool isRead = memory.IsOpen && SystemCalls.pread(memory.Number, (byte*)&word, sizeof(ulong), (long)address) == sizeof(ulong);
        return isRead ? word : 0;
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>What <c>/proc</c> says of a single thread.</summary>
internal static class ThreadStatus
{
    /// <summary>Whether it runs nothing any more.</summary>
    public static bool IsOver(int process, int thread) => StateOf(process, thread) is null or 'Z' or 'X';

    /// <summary>Its name, as <c>ps -T</c> shows it; null where it is gone.</summary>
    public static string? NameOf(int process, int thread) =>
        SmallFile.TryRead($"/proc/{process}/task/{thread}/comm") is byte[] name ? ByteString.From(name).TrimEnd('\n') : null;

    /// <summary>Who traces it; 0 for nobody.</summary>
    public static int TracerOf(int process, int thread)
    {
        byte[] status = SmallFile.TryRead($"/proc/{process}/task/{thread}/status") ?? [];
        return ProcStatus.Words(status, "TracerPid") is [string text] && int.TryParse(text, CultureInfo.InvariantCulture, out int tracer) ? tracer : 0;
    }

    /// <summary>Whether it has made a child that shares its memory, and waits until that has begun another program or ended.</summary>
    public static bool IsInVfork(int process, int thread)
    {
        const ulong CLONE_VFORK = 0x4000;
        if (StateOf(process, thread) != 'D')
            return false;

        // The call's number and arguments; "running" where it is in none.
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

    /// <summary>The letter that <c>ps</c> shows, such as D for a sleep that nothing interrupts; null where it is gone.</summary>
    public static char? StateOf(int process, int thread) => ProcStatus.StateIn(SmallFile.TryRead($"/proc/{process}/task/{thread}/stat"));

    // struct clone_args begins with the flags.
    private static unsafe ulong ReadWord(int process, ulong address)
    {
        ulong word = 0;
        using Descriptor memory = Descriptor.Open($"/proc/{process}/mem", SystemCalls.O_RDONLY);
        bool isRead = memory.IsOpen && SystemCalls.pread(memory.Number, (byte*)&word, sizeof(ulong), (long)address) == sizeof(ulong);
        return isRead ? word : 0;
    }
}

using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>
/// Checks the library as the dynamic loader will. The loader only prints a message about a library that it cannot preload, and runs the
/// program on the host's clocks.
/// </summary>
internal static unsafe class LibraryFile
{
    private const string Reinstall = "; reinstall VirtTime";

    /// <summary>Why the loader cannot load the library, with the remedy; null if it can.</summary>
    public static string? WhyNotLoadable(string path)
    {
        using ProgramFile file = ProgramFile.Open(path);
        if (!file.IsReadable)
            return $"cannot be read ({ErrorNumber.Text(file.Error)}), so the loader cannot load it; make it readable (chmod a+r)";

        int bits = ElfProgram.Bits(file.Head);
        if (bits == 0)
            return "is not a shared library" + Reinstall;

        if (bits != 64 || ElfProgram.Machine(file.Head) != ForeignElf.OwnMachine)
            return "is built for another machine, so the loader cannot load it; install the build for this machine";

        ElfProgram? elf = ElfProgram.TryRead(file);
        if (elf is null || !elf.IsLoader || elf.SizeOfSegments > (long)file.Status.stx_size)
            return "is damaged or cut short, so the loader cannot load it" + Reinstall;

        return IsExecutable(file) ? null : ErrorNumber.Last == ErrorNumber.EPERM
            ? "lies on a file system that is mounted noexec, so the loader cannot load it; install it elsewhere"
            : $"cannot be mapped ({ErrorNumber.Text(ErrorNumber.Last)}), so the loader cannot load it; install it elsewhere";
    }

    // Maps a page executable, as the loader does.
    private static bool IsExecutable(ProgramFile file)
    {
        const int Protection = SystemCalls.PROT_READ | SystemCalls.PROT_EXEC;
        nint start = SystemCalls.mmap(0, 1, Protection, SystemCalls.MAP_PRIVATE, file.Descriptor, 0);
        return start != -1 && SystemCalls.munmap(start, 1) == 0;
    }
}

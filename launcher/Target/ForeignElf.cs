using System.Runtime.InteropServices;

namespace VirtTime.Target;

/// <summary>Recognises programs for another ELF class or machine than that of the launcher and the library.</summary>
internal static class ForeignElf
{
    /// <summary><c>e_machine</c> of the launcher itself.</summary>
    public static ushort OwnMachine =>
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? ElfConstants.EM_AARCH64 : ElfConstants.EM_X86_64;

    /// <summary>Why the library cannot be loaded into the program, with the remedy; null if class and machine are the library's.</summary>
    public static string? Explain(ReadOnlySpan<byte> head, int bits)
    {
        int machine = ElfProgram.Machine(head);
        if (machine != OwnMachine)
            return $"is a program for {NameOf(machine)}, but the interposer is for {NameOf(OwnMachine)}; use a build for this machine";

        return bits == 64 ? null : "is a 32-bit program, but the interposer is 64-bit; use a 64-bit build";
    }

    private static string NameOf(int machine) => machine switch
    {
        3 => "i386",
        8 => "MIPS",
        20 => "PowerPC",
        21 => "ppc64",
        22 => "s390",
        40 => "arm",
        ElfConstants.EM_X86_64 => "x86-64",
        ElfConstants.EM_AARCH64 => "arm64",
        243 => "RISC-V",
        258 => "LoongArch",
        _ => $"another machine (ELF machine {machine})",
    };
}

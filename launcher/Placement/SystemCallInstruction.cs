using VirtTime.Base;
using VirtTime.Target;

namespace VirtTime.Placement;

/// <summary>Finds a system call instruction in the vDSO. The kernel maps the same image into the launcher and into the target, at other addresses.</summary>
internal static unsafe class SystemCallInstruction
{
    private const nuint AT_SYSINFO_EHDR = 33;

    /// <summary>Its position in bytes from the image's start; null if there is no vDSO, or it has no such instruction.</summary>
    /// <remarks>The bytes may be part of another instruction: the target jumps to them, so that does not matter.</remarks>
    public static long? Find()
    {
        byte* image = (byte*)SystemCalls.getauxval(AT_SYSINFO_EHDR);
        if (image == null)
            return null;
        ReadOnlySpan<byte> instruction = RawCalls.IsArm64 ? [0x01, 0x00, 0x00, 0xD4] : [0x0F, 0x05];
        int step = RawCalls.IsArm64 ? instruction.Length : 1;
        for (int i = 0; i + instruction.Length <= LengthOf(image); i += step)
        {
            if (new ReadOnlySpan<byte>(image + i, instruction.Length).SequenceEqual(instruction))
                return i;
        }

        return null;
    }

    private static int LengthOf(byte* image)
    {
        Elf64_Ehdr* header = (Elf64_Ehdr*)image;
        Elf64_Phdr* segments = (Elf64_Phdr*)(image + header->e_phoff);
        long end = 0;
        for (int i = 0; i < header->e_phnum; i++)
        {
            if (segments[i].p_type == ElfConstants.PT_LOAD)
                end = Math.Max(end, segments[i].p_offset + segments[i].p_filesz);
        }

        return (int)end;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>The parts of an ELF program that the kernel and the dynamic loader read.</summary>
internal sealed class ElfProgram
{
    private const int ClassPosition = 4;
    private const int DataPosition = 5;
    private const int MachinePosition = 18;
    private const int MostSegments = 512;
    private const int LargestNote = 4096;
    private const int PackerMarkSize = 8;
    private const int LargestDynamicSection = 64 * 1024;

    private readonly ProgramFile _file;
    private readonly Elf64_Phdr[] _segments;

    private ElfProgram(ProgramFile file, Elf64_Phdr[] segments, long entry)
    {
        _file = file;
        _segments = segments;
        Entry = entry;
    }

    /// <summary>Where the program begins, as an address of the file; 0 in most libraries.</summary>
    public long Entry { get; }

    public IReadOnlyList<Elf64_Phdr> Segments => _segments;

    /// <summary>The path of the dynamic loader; null in a static program.</summary>
    public string? Loader
    {
        get
        {
            Elf64_Phdr segment = _segments.FirstOrDefault(segment => segment.p_type == ElfConstants.PT_INTERP);
            return segment.p_filesz is > 0 and <= LargestNote
                ? ByteString.From(_file.Read(segment.p_offset, (int)segment.p_filesz)).TrimEnd('\0')
                : null;
        }
    }

    /// <summary>
    /// Whether the Go linker made the program: it has a note whose owner is "Go". Without the note (<c>-ldflags=-buildid=</c>), its data begins with
    /// the build information.
    /// </summary>
    public bool IsGo => Array.Exists(_segments, IsNoteOfGo) || Array.Exists(_segments, IsDataOfGo);

    /// <summary>Whether the program is packed by UPX: it unpacks itself when it starts, and its file does not show what it is then.</summary>
    public bool IsPacked
    {
        get
        {
            // UPX writes a checksum and its mark behind the headers.
            int end = Unsafe.SizeOf<Elf64_Ehdr>() + (_segments.Length * Unsafe.SizeOf<Elf64_Phdr>());
            return _file.Read(end, PackerMarkSize).AsSpan().EndsWith("UPX!"u8);
        }
    }

    /// <summary>Whether the program has thread-local variables. A static Go program has some only if a C linker has linked it with a C library.</summary>
    public bool HasThreadVariables => _segments.Any(segment => segment.p_type == ElfConstants.PT_TLS);

    /// <summary>
    /// Whether the file is a shared library with a name (<c>DT_SONAME</c>), such as a dynamic loader. A loader names no loader itself, but
    /// honours <c>LD_PRELOAD</c> when run as a command. A static-pie program has a dynamic section too, but no <c>DT_SONAME</c>.
    /// </summary>
    public bool IsLoader => _segments.Any(segment => segment.p_type == ElfConstants.PT_DYNAMIC && HasName(segment));

    /// <summary>The file size that the mapped segments need, in bytes; <see cref="long.MaxValue"/> if a segment is invalid.</summary>
    public long SizeOfSegments
    {
        get
        {
            long size = 0;
            foreach (Elf64_Phdr segment in _segments)
            {
                if (segment.p_type != ElfConstants.PT_LOAD)
                    continue;

                bool isSound = segment is { p_offset: >= 0, p_filesz: >= 0 } && segment.p_offset <= long.MaxValue - segment.p_filesz;
                size = Math.Max(size, isSound ? segment.p_offset + segment.p_filesz : long.MaxValue);
            }

            return size;
        }
    }

    public static bool IsElf(ReadOnlySpan<byte> head) => head.StartsWith("\u007fELF"u8);

    /// <summary>The size of an address in bits, 32 or 64; 0 if the file is no ELF file.</summary>
    public static int Bits(ReadOnlySpan<byte> head) => !IsElf(head) || head.Length < Unsafe.SizeOf<Elf64_Ehdr>()
        ? 0
        : head[ClassPosition] == ElfConstants.ELFCLASS64 ? 64 : 32;

    /// <summary><c>e_machine</c>, read in the file's byte order.</summary>
    public static int Machine(ReadOnlySpan<byte> head) => head[DataPosition] == ElfConstants.ELFDATA2LSB
        ? head[MachinePosition] | (head[MachinePosition + 1] << 8)
        : (head[MachinePosition] << 8) | head[MachinePosition + 1];

    /// <summary>Reads a 64-bit little-endian file; null if its headers are invalid.</summary>
    public static ElfProgram? TryRead(ProgramFile file)
    {
        Elf64_Ehdr header = MemoryMarshal.Read<Elf64_Ehdr>(file.Head);
        int size = Unsafe.SizeOf<Elf64_Phdr>();
        if (header.e_phentsize != size || header.e_phnum is 0 or > MostSegments || header.e_phoff <= 0)
            return null;

        byte[] table = file.Read(header.e_phoff, header.e_phnum * size);
        return table.Length < header.e_phnum * size ? null : new ElfProgram(file, MemoryMarshal.Cast<byte, Elf64_Phdr>(table).ToArray(), header.e_entry);
    }

    private bool IsNoteOfGo(Elf64_Phdr segment) => segment.p_type == ElfConstants.PT_NOTE && segment.p_filesz is > 0 and <= LargestNote
        && _file.Read(segment.p_offset, (int)segment.p_filesz).AsSpan().IndexOf("Go\0\0"u8) >= 0;

    private bool IsDataOfGo(Elf64_Phdr segment)
    {
        ReadOnlySpan<byte> mark = [0xFF, .. " Go buildinf:"u8];
        return segment.p_type == ElfConstants.PT_LOAD && (segment.p_flags & ElfConstants.PF_W) != 0
            && _file.Read(segment.p_offset, mark.Length).AsSpan().SequenceEqual(mark);
    }

    private bool HasName(Elf64_Phdr dynamic)
    {
        if (dynamic.p_filesz is <= 0 or > LargestDynamicSection)
            return false;

        ReadOnlySpan<long> entries = MemoryMarshal.Cast<byte, long>(_file.Read(dynamic.p_offset, (int)dynamic.p_filesz));
        for (int i = 0; i + 1 < entries.Length && entries[i] != 0; i += 2)
        {
            if (entries[i] == ElfConstants.DT_SONAME)
                return true;
        }

        return false;
    }
}

using System.Runtime.InteropServices;

namespace VirtTime.Unwind.Elf;

/// <summary><c>Elf64_Ehdr</c> of elf(5).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FileHeader
{
    public uint Magic;
    public byte Class;
    public byte Data;
    public ushort Ident6;
    public ulong Ident8;
    public ushort Type;
    public ushort Machine;
    public uint Version;
    public ulong Entry;
    public ulong ProgramHeaders;
    public ulong SectionHeaders;
    public uint Flags;
    public ushort HeaderSize;
    public ushort ProgramHeaderSize;
    public ushort ProgramHeaderCount;
    public ushort SectionHeaderSize;
    public ushort SectionCount;
    public ushort SectionNames;
}

/// <summary><c>Elf64_Shdr</c> of elf(5).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SectionHeader
{
    public uint Name;
    public uint Type;
    public ulong Flags;
    public ulong Address;
    public ulong Offset;
    public ulong Size;
    public uint Link;
    public uint Info;
    public ulong Alignment;
    public ulong EntrySize;
}

/// <summary><c>Elf64_Sym</c> of elf(5).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SymbolEntry
{
    public uint Name;
    public byte Info;
    public byte Other;
    public ushort Section;
    public ulong Value;
    public ulong Size;
}

/// <summary><c>Elf64_Rela</c> of elf(5).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RelocationEntry
{
    public ulong Offset;
    public uint Type;
    public uint Symbol;
    public long Addend;
}

/// <summary>A symbol of the object.</summary>
/// <param name="Index">Index in the symbol table.</param>
/// <param name="Name">Empty for a section's own symbol.</param>
/// <param name="Section">The section's index; 0 if the symbol is not defined in this object.</param>
/// <param name="Value">Offset in the section.</param>
/// <param name="IsFunction">Whether the compiler marks it as a function.</param>
internal sealed record Symbol(int Index, string Name, int Section, long Value, bool IsFunction);

using System.Runtime.InteropServices;
using System.Text;

namespace VirtTime.Unwind.Elf;

/// <summary>A relocatable 64-bit little-endian ELF object whose sections can be replaced.</summary>
internal sealed class ObjectFile
{
    public const ushort MachineX64 = 62;

    private const uint Magic = 0x464c457f;
    private const byte Class64 = 2, LittleEndian = 1;
    private const ushort TypeRelocatable = 1;
    private const uint SectionSymbols = 2, SectionRelocations = 4, SectionNoBits = 8;
    private const int SymbolTypeMask = 0xf, SymbolTypeFunction = 2;
    private const int ContentAlignment = 8;

    private readonly byte[] _file;
    private readonly FileHeader _header;

    private ObjectFile(byte[] file)
    {
        _file = file;
        _header = At<FileHeader>(file, 0);
        if (_header is not { Magic: Magic, Class: Class64, Data: LittleEndian, Type: TypeRelocatable })
            throw new UnwindException("not a relocatable 64-bit little-endian ELF object");
        Sections = ReadSections();
        Symbols = ReadSymbols();
    }

    public ushort Machine => _header.Machine;

    public IReadOnlyList<Section> Sections { get; }

    public IReadOnlyList<Symbol> Symbols { get; }

    public static ObjectFile Read(string path)
    {
        try
        {
            return new(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or OverflowException)
        {
            throw new UnwindException("a header points outside of the file");
        }
    }

    /// <summary>The section of a name; an error if there is not exactly one.</summary>
    public Section Find(string name) => Only(Sections.Where(section => section.Name == name), name);

    /// <summary>The relocations of a section, by the offset that the linker fills in.</summary>
    public Dictionary<long, RelocationEntry> Relocations(Section section)
    {
        Dictionary<long, RelocationEntry> found = [];
        foreach (Section table in Sections.Where(table => table.Header.Type == SectionRelocations && table.Header.Info == section.Index))
        {
            foreach (RelocationEntry entry in MemoryMarshal.Cast<byte, RelocationEntry>(table.Content))
            {
                if (!found.TryAdd((long)entry.Offset, entry))
                    throw new UnwindException($"{section.Name}+{entry.Offset:x}: two relocations in one place");
            }
        }

        return found;
    }

    /// <summary>Writes the file, with the replaced sections at its end.</summary>
    public void Write(string path)
    {
        using MemoryStream written = new();
        written.Write(_file);
        byte[] headers = _file.AsSpan((int)_header.SectionHeaders, Sections.Count * Marshal.SizeOf<SectionHeader>()).ToArray();
        foreach (Section section in Sections.Where(section => section.IsReplaced))
        {
            Align(written);
            SectionHeader header = section.Header with { Offset = (ulong)written.Length, Size = (ulong)section.Content.Length };
            MemoryMarshal.Write(headers.AsSpan(section.Index * Marshal.SizeOf<SectionHeader>()), header);
            written.Write(section.Content);
        }

        written.Position = (long)_header.SectionHeaders;
        written.Write(headers);
        File.WriteAllBytes(path, written.ToArray());
    }

    private static Section Only(IEnumerable<Section> found, string what) =>
        found.ToArray() is [Section only] ? only : throw new UnwindException($"{what}: there is not exactly one such section");

    private static void Align(MemoryStream stream)
    {
        while (stream.Length % ContentAlignment != 0)
            stream.WriteByte(0);
    }

    private List<Section> ReadSections()
    {
        Span<byte> table = _file.AsSpan(checked((int)_header.SectionHeaders), _header.SectionCount * Marshal.SizeOf<SectionHeader>());
        SectionHeader[] headers = MemoryMarshal.Cast<byte, SectionHeader>(table).ToArray();
        byte[] names = Content(headers[_header.SectionNames]);
        return [.. headers.Select((header, i) => new Section(i, Text(names, header.Name), header, Content(header)))];
    }

    private List<Symbol> ReadSymbols()
    {
        Section table = Only(Sections.Where(section => section.Header.Type == SectionSymbols), "symbol table");
        byte[] names = Sections[(int)table.Header.Link].Content;
        List<Symbol> symbols = [];
        foreach (SymbolEntry entry in MemoryMarshal.Cast<byte, SymbolEntry>(table.Content))
        {
            bool isFunction = (entry.Info & SymbolTypeMask) == SymbolTypeFunction;
            symbols.Add(new(symbols.Count, Text(names, entry.Name), entry.Section, (long)entry.Value, isFunction));
        }

        return symbols;
    }

    private byte[] Content(SectionHeader header) =>
        header.Type == SectionNoBits ? [] : _file.AsSpan(checked((int)header.Offset), checked((int)header.Size)).ToArray();

    private static string Text(byte[] strings, uint offset)
    {
        ReadOnlySpan<byte> rest = strings.AsSpan(checked((int)offset));
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static T At<T>(byte[] bytes, int offset)
        where T : struct => MemoryMarshal.Read<T>(bytes.AsSpan(offset));
}

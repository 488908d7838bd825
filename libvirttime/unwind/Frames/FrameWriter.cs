using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Frames;

/// <summary>Makes the contents of <c>.eh_frame</c> and of its relocations.</summary>
internal sealed class FrameWriter
{
    // The compiler's alignment; unwinders do not require one.
    private const int EntryAlignment = sizeof(uint);

    private readonly MemoryStream _section = new();
    private readonly List<RelocationEntry> _relocations = [];
    private readonly Dictionary<(CommonInformation, Symbol?), int> _common = [];

    public byte[] Section => _section.ToArray();

    public byte[] Relocations => MemoryMarshal.AsBytes<RelocationEntry>(_relocations.ToArray()).ToArray();

    /// <summary>Adds a function.</summary>
    /// <param name="function">Its position and its CIE.</param>
    /// <param name="instructions">The DWARF instructions of its entry.</param>
    /// <param name="personality">The routine that unwinders call when they pass through the function. It gets no data (LSDA).</param>
    public void Add(FrameDescription function, ReadOnlySpan<byte> instructions, Symbol? personality)
    {
        if (!_common.TryGetValue((function.Common, personality), out int common))
        {
            common = AddCommon(function, personality);
            _common.Add((function.Common, personality), common);
        }

        int start = Begin();
        WriteUInt32((uint)(_section.Position - common));
        WriteRelocated(function.Begin);
        WriteUInt32((uint)function.Length);
        _section.WriteByte(0); // the size of the augmentation data
        _section.Write(instructions);
        End(start);
    }

    private int AddCommon(FrameDescription function, Symbol? personality)
    {
        CommonInformation common = function.Common;
        int start = Begin();
        WriteUInt32(0);
        _section.WriteByte(common.Version);
        _section.Write(Encoding.ASCII.GetBytes(personality == null ? "zR\0" : "zPR\0"));
        _section.Write(common.Head);
        _section.WriteByte((byte)(personality == null ? 1 : 2 + sizeof(uint)));
        if (personality != null)
        {
            _section.WriteByte(Dwarf.DW_EH_PE_pcrel_sdata4);
            WriteRelocated(function.Begin with { Symbol = (uint)personality.Index, Addend = 0 });
        }

        _section.WriteByte(Dwarf.DW_EH_PE_pcrel_sdata4);
        _section.Write(common.Instructions);
        End(start);
        return start;
    }

    private int Begin()
    {
        int start = (int)_section.Position;
        WriteUInt32(0);
        return start;
    }

    private void End(int start)
    {
        while (_section.Position % EntryAlignment != 0)
            _section.WriteByte(Dwarf.DW_CFA_nop);
        long end = _section.Position;
        _section.Position = start;
        WriteUInt32((uint)(end - start - sizeof(uint)));
        _section.Position = end;
    }

    private void WriteRelocated(RelocationEntry relocation)
    {
        _relocations.Add(relocation with { Offset = (ulong)_section.Position });
        WriteUInt32(0);
    }

    private void WriteUInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _section.Write(bytes);
    }
}

using System.Buffers.Binary;
using Iced.Intel;
using VirtTime.Unwind.Code;

namespace VirtTime.Unwind.Frames;

/// <summary>Encodes the rows of the table as DWARF instructions.</summary>
internal static class RowWriter
{
    private const int FarthestShortAdvance = 0x3f;

    /// <param name="rows">The first row is the one that the CIE describes.</param>
    public static byte[] Write(IReadOnlyList<FrameRow> rows)
    {
        List<byte> written = [];
        for (int i = 1; i < rows.Count; i++)
        {
            WriteAdvance(written, rows[i].Offset - rows[i - 1].Offset);
            WriteAddress(written, rows[i - 1], rows[i]);
            WriteRegisters(written, rows[i - 1], rows[i]);
        }

        return [.. written];
    }

    private static void WriteAdvance(List<byte> written, int bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32LittleEndian(number, bytes);
        if (bytes <= FarthestShortAdvance)
            written.Add((byte)(Dwarf.DW_CFA_advance_loc | bytes));
        else if (bytes <= byte.MaxValue)
            written.AddRange([Dwarf.DW_CFA_advance_loc1, number[0]]);
        else if (bytes <= ushort.MaxValue)
            written.AddRange([Dwarf.DW_CFA_advance_loc2, number[0], number[1]]);
        else
            written.AddRange([Dwarf.DW_CFA_advance_loc4, .. number]);
    }

    private static void WriteAddress(List<byte> written, FrameRow before, FrameRow row)
    {
        if (row.Base != before.Base)
            written.AddRange([Dwarf.DW_CFA_def_cfa, Number(row.Base), .. Unsigned(row.Distance)]);
        else if (row.Distance != before.Distance)
            written.AddRange([Dwarf.DW_CFA_def_cfa_offset, .. Unsigned(row.Distance)]);
    }

    private static void WriteRegisters(List<byte> written, FrameRow before, FrameRow row)
    {
        foreach (Register register in before.Saved.Keys.Except(row.Saved.Keys))
            written.Add((byte)(Dwarf.DW_CFA_restore | Number(register)));
        foreach ((Register register, int slot) in row.Saved.Except(before.Saved))
            written.AddRange([(byte)(Dwarf.DW_CFA_offset | Number(register)), .. Unsigned(slot / FrameState.WordSize)]);
    }

    private static List<byte> Unsigned(int value)
    {
        List<byte> bytes = [];
        for (; value > 0x7f; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }

    // Figure 3.36 of the System V ABI for AMD64.
    private static byte Number(Register register) => register switch
    {
        Register.RBX => 3,
        Register.RBP => 6,
        Register.RSP => 7,
        >= Register.R8 and <= Register.R15 => (byte)(8 + (register - Register.R8)),
        _ => throw new UnwindException($"{register}: not a register that is saved"),
    };
}

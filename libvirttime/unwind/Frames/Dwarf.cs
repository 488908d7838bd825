namespace VirtTime.Unwind.Frames;

/// <summary>Constants of <c>.eh_frame</c>, as the DWARF 5 and LSB specifications name them.</summary>
internal static class Dwarf
{
    // Instructions. The first three have an operand in their low six bits.
    public const byte DW_CFA_advance_loc = 0x40;
    public const byte DW_CFA_offset = 0x80;
    public const byte DW_CFA_restore = 0xc0;
    public const byte DW_CFA_nop = 0x00;
    public const byte DW_CFA_advance_loc1 = 0x02;
    public const byte DW_CFA_advance_loc2 = 0x03;
    public const byte DW_CFA_advance_loc4 = 0x04;
    public const byte DW_CFA_def_cfa = 0x0c;
    public const byte DW_CFA_def_cfa_offset = 0x0e;

    // A pointer of four bytes, relative to its own address.
    public const byte DW_EH_PE_pcrel_sdata4 = 0x1b;
}

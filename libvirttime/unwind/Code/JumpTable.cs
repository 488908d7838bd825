using System.Buffers.Binary;
using Iced.Intel;
using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Code;

/// <summary>Reads the table that the compiler makes of a large <c>switch</c>: distances from an address in the function.</summary>
/// <remarks>
/// <code>
/// lea table, [rip + relocated]    not necessarily right before the next one
/// mov distance, [table + 4 * index]
/// lea base, [rip + somewhere in the function]
/// add distance, base
/// jmp distance
/// </code>
/// </remarks>
internal sealed class JumpTable(ObjectFile file, CodeListing code)
{
    private const int EntrySize = sizeof(uint);
    private const int FarthestLoad = 8;

    /// <summary>All targets of a jump, and perhaps some more; none if the jump does not use such a table.</summary>
    public List<long> Targets(in Instruction jump)
    {
        int index = code.IndexOf(jump);
        if (jump.Op0Kind != OpKind.Register || index < 4)
            return [];
        Instruction load = code.Instructions[index - 3], origin = code.Instructions[index - 2], sum = code.Instructions[index - 1];
        bool isTable = sum.Code == Iced.Intel.Code.Add_r64_rm64 && sum.Op0Register == jump.Op0Register
            && origin.Mnemonic == Mnemonic.Lea && origin.IsIPRelativeMemoryOperand && origin.Op0Register == sum.Op1Register
            && code.Relocation(origin) == null && code.Has((long)origin.IPRelativeMemoryAddress)
            && load.Code == Iced.Intel.Code.Mov_r32_rm32 && load.Op0Register.GetFullRegister() == jump.Op0Register
            && load.MemoryIndexScale == EntrySize && load.MemoryDisplacement64 == 0;
        return isTable && Address(load.MemoryBase, index - 3) is (Section section, long table)
            ? Read(section, table, (long)origin.IPRelativeMemoryAddress)
            : [];
    }

    // The address that the nearest earlier instruction loads into the register.
    private (Section Section, long Offset)? Address(Register register, int before)
    {
        for (int i = before - 1; i >= 0 && i >= before - FarthestLoad; i--)
        {
            Instruction load = code.Instructions[i];
            if (load.Op0Kind != OpKind.Register || load.Op0Register.GetFullRegister() != register)
                continue;
            if (load.Mnemonic != Mnemonic.Lea || code.Relocation(load) is not RelocationEntry relocation)
                return null;
            Symbol symbol = file.Symbols[(int)relocation.Symbol];
            return (file.Sections[symbol.Section], symbol.Value + relocation.Addend + (long)load.NextIP - (long)relocation.Offset);
        }

        return null;
    }

    // The table's length is not recorded. It ends at the next symbol, or at the first entry that does not lead to an instruction of the function.
    private List<long> Read(Section section, long table, long origin)
    {
        long end = file.Symbols.Where(symbol => symbol.Section == section.Index && symbol.Value > table)
            .Select(symbol => symbol.Value).DefaultIfEmpty(section.Content.Length).Min();
        List<long> targets = [];
        for (long entry = table; entry + EntrySize <= end; entry += EntrySize)
        {
            long target = origin + BinaryPrimitives.ReadUInt32LittleEndian(section.Content.AsSpan((int)entry));
            if (!code.Has(target))
                break;
            targets.Add(target);
        }

        return targets;
    }
}

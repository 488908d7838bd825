using VirtTime.Unwind.Code;
using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Frames;

/// <summary>The object's <c>.eh_frame</c>: how unwinders get from each function to its caller.</summary>
internal static class FrameTable
{
    private const string SectionName = ".eh_frame";

    // DW_CFA_def_cfa rsp+8, DW_CFA_offset of the return address: the stack as a call on x86-64 leaves it.
    private static readonly byte[] s_entryOnX64 = [Dwarf.DW_CFA_def_cfa, 7, 8, Dwarf.DW_CFA_offset | 16, 1];

    /// <summary>
    /// Replaces the table by one that is correct at every instruction, without the compiler's pointers to data of its own runtime. For processors
    /// other than x86-64 the compiler's description is kept.
    /// </summary>
    /// <param name="file">The object that the compiler made.</param>
    /// <param name="personalities">Personality routines by function, both as symbols.</param>
    public static void Rewrite(ObjectFile file, IReadOnlyDictionary<string, string> personalities)
    {
        Section section = file.Find(SectionName);
        List<FrameDescription> functions = FrameDescription.ReadAll(section.Content, file.Relocations(section));
        FrameWriter writer = new();
        Coverage coverage = new(file);
        HashSet<string> missing = [.. personalities.Keys];
        SharedEntry? entry = null;
        foreach (FrameDescription description in functions)
        {
            Function function = Function.At(file, description.Begin, description.Length);
            coverage.Add(function);
            string? named = function.Names.FirstOrDefault(personalities.ContainsKey);
            missing.ExceptWith(function.Names);
            Symbol? personality = named == null ? null : Defined(file, personalities[named]);
            if (file.Machine != ObjectFile.MachineX64)
            {
                writer.Add(description, description.Instructions, personality);
                continue;
            }

            CheckEntry(description);
            List<FrameRow> rows = FrameWalk.Rows(file, function);
            if (entry != null && entry.TryAdd(description, function, rows, personality))
                continue;
            entry?.WriteTo(writer);
            entry = new SharedEntry(description, function, rows, personality);
        }

        entry?.WriteTo(writer);
        if (missing.Count > 0)
            throw new UnwindException($"{missing.First()}: no such function, so it cannot have a personality routine; was it inlined?");
        coverage.Check();
        section.Replace(writer.Section);
        file.Find(".rela" + SectionName).Replace(writer.Relocations);
    }

    private static void CheckEntry(FrameDescription description)
    {
        if (!description.Common.Instructions.SequenceEqual(s_entryOnX64))
            throw new UnwindException($"{SectionName}: a CIE that does not describe what a call leaves on the stack");
    }

    private static Symbol Defined(ObjectFile file, string name) =>
        file.Symbols.FirstOrDefault(symbol => symbol.Name == name && symbol.Section != 0)
        ?? throw new UnwindException($"{name}: no such symbol, so it cannot be a personality routine; does [RuntimeExport] name it?");
}

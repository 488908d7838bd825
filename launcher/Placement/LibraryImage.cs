using VirtTime.Base;
using VirtTime.Target;

namespace VirtTime.Placement;

/// <summary>How to map the library: one segment of code from the start of the file, and one of data. Addresses count from where it is mapped.</summary>
internal struct LibraryImage
{
    /// <summary>The size of all segments in bytes, a multiple of the page size.</summary>
    public long Length;

    /// <summary>The first page of the data.</summary>
    public long DataPage;

    /// <summary>Where the part of the data that the file contains begins.</summary>
    public long Data;

    /// <summary>Its position in the file, and its size in bytes.</summary>
    public long DataPosition;

    public long DataSize;

    /// <summary>Where a static program begins instead of at its own entry (placed_start.*.s).</summary>
    public long Entry;

    /// <exception cref="LauncherException">The library has other segments, or no such entry: it belongs to another version of VirtTime.</exception>
    public static LibraryImage Read(ProgramFile file)
    {
        long page = Environment.SystemPageSize;
        ElfProgram? elf = ElfProgram.TryRead(file);
        if (elf is null || elf.Entry == 0
            || elf.Segments.Where(segment => segment.p_type == ElfConstants.PT_LOAD).ToArray() is not [{ p_offset: 0, p_vaddr: 0 }, Elf64_Phdr data])
            throw new LauncherException(file.Path, "cannot be placed into a static program; reinstall VirtTime, so that the library and virttime-run belong together");

        return new LibraryImage
        {
            Length = (data.p_vaddr + data.p_memsz + page - 1) & -page,
            DataPage = data.p_vaddr & -page,
            Data = data.p_vaddr,
            DataPosition = data.p_offset,
            DataSize = data.p_filesz,
            Entry = elf.Entry,
        };
    }
}

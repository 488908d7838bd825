using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>Maps a whole config file to change it. Touches only pages that hold data and pages that it has prepared.</summary>
internal sealed unsafe class LayoutMapping : IDisposable
{
    private const int Access = SystemCalls.PROT_READ | SystemCalls.PROT_WRITE;
    private const long PageSize = 4096;

    private readonly byte* _start;
    private readonly nint _length;

    /// <summary>Maps the file and prepares the pages with the offset and the extension block.</summary>
    /// <exception cref="LauncherException">The file cannot be mapped, the filesystem is full, or the file is read-only.</exception>
    public LayoutMapping(OpenConfig file)
    {
        File = file;
        _length = (nint)Math.Min(file.Size, ConfigLayout.FileSize);
        nint start = SystemCalls.mmap(0, _length, Access, SystemCalls.MAP_SHARED, file.Descriptor, 0);
        if (start == -1)
            throw ConfigErrors.CannotWrite(file.Path, ErrorNumber.Last);
        _start = (byte*)start;
        try
        {
            Prepare(ConfigLayout.OffsetPosition, ConfigLayout.SmallestFileSize);
            if (Extension != null)
                Prepare(ConfigLayout.ExtensionPosition, ConfigLayout.ExtensionPosition + ConfigLayout.ExtensionSize);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public OpenConfig File { get; }

    /// <summary><c>ts_offset</c> in the mapping.</summary>
    public timespec* Offset => (timespec*)_start;

    /// <summary>The extension block in the mapping; null if the file has no room for it.</summary>
    public ConfigExtension* Extension =>
        ConfigFormat.HasExtension(File.Size) ? (ConfigExtension*)(_start + ConfigLayout.ExtensionPosition) : null;

    private bool HasMarks => File.Size >= ConfigLayout.FileSize;

    /// <summary>
    /// Reads the pages of slots and marks into memory and allocates them on the disk, so that moving the slots cannot fail later.
    /// </summary>
    /// <exception cref="LauncherException">A page cannot be read or allocated.</exception>
    public void PrepareSlots()
    {
        foreach ((int first, int end) in SlotTable.RangesWithData(File))
        {
            Prepare(PositionOf(first), PositionOf(end));
            if (HasMarks)
                PrepareMarks(ConfigLayout.SlotClocksPosition + first, ConfigLayout.SlotClocksPosition + end);
        }
    }

    /// <summary>Moves every deadline by the difference in the change, except those that the change notes as done.</summary>
    public void MoveSlots(ConfigChange* change)
    {
        foreach ((int first, int end) in SlotTable.RangesWithData(File))
            ConfigChange.MoveSlots(change, _start, HasMarks, first, end);
    }

    /// <summary>Completes the slot that a dead writer was moving, and moves the slots after it.</summary>
    public void CompleteSlots(ConfigChange* change)
    {
        ConfigChange.CompleteSlot(change, _start);
        MoveSlots(change);
    }

    /// <summary>For each slot number, whether the slot is taken. The slots must be prepared.</summary>
    public bool[] MarkedSlots()
    {
        bool[] marked = new bool[ConfigLayout.SlotCount];
        GiveBack((slot, _) =>
        {
            marked[slot] = true;
            return false;
        });
        return marked;
    }

    /// <summary>Clears and frees the slots of dead threads. The slots must be prepared.</summary>
    /// <remarks>The deadline is cleared before the mark, because another thread may take the slot as soon as the mark is 0.</remarks>
    /// <param name="isDead">Called with a slot's number and its mark.</param>
    public void GiveBack(Func<int, byte, bool> isDead)
    {
        if (!HasMarks)
            return;
        byte* marks = _start + ConfigLayout.SlotClocksPosition;
        foreach ((int first, int end) in SlotTable.RangesWithData(File))
        {
            for (int i = first; i < end; i++)
            {
                if (marks[i] == 0 || !isDead(i, marks[i]))
                    continue;
                *(timespec*)(_start + PositionOf(i)) = default;
                Interlocked.MemoryBarrier();
                Volatile.Write(ref marks[i], 0);
            }
        }
    }

    public void Dispose() => SystemCalls.munmap((nint)_start, _length);

    private static long PositionOf(int slot) => ConfigLayout.SlotsPosition + ((long)slot * ConfigLayout.SlotSize);

    private void Prepare(long position, long end)
    {
        int error = TryPrepare(position, end);
        if (error != 0)
            throw ConfigErrors.CannotPrepare(File.Path, error);
    }

    // If a page of marks is a hole and the filesystem is full, a private page of zeros replaces it in this mapping: it reads the same,
    // and marks that are 0 are never written.
    private void PrepareMarks(long position, long end)
    {
        for (long page = position & -PageSize; page < end; page += PageSize)
        {
            if (TryPrepare(page, page + PageSize) is not (ErrorNumber.ENOSPC or ErrorNumber.EDQUOT) || !IsHole(page))
                continue;

            const int Flags = SystemCalls.MAP_PRIVATE | SystemCalls.MAP_FIXED | SystemCalls.MAP_ANONYMOUS;
            if (SystemCalls.mmap((nint)_start + (nint)page, (nint)PageSize, Access, Flags, -1, 0) == -1)
                throw ConfigErrors.CannotPrepare(File.Path, ErrorNumber.Last);
        }
    }

    private bool IsHole(long page)
    {
        long data = SystemCalls.lseek(File.Descriptor, page, SystemCalls.SEEK_DATA);
        return data < 0 ? ErrorNumber.Last == ErrorNumber.ENXIO : data >= page + PageSize;
    }

    /// <returns>0 if these bytes can now be read and written without SIGBUS, otherwise an error number.</returns>
    private int TryPrepare(long position, long end)
    {
        if (SystemCalls.fallocate(File.Descriptor, SystemCalls.FALLOC_FL_KEEP_SIZE, position, end - position) != 0
            && ErrorNumber.Last is ErrorNumber.ENOSPC or ErrorNumber.EDQUOT)
            return ErrorNumber.Last;

        long page = position & -PageSize;
        nint length = (nint)((Math.Min(end, _length) + PageSize - 1) & -PageSize) - (nint)page;
        bool failed = SystemCalls.madvise((nint)_start + (nint)page, length, SystemCalls.MADV_POPULATE_WRITE) != 0;
        return failed && ErrorNumber.Last != ErrorNumber.EINVAL ? ErrorNumber.Last : 0;
    }
}

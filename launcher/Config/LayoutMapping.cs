using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>A whole config file in memory, to be changed. Only pages that hold data are touched, and those that were prepared.</summary>
internal sealed unsafe class LayoutMapping : IDisposable
{
    private const int Access = SystemCalls.PROT_READ | SystemCalls.PROT_WRITE;
    private const long PageSize = 4096;

    private readonly byte* _start;
    private readonly nint _length;

    /// <summary>Maps the file and prepares the pages with the offset and the extension block.</summary>
    /// <exception cref="LauncherException">It cannot be mapped, no room is left, or the file is read-only.</exception>
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

    /// <summary><c>ts_offset</c>, in place.</summary>
    public timespec* Offset => (timespec*)_start;

    /// <summary>The extension block in place, or null where the file has no room for it.</summary>
    public ConfigExtension* Extension =>
        ConfigFormat.HasExtension(File.Size) ? (ConfigExtension*)(_start + ConfigLayout.ExtensionPosition) : null;

    private bool HasMarks => File.Size >= ConfigLayout.FileSize;

    /// <summary>
    /// Whatever can fail while slots are moved fails here: what is not in memory is read, and what has no place on the disk gets one.
    /// </summary>
    /// <exception cref="LauncherException">It does.</exception>
    public void PrepareSlots()
    {
        foreach ((int first, int end) in SlotTable.RangesWithData(File))
        {
            Prepare(PositionOf(first), PositionOf(end));
            if (HasMarks)
                PrepareMarks(ConfigLayout.SlotClocksPosition + first, ConfigLayout.SlotClocksPosition + end);
        }
    }

    /// <summary>Moves every deadline by what the change says; those that it says are done stay.</summary>
    public void MoveSlots(ConfigChange* change)
    {
        foreach ((int first, int end) in SlotTable.RangesWithData(File))
            ConfigChange.MoveSlots(change, _start, HasMarks, first, end);
    }

    /// <summary>Completes the slot that a dead writer was about to move, and moves those behind it.</summary>
    public void CompleteSlots(ConfigChange* change)
    {
        ConfigChange.CompleteSlot(change, _start);
        MoveSlots(change);
    }

    /// <summary>Which slots are taken, by number. The slots must be prepared.</summary>
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

    /// <summary>Makes slots idle and free. The slots must be prepared.</summary>
    /// <remarks>The mark goes last: from then on the slot may be another thread's.</remarks>
    /// <param name="isDead">Of a slot's number and its mark.</param>
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

    // They are only read. A page of marks that is a hole, and has no place, says as much as one of zeros does.
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

    /// <returns>0 where these bytes can be read and written from now on without a signal, else an error number.</returns>
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

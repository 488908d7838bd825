using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>A whole config file in memory, for moving its slots. Only pages that hold data are touched.</summary>
internal sealed unsafe class LayoutMapping : IDisposable
{
    private readonly ConfigFile _file;
    private readonly byte* _start;
    private readonly nint _length;

    /// <exception cref="LauncherException">There is no room for it, or the file is read-only.</exception>
    public LayoutMapping(ConfigFile file)
    {
        const int Access = SystemCalls.PROT_READ | SystemCalls.PROT_WRITE;
        _file = file;
        _length = (nint)Math.Min(file.Size, ConfigLayout.FileSize);
        nint start = SystemCalls.mmap(0, _length, Access, SystemCalls.MAP_SHARED, file.Descriptor, 0);
        if (start == -1)
            throw ConfigErrors.CannotWrite(file.Path, Errno.Last);
        _start = (byte*)start;
    }

    /// <summary>Moves every deadline by what the change says; those that it says are done stay.</summary>
    public void MoveSlots(ConfigChange* change)
    {
        bool hasMarks = _file.Size >= ConfigLayout.FileSize;
        foreach ((int first, int end) in SlotTable.RangesWithData(_file))
            ConfigChange.MoveSlots(change, _start, hasMarks, first, end);
    }

    /// <summary>Completes the slot that a dead writer was about to move, and moves those behind it.</summary>
    public void CompleteSlots(ConfigChange* change)
    {
        ConfigChange.CompleteSlot(change, _start);
        MoveSlots(change);
    }

    public void Dispose() => SystemCalls.munmap((nint)_start, _length);
}

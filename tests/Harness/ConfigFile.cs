using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using VirtTime.Format;

namespace VirtTime.Tests.Harness;

/// <summary>
/// A config file that a test made. It is read and written as another tool would do it, with plain I/O by position. Times are in seconds.
/// </summary>
internal sealed class ConfigFile : IDisposable
{
    private const long RealtimeOffsetPosition = ConfigLayout.ExtensionPosition + 32;
    private const long SequencePosition = ConfigLayout.ExtensionPosition + 48;
    private const long RatePosition = ConfigLayout.ExtensionPosition + 1088;

    private readonly SafeFileHandle _file;
    private readonly TemporaryDirectory? _directory;

    private ConfigFile(string path, TemporaryDirectory? directory, FileMode mode)
    {
        Path = path;
        _directory = directory;
        _file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    public string Path { get; }

    public decimal Offset
    {
        get => ReadTime(ConfigLayout.OffsetPosition);
        set => WriteTime(ConfigLayout.OffsetPosition, value);
    }

    /// <summary>The offset of the realtime clocks. Setting it makes them virtual.</summary>
    public decimal RealtimeOffset
    {
        get => ReadTime(RealtimeOffsetPosition);
        set
        {
            WriteTime(RealtimeOffsetPosition, value);
            const long Flags = (long)ConfigExtension.HasRealtimeOffset << 32;
            WriteRaw(ConfigLayout.ExtensionPosition, unchecked((long)ConfigExtension.MagicValue), Flags | ConfigExtension.CurrentVersion);
        }
    }

    /// <summary>The sequence, odd while a writer changes the file.</summary>
    public ulong Sequence
    {
        get
        {
            Span<byte> bytes = stackalloc byte[8];
            RandomAccess.Read(_file, bytes, SequencePosition);
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
    }

    /// <summary>Creates a file of the given size in its own directory, which is deleted with this object.</summary>
    /// <param name="offset">host − virtual.</param>
    /// <param name="size">In bytes. Everything but the offset is a hole.</param>
    public static ConfigFile Create(decimal offset, long size = ConfigLayout.FileSize)
    {
        TemporaryDirectory directory = new();
        ConfigFile config = new(directory.File("conf"), directory, FileMode.CreateNew);
        using (FileStream stream = new(config.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(size);
        config.Offset = offset;
        return config;
    }

    /// <summary>Creates a file with which the monotonic clock reads about <paramref name="seconds"/>.</summary>
    public static ConfigFile At(decimal seconds, long size = ConfigLayout.FileSize) => Create(HostClock.Monotonic() - seconds, size);

    /// <summary>
    /// Creates a file with which the wall clock reads about <paramref name="seconds"/> since 1970. The other clocks are the host's.
    /// </summary>
    public static ConfigFile AtDate(decimal seconds)
    {
        ConfigFile config = Create(0);
        config.RealtimeOffset = HostClock.Realtime() - seconds;
        return config;
    }

    /// <summary>Creates a file with which the wall clock reads about <paramref name="seconds"/> now and runs at <paramref name="rate"/> from there.</summary>
    /// <param name="seconds">The date, since 1970.</param>
    /// <param name="rate">Virtual seconds for each second of the host.</param>
    /// <param name="reference">The host's time from which the rate counts.</param>
    public static ConfigFile AtRate(decimal seconds, decimal rate, out decimal reference)
    {
        ConfigFile config = Create(0);
        reference = HostClock.Realtime();
        config.WriteTime(RealtimeOffsetPosition, reference - seconds);
        config.WriteRaw(RatePosition, (long)Math.Round(rate * ClockLine.HostRate), 0);
        config.WriteTime(RatePosition + 16, reference);
        config.WriteRaw(SequencePosition, (long)ConfigExtension.RateBit | 2, 0);
        const long Flags = (long)(ConfigExtension.HasRealtimeOffset | ConfigExtension.HasRealtimeRate) << 32;
        config.WriteRaw(ConfigLayout.ExtensionPosition, unchecked((long)ConfigExtension.MagicValue), Flags | ConfigExtension.NewestVersion);
        return config;
    }

    /// <summary>Opens a file that another program made and will remove.</summary>
    public static ConfigFile Open(string path) => new(path, null, FileMode.Open);

    public decimal Slot(int thread) => ReadTime(ConfigLayout.SlotsPosition + ((long)thread * ConfigLayout.SlotSize));

    /// <summary>Returns the slot's mark: the clock id + 1, or 0.</summary>
    public int SlotClock(int thread)
    {
        Span<byte> clock = stackalloc byte[1];
        RandomAccess.Read(_file, clock, ConfigLayout.SlotClocksPosition + thread);
        return clock[0];
    }

    /// <summary>Writes the same as a thread that begins a call: its host deadline, and the mark for its clock.</summary>
    /// <param name="choice">How many of its slots the thread has found taken.</param>
    public void TakeSlot(int thread, int clock, long seconds, long nanoseconds, int choice = 0)
    {
        int slot = SlotMark.SlotOf(thread, choice);
        WriteRaw(ConfigLayout.SlotsPosition + ((long)slot * ConfigLayout.SlotSize), seconds, nanoseconds);
        RandomAccess.Write(_file, [SlotMark.Of(clock, choice)], ConfigLayout.SlotClocksPosition + slot);
    }

    /// <summary>Takes a slot for another thread, with a deadline on the monotonic clock.</summary>
    /// <param name="slot">The slot's number.</param>
    /// <param name="deadline">The deadline by the host's clock.</param>
    /// <param name="mark">The value that <see cref="SlotClock"/> will return.</param>
    public void TakeSlot(int slot, decimal deadline, byte mark)
    {
        RandomAccess.Write(_file, [mark], ConfigLayout.SlotClocksPosition + slot);
        WriteTime(ConfigLayout.SlotsPosition + ((long)slot * ConfigLayout.SlotSize), deadline);
    }

    /// <summary>Waits until the slot of <paramref name="thread"/> is in use, and returns its deadline.</summary>
    public async Task<decimal> InFlightAsync(int thread)
    {
        for (int i = 0; i < 6000; i++)
        {
            decimal deadline = Slot(thread);
            if (deadline != 0)
                return deadline;
            await Task.Delay(10);
        }

        Assert.Fail($"the slot of thread {thread} stayed empty");
        return 0;
    }

    /// <summary>Moves the offset and the deadlines of the given threads, as a tool does that knows only the C layout.</summary>
    public void AdjustPlainly(decimal difference, params IEnumerable<int> threads)
    {
        Offset += difference;
        foreach (int thread in threads)
            WriteTime(ConfigLayout.SlotsPosition + ((long)thread * ConfigLayout.SlotSize), Slot(thread) + difference);
    }

    /// <summary>Writes two 64-bit integers.</summary>
    public void WriteRaw(long position, long first, long second)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, first);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], second);
        RandomAccess.Write(_file, bytes, position);
    }

    public void Dispose()
    {
        _file.Dispose();
        _directory?.Dispose();
    }

    private decimal ReadTime(long position)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomAccess.Read(_file, bytes, position);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes) + (BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) / 1_000_000_000m);
    }

    private void WriteTime(long position, decimal seconds)
    {
        decimal whole = Math.Floor(seconds);
        WriteRaw(position, (long)whole, (long)((seconds - whole) * 1_000_000_000m));
    }
}

using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Config;

namespace VirtTime.Commands.Criu;

/// <summary><c>virttime.img</c> among criu's images: the virtual clocks at the time of the dump, and the config file with its slots.</summary>
/// <remarks>It contains a copy of criu's inventory. This copy proves that it belongs to the images beside it.</remarks>
internal sealed unsafe class DumpImage : IDisposable
{
    private const string Name = "virttime.img";
    private const string NewName = "virttime.img.new";
    private const string Inventory = "inventory.img";

    private readonly Descriptor _file;
    private DumpHeader _header;

    private DumpImage(Descriptor file) => _file = file;

    public HostClocks.Moment Clocks => new(_header.monotonic, _header.boottime, _header.realtime);

    public ref readonly DumpHeader Header => ref _header;

    /// <summary>Writes the image, and replaces the one of an earlier dump. The config file must be locked.</summary>
    /// <param name="directory">The directory of criu's images.</param>
    /// <param name="clocks">Reads the host clocks as the tree sees them.</param>
    /// <exception cref="LauncherException">The image cannot be written.</exception>
    public static void Write(ImageDirectory directory, OpenConfig config, Func<HostClocks.Moment> clocks)
    {
        DumpHeader header = Describe(directory, config);
        ClockOffsets offsets = ConfigHeader.ReadNow(config).Offsets;
        HostClocks.Moment reading = offsets.Read(clocks());
        header.monotonic = reading.Monotonic;
        header.boottime = reading.Boottime;
        header.realtime = reading.Realtime;

        SystemCalls.unlinkat(directory.Descriptor, NewName, 0);
        const int Flags = SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_EXCL;
        using Descriptor file = Descriptor.OpenAt(directory.Descriptor, NewName, Flags, Permissions.OwnersFile);
        int error = file.IsOpen ? TryFill(file.Number, &header, config) : ErrorNumber.Last;
        if (error == 0 && SystemCalls.renameat(directory.Descriptor, NewName, directory.Descriptor, Name) != 0)
            error = ErrorNumber.Last;
        if (error == 0)
            return;

        SystemCalls.unlinkat(directory.Descriptor, NewName, 0);
        throw ConfigErrors.CannotWriteFile(directory.PathOf(Name), error);
    }

    /// <exception cref="LauncherException">There is no image, it is damaged, or it belongs to another dump.</exception>
    public static DumpImage Open(ImageDirectory directory)
    {
        byte[] inventory = directory.Read(Inventory);
        string path = directory.PathOf(Name);
        DumpImage image = new(Descriptor.OpenAt(directory.Descriptor, Name, SystemCalls.O_RDONLY | SystemCalls.O_NOCTTY));
        try
        {
            if (!image._file.IsOpen)
                throw MigrationErrors.NoImage(path, ErrorNumber.Last);

            DumpHeader header;
            nint length = SystemCalls.pread(image._file.Number, (byte*)&header, sizeof(DumpHeader), 0);
            if (length != sizeof(DumpHeader) || header.magic != DumpHeader.MagicValue
                || header.inventory_length is < 0 or > DumpHeader.MostInventory)
                throw MigrationErrors.BadImage(path);
            if (!inventory.AsSpan().SequenceEqual(new ReadOnlySpan<byte>(header.inventory, header.inventory_length)))
                throw MigrationErrors.OtherDump(path);

            image._header = header;
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Copies the config file from the image into a file that is all zero and has the right size.</summary>
    /// <returns>0, or an error number.</returns>
    public int TryCopyTo(int config) => SparseCopy.TryCopy(_file.Number, DumpHeader.Size, config, 0, _header.size);

    public void Dispose() => _file.Dispose();

    private static DumpHeader Describe(ImageDirectory directory, OpenConfig config)
    {
        byte[] inventory = directory.Read(Inventory);
        if (inventory.Length > DumpHeader.MostInventory)
            throw MigrationErrors.NoInventory(directory.PathOf(Inventory), ErrorNumber.EFBIG);

        new Descriptor(config.Descriptor).TryStat(out statx_buffer status);
        DumpHeader header = default;
        header.magic = DumpHeader.MagicValue;
        header.size = config.Size;
        header.mode = status.stx_mode & 0xfffu;
        header.owner = status.stx_uid;
        header.group = status.stx_gid;
        header.inventory_length = inventory.Length;
        inventory.CopyTo(new Span<byte>(header.inventory, inventory.Length));
        return header;
    }

    private static int TryFill(int file, DumpHeader* header, OpenConfig config)
    {
        if (SystemCalls.ftruncate(file, DumpHeader.Size + config.Size) != 0)
            return ErrorNumber.Last;
        nint written = SystemCalls.pwrite(file, (byte*)header, sizeof(DumpHeader), 0);
        if (written != sizeof(DumpHeader))
            return written < 0 ? ErrorNumber.Last : ErrorNumber.ENOSPC;
        return SparseCopy.TryCopy(config.Descriptor, 0, file, DumpHeader.Size, config.Size);
    }
}

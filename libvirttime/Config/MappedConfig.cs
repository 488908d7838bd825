using System.Threading;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>The config file as this process has it mapped. Lies in memory of its own, behind the pages of the file that every read needs.</summary>
/// <remarks>
/// At the address of a config (<see cref="HotState.Config"/>) is the file's first page, behind it the page with the extension block, then this.
/// </remarks>
internal unsafe struct MappedConfig
{
    // PATH_MAX: nothing longer can be opened.
    private const int PathCapacity = 4096;
    private const int NameLength = 15;

    /// <summary><c>ts_offset</c>.</summary>
    public timespec* Offset;

    public ConfigExtension* Extension;

    /// <summary>The file's first page without access, to map other parts with (<see cref="FileMapping.MapAgain"/>).</summary>
    public nint FirstPage;

    /// <summary>Of the file, in bytes.</summary>
    public long Size;

    /// <summary>Whether the file, and so the slots in it, can be written.</summary>
    public bool IsWritable;

    /// <summary>Which file it is (man 2 stat), to know it again.</summary>
    public FileIdentity Identity;

    /// <summary><c>VIRT_TIME_CONF=</c> and its path as the variable had it: the program may have overwritten its own environment since.</summary>
    public fixed byte Variable[NameLength + PathCapacity];

    /// <summary>Where the extension block lies behind a config's address, on pages of 4 KiB; with larger ones there is no short way.</summary>
    public const nint ExtensionDistance = 4096;

    // Two for the path; what is not touched costs nothing.
    private static nint Length => 4 * FileMapping.PageSize;

    /// <summary>Opens, maps and checks a file; says why on standard error when that fails.</summary>
    /// <returns>Null when it does: whatever is wrong with the file, the target goes on.</returns>
    public static MappedConfig* Open(byte* path)
    {
        bool isWritable = true;
        int descriptor = ConfigFile.Open(path, Mman.O_RDWR);
        if (descriptor is -Errno.EACCES or -Errno.EPERM or -Errno.EROFS)
        {
            isWritable = false;
            descriptor = ConfigFile.Open(path, Mman.O_RDONLY);
        }

        if (descriptor < 0)
        {
            Diagnostic.CannotOpen(path, -descriptor);
            return null;
        }

        MappedConfig* config = Map(descriptor, isWritable, out ConfigDefect defect, out int errno);
        Kernel.Close(descriptor);
        if (config == null)
        {
            Diagnostic.CannotUse(path, defect, errno);
            return null;
        }

        fixed (byte* name = "VIRT_TIME_CONF="u8)
            CString.Append(CString.Append(config->Variable, name), path);
        return config;
    }

    /// <summary>Its path as the variable had it.</summary>
    public static byte* PathOf(MappedConfig* config) => config->Variable + NameLength;

    /// <summary>A config without a file: the clocks are the host's. For use when there is none.</summary>
    public static void MakeEmpty(MappedConfig* config, timespec* offset, ConfigExtension* extension)
    {
        config->Offset = offset;
        config->Extension = extension;
    }

    /// <summary>The config that lies at an address; the other way of <see cref="AddressOf"/>.</summary>
    public static MappedConfig* At(nint address) => (MappedConfig*)(address + (2 * FileMapping.PageSize));

    public static nint AddressOf(MappedConfig* config) => (nint)config - (2 * FileMapping.PageSize);

    public static void Unmap(MappedConfig* config)
    {
        if (config->FirstPage != 0)
            Kernel.Unmap(config->FirstPage, FileMapping.PageSize);
        Kernel.Unmap(AddressOf(config), Length);
    }

    /// <summary>
    /// Says something in the file: <see cref="ConfigExtension.HasUnmovableCalls"/> or <see cref="ConfigExtension.HasUncountedUsers"/>. Before a deadline is
    /// published: a program that changes the offsets looks afterwards.
    /// </summary>
    public void Say(uint flag)
    {
        bool hasBlock = ConfigFormat.HasExtension(Size) && Extension->magic == ConfigExtension.MagicValue;
        if (!IsWritable || !hasBlock)
            return;
        ref int flags = ref *(int*)&Extension->flags;
        int old;
        do
        {
            old = (int)Volatile.Read(ref Extension->flags);
            if ((old & (int)flag) != 0)
                return;
        }
        while (Interlocked.CompareExchange(ref flags, old | (int)flag, old) != old);
    }

    private static MappedConfig* Map(int descriptor, bool isWritable, out ConfigDefect defect, out int errno)
    {
        defect = ConfigDefect.None;
        nint address = FileMapping.MapPrivate(Length);
        errno = (int)-address;
        if (Kernel.IsError(address))
            return null;
        MappedConfig* config = At(address);
        errno = (int)-config->MapPages(descriptor, isWritable);
        if (errno == 0)
            defect = config->Check();
        if (errno == 0 && defect == ConfigDefect.None)
        {
            SlotChunks.MapWhileOpen(config, descriptor, Kernel.ThreadId(), config->TryMark(descriptor));
            return config;
        }

        Unmap(config);
        return null;
    }

    private readonly bool TryMark(int descriptor) =>
        ReservedChoice.TryLock(descriptor, UserMark.F_RDLCK, UserMark.PositionOf((int)Kernel.Call(SyscallNumbers.getpid), (ulong)FirstPage));

    // Negative errno on failure.
    private nint MapPages(int descriptor, bool isWritable)
    {
        Size = Kernel.SizeOf(descriptor);
        IsWritable = isWritable;
        nint address;
        fixed (MappedConfig* here = &this)
            address = AddressOf(here);
        Offset = (timespec*)address;
        nint inPage = (nint)ConfigLayout.ExtensionPosition & (FileMapping.PageSize - 1);
        Extension = (ConfigExtension*)(address + FileMapping.PageSize + inPage);
        if (Size < ConfigLayout.SmallestFileSize)
            return 0;

        int access = isWritable ? Mman.PROT_READ | Mman.PROT_WRITE : Mman.PROT_READ;
        nint result = FileMapping.MapPageAt(address, descriptor, ConfigLayout.OffsetPosition, access);
        if (!Kernel.IsError(result) && ConfigFormat.HasExtension(Size))
            result = FileMapping.MapPageAt((nint)Extension - inPage, descriptor, ConfigLayout.ExtensionPosition, access);
        if (!Kernel.IsError(result))
            result = Kernel.Map(0, FileMapping.PageSize, Mman.PROT_NONE, Mman.MAP_SHARED, descriptor, 0);
        if (Kernel.IsError(result))
            return result;
        FirstPage = result;
        Identity = Kernel.IdentityOf(descriptor);
        return 0;
    }

    private ConfigDefect Check()
    {
        if (Size < ConfigLayout.SmallestFileSize)
            return ConfigDefect.TooShort;
        if (!UserMemory.IsReadable(Offset))
            return ConfigDefect.Unreadable;

        // The block of a file that another tool made is a hole, and reading a hole of a full tmpfs needs a page: an empty one of our own does.
        if (ConfigFormat.HasExtension(Size) && !UserMemory.IsReadable(Extension))
        {
            const int Flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED;
            nint page = (nint)Extension & -FileMapping.PageSize;
            Kernel.Map(page, FileMapping.PageSize, Mman.PROT_READ | Mman.PROT_WRITE, Flags, -1, 0);
        }

        ConfigDefect defect = ConfigFormat.Check(Size, Offset, Extension);

        // Asked twice, since a launcher may be filling the block in: it marks it before all else.
        return defect == ConfigDefect.None ? defect : ConfigFormat.Check(Size, Offset, Extension);
    }
}

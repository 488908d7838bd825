using System.Threading;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>The config file as this process has mapped it.</summary>
/// <remarks>
/// The address of a config (<see cref="HotState.Config"/>) is that of the file's first page. After it lies the page with the extension block, then
/// this structure.
/// </remarks>
internal unsafe struct MappedConfig
{
    // PATH_MAX: the kernel opens no longer path.
    private const int PathCapacity = 4096;
    private const int NameLength = 15;

    /// <summary><c>ts_offset</c>.</summary>
    public timespec* Offset;

    public ConfigExtension* Extension;

    /// <summary>
    /// A mapping of the file's first two pages without access, from which <see cref="FileMapping.MapAgain"/> maps other parts of the file. Libraries
    /// that do not know rates map one page, so the launcher can tell them apart. The second page may lie beyond the end of the file.
    /// </summary>
    public nint FirstPage;

    /// <summary>Size of the file in bytes.</summary>
    public long Size;

    /// <summary>Whether this process may write the file, and so the slots in it.</summary>
    public bool IsWritable;

    /// <summary>Device and inode (man 2 stat), to recognise the file when it is opened again.</summary>
    public FileIdentity Identity;

    /// <summary><c>VIRT_TIME_CONF=PATH</c> as it was at start. A copy, since a program may overwrite its own environment.</summary>
    public fixed byte Variable[NameLength + PathCapacity];

    /// <summary>
    /// Bytes from a config's address to the extension block, if pages have 4 KiB. With larger pages <see cref="VirtualClock.TryRead"/> is not used.
    /// </summary>
    public const nint ExtensionDistance = 4096;

    // Two pages of the file, and two for this structure with its path. Pages that are not touched take no memory.
    private static nint Length => 4 * FileMapping.PageSize;

    /// <summary>Opens, maps and checks a file, and reports a failure on standard error.</summary>
    /// <returns>Null on failure: the target then runs on the host's clocks.</returns>
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

    /// <summary>The path as <c>VIRT_TIME_CONF</c> had it at start.</summary>
    public static byte* PathOf(MappedConfig* config) => config->Variable + NameLength;

    /// <summary>Makes a config without a file, for a target that runs on the host's clocks.</summary>
    public static void MakeEmpty(MappedConfig* config, timespec* offset, ConfigExtension* extension)
    {
        config->Offset = offset;
        config->Extension = extension;
    }

    /// <summary>The config at an address; the inverse of <see cref="AddressOf"/>.</summary>
    public static MappedConfig* At(nint address) => (MappedConfig*)(address + (2 * FileMapping.PageSize));

    public static nint AddressOf(MappedConfig* config) => (nint)config - (2 * FileMapping.PageSize);

    public static void Unmap(MappedConfig* config)
    {
        if (config->FirstPage != 0)
            Kernel.Unmap(config->FirstPage, FileMapping.KeptLength);
        Kernel.Unmap(AddressOf(config), Length);
    }

    /// <summary>
    /// Sets <see cref="ConfigExtension.HasUnmovableCalls"/> or <see cref="ConfigExtension.HasUncountedUsers"/> in the file, if it can be written and
    /// has an extension block. The caller does so before it publishes a deadline, since a writer reads the flags after it has made the sequence odd.
    /// </summary>
    public void SetFlag(uint flag)
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

    // Returns 0 or -errno.
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
            result = Kernel.Map(0, FileMapping.KeptLength, Mman.PROT_NONE, Mman.MAP_SHARED, descriptor, 0);
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

        // The block of a file that another tool made is a hole. On a full tmpfs even reading a hole fails, since that allocates a page. An empty
        // private page then takes its place.
        if (ConfigFormat.HasExtension(Size) && !UserMemory.IsReadable(Extension))
        {
            const int Flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED;
            nint page = (nint)Extension & -FileMapping.PageSize;
            Kernel.Map(page, FileMapping.PageSize, Mman.PROT_READ | Mman.PROT_WRITE, Flags, -1, 0);
        }

        ConfigDefect defect = ConfigFormat.Check(Size, Offset, Extension);

        // Checked twice: a launcher may be filling in the block at the same time, and it stores the magic first.
        return defect == ConfigDefect.None ? defect : ConfigFormat.Check(Size, Offset, Extension);
    }
}

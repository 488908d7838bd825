using System.Threading;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>The config file of this process while the process holds the file's lock. Every writer holds that lock during a change.</summary>
/// <remarks>
/// The lock belongs to the open file, which a child that is forked meanwhile shares. So the lock is released before the descriptor is closed;
/// otherwise the child would keep it.
/// </remarks>
internal unsafe struct LockedConfig
{
    private MappedConfig* _config;
    private int _descriptor;

    /// <summary>Takes the lock without waiting.</summary>
    /// <param name="locked">Uninitialised memory.</param>
    /// <param name="config">The file.</param>
    /// <returns>0; <c>-EAGAIN</c> if another process holds the lock; <c>-EPERM</c> if the file cannot be written, or its path no longer leads to
    /// it.</returns>
    public static int TryLock(LockedConfig* locked, MappedConfig* config)
    {
        locked->_config = config;
        if (!config->IsWritable || !config->Identity.IsKnown)
            return -Errno.EPERM;
        locked->_descriptor = ConfigFile.Open(MappedConfig.PathOf(config), Mman.O_RDWR);
        if (locked->_descriptor < 0)
            return -Errno.EPERM;
        int result = Kernel.IdentityOf(locked->_descriptor).Equals(config->Identity)
            ? (int)Kernel.Call(SyscallNumbers.flock, locked->_descriptor, Mman.LOCK_EX | Mman.LOCK_NB)
            : -Errno.EPERM;
        if (result != 0)
            Kernel.Close(locked->_descriptor);
        return result;
    }

    public static void Unlock(LockedConfig* locked)
    {
        Kernel.Call(SyscallNumbers.flock, locked->_descriptor, Mman.LOCK_UN);
        Kernel.Close(locked->_descriptor);
    }

    /// <summary>Completes the change of a writer that died, if there is one. False if the file cannot be mapped.</summary>
    public static bool CompleteChange(LockedConfig* locked)
    {
        ConfigExtension* extension = locked->_config->Extension;
        if (!ConfigChange.IsUnfinished(extension))
            return true;
        if (extension->change.sequence == extension->sequence)
        {
            nint layout = MapLayout(locked);
            if (Kernel.IsError(layout))
                return false;
            ConfigChange.StoreOffsets(locked->_config->Offset, extension);
            ConfigChange.CompleteSlot(&extension->change, (byte*)layout);
            MoveSlots(locked, (byte*)layout);
            Kernel.Unmap(layout, LengthOf(locked->_config));
        }

        ConfigChange.Finish(extension);
        return true;
    }

    /// <summary>Makes a change. False if the file cannot be mapped; then nothing has changed.</summary>
    public static bool TryChange(LockedConfig* locked, ConfigChange* change)
    {
        nint layout = MapLayout(locked);
        if (Kernel.IsError(layout))
            return false;
        ConfigExtension* extension = locked->_config->Extension;
        ConfigChange.Begin(extension, *change);
        ConfigChange.StoreOffsets(locked->_config->Offset, extension);
        MoveSlots(locked, (byte*)layout);
        ConfigChange.Finish(extension);
        Kernel.Unmap(layout, LengthOf(locked->_config));
        return true;
    }

    private static nint LengthOf(MappedConfig* config) => (nint)(config->Size < ConfigLayout.FileSize ? config->Size : ConfigLayout.FileSize);

    private static nint MapLayout(LockedConfig* locked) =>
        Kernel.Map(0, LengthOf(locked->_config), Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, locked->_descriptor, 0);

    // Skips holes, so that the file stays sparse. A filesystem that does not know holes reports the whole file as data.
    private static void MoveSlots(LockedConfig* locked, byte* layout)
    {
        MappedConfig* config = locked->_config;
        long end = config->Size < ConfigLayout.CLayoutEnd ? config->Size : ConfigLayout.CLayoutEnd;
        for (long position = ConfigLayout.SlotsPosition; position < end;)
        {
            long data = Kernel.Call(SyscallNumbers.lseek, locked->_descriptor, (nint)position, Mman.SEEK_DATA);
            if (data < 0)
                return;
            long hole = Kernel.Call(SyscallNumbers.lseek, locked->_descriptor, (nint)data, Mman.SEEK_HOLE);
            position = hole < 0 || hole > end ? end : hole;
            if (data < position)
                ConfigChange.MoveSlots(
                    &config->Extension->change, layout, config->Size >= ConfigLayout.FileSize, SlotAt(data), SlotAt(position));
        }
    }

    private static int SlotAt(long position) =>
        position <= ConfigLayout.SlotsPosition ? 0 : (int)((position - ConfigLayout.SlotsPosition) / ConfigLayout.SlotSize);
}

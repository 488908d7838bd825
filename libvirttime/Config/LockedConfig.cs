using System.Threading;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>The config file of this process while it holds the file's lock, as everybody does who changes it.</summary>
/// <remarks>The lock belongs to the open file, not to us, so it is given back before the descriptor is: a child that was forked meanwhile has it too.</remarks>
internal unsafe struct LockedConfig
{
    private MappedConfig* _config;
    private int _descriptor;

    /// <summary>
    /// Does not wait. <c>-EAGAIN</c> where somebody else has the lock; <c>-EPERM</c> where the file cannot be written, or is not to be found any more.
    /// </summary>
    /// <param name="locked">Uninitialised memory.</param>
    /// <param name="config">The file.</param>
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

    /// <summary>Completes a change whose writer died, if there is one. False where it cannot be.</summary>
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

    /// <summary>Makes a change. False where it cannot be made; then nothing has changed.</summary>
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

    // Only in pages that hold data; a filesystem that does not know holes says that all of it does.
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

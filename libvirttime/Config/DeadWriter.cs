using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>
/// Waits for a writer that has made the sequence odd. One that is dead no longer holds the file's lock, and then its change is completed here,
/// or by the next launcher. One that is stopped, or was where it cannot be completed, is waited for half a second.
/// </summary>
internal static unsafe class DeadWriter
{
    private const long Pause = 100_000;
    private const long BeforeAsking = 2_000_000;
    private const long Patience = 500_000_000;

    // The value of an odd sequence whose writer never came back.
    private static ulong s_abandoned;

    /// <summary>True when what is half changed is what there is; false when the sequence has changed, and is to be read again.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsAbandoned(MappedConfig* config, ulong sequence)
    {
        if (Volatile.Read(ref s_abandoned) == sequence)
            return true;
        timespec start = Now();
        bool asked = false;
        while (Volatile.Read(ref config->Extension->sequence) == sequence)
        {
            long waited = Elapsed(start);
            if (waited >= Patience)
            {
                Volatile.Write(ref s_abandoned, sequence);
                return true;
            }

            if (waited >= BeforeAsking && !asked)
            {
                asked = true;
                Complete(config, sequence);
            }

            Kernel.Sleep(Pause);
        }

        return false;
    }

    private static timespec Now()
    {
        timespec now;
        HostClock.Read(Time.CLOCK_MONOTONIC, &now);
        return now;
    }

    private static long Elapsed(timespec start)
    {
        timespec elapsed = TimespecMath.Subtract(Now(), start);
        return (elapsed.tv_sec * TimespecMath.NanosecondsPerSecond) + elapsed.tv_nsec;
    }

    // The lock belongs to the open file, not to us, so it is given back before the descriptor is: a child that was forked meanwhile has it too.
    private static void Complete(MappedConfig* config, ulong sequence)
    {
        if (!config->IsWritable || !config->Identity.IsKnown)
            return;
        int descriptor = ConfigFile.Open(MappedConfig.PathOf(config), Mman.O_RDWR);
        if (descriptor < 0)
            return;
        if (Kernel.IdentityOf(descriptor).Equals(config->Identity)
            && Kernel.Call(SyscallNumbers.flock, descriptor, Mman.LOCK_EX | Mman.LOCK_NB) == 0)
        {
            if (Volatile.Read(ref config->Extension->sequence) == sequence)
                CompleteLocked(config, descriptor);
            Kernel.Call(SyscallNumbers.flock, descriptor, Mman.LOCK_UN);
        }

        Kernel.Close(descriptor);
    }

    private static void CompleteLocked(MappedConfig* config, int descriptor)
    {
        ConfigExtension* extension = config->Extension;
        if (extension->change.sequence == extension->sequence)
        {
            nint length = (nint)(config->Size < ConfigLayout.FileSize ? config->Size : ConfigLayout.FileSize);
            nint layout = Kernel.Map(0, length, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, descriptor, 0);
            if (Kernel.IsError(layout))
                return;
            ConfigChange.StoreOffsets(config->Offset, extension);
            ConfigChange.CompleteSlot(&extension->change, (byte*)layout);
            MoveSlots(config, descriptor, (byte*)layout);
            Kernel.Unmap(layout, length);
        }

        ConfigChange.Finish(extension);
    }

    // Only in pages that hold data; a filesystem that does not know holes says that all of it does.
    private static void MoveSlots(MappedConfig* config, int descriptor, byte* layout)
    {
        long end = config->Size < ConfigLayout.CLayoutEnd ? config->Size : ConfigLayout.CLayoutEnd;
        for (long position = ConfigLayout.SlotsPosition; position < end;)
        {
            long data = Kernel.Call(SyscallNumbers.lseek, descriptor, (nint)position, Mman.SEEK_DATA);
            if (data < 0)
                return;
            long hole = Kernel.Call(SyscallNumbers.lseek, descriptor, (nint)data, Mman.SEEK_HOLE);
            position = hole < 0 || hole > end ? end : hole;
            if (data < position)
                ConfigChange.MoveSlots(
                    &config->Extension->change, layout, config->Size >= ConfigLayout.FileSize, SlotAt(data), SlotAt(position));
        }
    }

    private static int SlotAt(long position) =>
        position <= ConfigLayout.SlotsPosition ? 0 : (int)((position - ConfigLayout.SlotsPosition) / ConfigLayout.SlotSize);
}

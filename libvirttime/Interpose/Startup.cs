using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Clock;
using VirtTime.Config;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>
/// Makes the library ready, from its constructor or from the first interposed call, whichever comes first. Takes no lock:
/// threads, signal handlers and forked children that arrive meanwhile all do the same work, whose outcome is the same but
/// for the address of the mapping; there the first wins and the others put theirs away.
/// </summary>
internal static unsafe class Startup
{
    private const long None = 1;

    // 0 until decided, then an address or None.
    private static long s_layout;
    private static long s_slots;

    private static timespec s_noOffset;
    private static ConfigExtension s_noExtension;

    /// <summary>Every exported function starts with this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ensure()
    {
        if (!VirtualClock.IsReady)
            Run();
    }

    /// <summary>The library's constructor (<c>DT_INIT</c>).</summary>
    [RuntimeExport("virttime_init")]
    private static void Constructor()
    {
        Ensure();
        if (Volatile.Read(ref s_layout) == None)
            return;
        LetLibcFindTheVdso();
        VdsoCopy.Install(Environment.Initial(), (nint)(delegate*<int, timespec*, int>)&VirtualClock.Read);
    }

    // musl looks for the vDSO when it first reads a clock, and reads clocks inside its waits, which get host deadlines from us:
    // so it has to find the real one, before the auxiliary vector leads elsewhere. glibc has looked before anything is loaded.
    private static void LetLibcFindTheVdso()
    {
        timespec now;
        if (Real.Find(RealFunction.gnu_get_libc_version) == 0)
            Real.Call(RealFunction.clock_gettime, Time.CLOCK_MONOTONIC, (nint)(&now));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run()
    {
        Real.ResolveAll();
        nint hostClock = Vdso.FindClockGettime();
        if (hostClock == 0)
            hostClock = (nint)(delegate*<int, timespec*, int>)&HostClock.Read;

        if (Volatile.Read(ref s_layout) == 0 || Volatile.Read(ref s_slots) == 0)
            Decide(OpenConfigFile());

        long layout = Volatile.Read(ref s_layout);
        long slots = Volatile.Read(ref s_slots);
        SlotPages.Use(slots == None ? 0 : (nint)slots);
        nint behind = Real.Find(RealFunction.clock_gettime);
        if (layout == None)
        {
            fixed (timespec* offset = &s_noOffset)
            fixed (ConfigExtension* extension = &s_noExtension)
                VirtualClock.Use(hostClock, behind, offset, extension);
        }
        else
        {
            VirtualClock.Use(hostClock, behind, (nint)layout);
        }
    }

    private static ConfigFile OpenConfigFile()
    {
        fixed (byte* variable = "VIRT_TIME_CONF="u8, name = "VIRT_TIME_CONF"u8)
        {
            byte* path = Environment.Find(Environment.Current(), variable);
            if (path != null && *path != 0)
                return ConfigFile.Open(path);
            Diagnostic.CannotUse(name, "is not set"u8, 0);
            return default;
        }
    }

    private static void Decide(ConfigFile file)
    {
        bool isShared = file.Slots == file.Start;
        if (!Claim(ref s_layout, file.Start) && file.Start != 0)
            Mapping.Unmap(file.Start);
        if (isShared)
            Claim(ref s_slots, (nint)Volatile.Read(ref s_layout));
        else if (!Claim(ref s_slots, file.Slots) && file.Slots != 0)
            Mapping.Unmap(file.Slots);
    }

    private static bool Claim(ref long decision, nint address) =>
        Interlocked.CompareExchange(ref decision, address == 0 ? None : address, 0) == 0;
}

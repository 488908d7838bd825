using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Elf;
using VirtTime.Format;
using VirtTime.Interpose.Clocks;
using VirtTime.Interpose.Exec;
using VirtTime.Interpose.Lookup;
using VirtTime.Interpose.Proc;
using VirtTime.Interpose.Waits;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose;

/// <summary>Makes the library ready, from its constructor or from the first interposed call, whichever comes first.</summary>
/// <remarks>
/// Takes no lock. Threads, signal handlers and forked children that arrive at the same time all do the same work, with the same outcome except for
/// the address of the config. The first one stores its address by compare-and-swap; the others unmap their own.
/// </remarks>
internal static unsafe class Startup
{
    private const long None = 1;

    // 0 until decided; then the address of the config, or None.
    private static long s_config;

    // Stand in for the config file if there is none.
    private static MappedConfig s_empty;
    private static timespec s_noOffset;
    private static ConfigExtension s_noExtension;

    /// <summary>The config file in force; null if the program runs on the host's clocks.</summary>
    public static MappedConfig* Config => Volatile.Read(ref s_config) == None ? null : (MappedConfig*)(nint)s_config;

    /// <summary>Makes the library ready if it is not. Every exported function calls this before it uses anything that is found at start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ensure()
    {
        if (!VirtualClock.IsReady)
            Run();
    }

    /// <summary>The library's constructor (<c>DT_INIT_ARRAY</c>; constructor.s).</summary>
    /// <remarks>
    /// Makes those system calls already here that the first wait would otherwise make. Afterwards the program may install a seccomp filter that ends
    /// it at any system call but the real function's own. glibc's loader passes the arguments, musl's none.
    /// </remarks>
    [RuntimeExport("virttime_constructor")]
    private static void Constructor(int count, byte** arguments, byte** environment)
    {
        bool hasLibc = Auxv.HasLibc;
        if (!hasLibc)
            Auxv.Use(VectorBehind(environment));
        Ensure();
        if (Volatile.Read(ref s_config) == None)
            return;
        if (hasLibc)
            LetLibcFindTheVdso();
        else
            Real.ResolveInVdso();
        VdsoCopy.Install(&VdsoFunctions.Replacement);
        if (!hasLibc)
            return;
        SlotClaim.Prepare();
        ConditionClock.Prepare();
        ProcFile.NoteInherited();
    }

    // The kernel put the auxiliary vector behind the null that ends the environment.
    private static nuint* VectorBehind(byte** environment)
    {
        while (*environment != null)
            environment++;
        return (nuint*)(environment + 1);
    }

    // musl looks for the vDSO when it first reads a clock. It also reads clocks inside its waits, to which this library passes host deadlines. So it
    // has to find the real vDSO, before the auxiliary vector points to the copy. glibc looks for it before any library is loaded.
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
        Libraries.Note();
        ClockReads.Prepare();
        WallClockReads.Prepare();
        Opens.Prepare();
        nint vdso = Vdso.FindClockGettime();
        if (Volatile.Read(ref s_config) == 0)
            Decide(OpenConfig());

        MappedConfig* config = Config;
        if (config != null)
        {
            Use(vdso, config);
            return;
        }

        fixed (MappedConfig* empty = &s_empty)
        fixed (timespec* offset = &s_noOffset)
        fixed (ConfigExtension* extension = &s_noExtension)
        {
            MappedConfig.MakeEmpty(empty, offset, extension);
            VirtualClock.Use(vdso, empty);
        }
    }

    /// <summary>Makes the library ready in a static program, whose entry the launcher has replaced by placed_start.*.s.</summary>
    /// <remarks>There is no libc to call and no function to interpose: the program reads the clocks through the copy of the vDSO.</remarks>
    /// <param name="vector">The auxiliary vector on the initial stack.</param>
    /// <param name="path">The path of the config file.</param>
    /// <returns>0, or 1 if the program cannot run on virtual clocks; the reason is then on standard error.</returns>
    [RuntimeExport("virttime_place")]
    private static int Place(nuint* vector, byte* path)
    {
        Auxv.Use(vector);
        Real.ResolveInVdso();
        MappedConfig* config = MappedConfig.Open(path);
        if (config == null)
            return 1;
        Decide(config);
        nint vdso = Vdso.FindClockGettime();
        Use(vdso, config);

        // Without a function that reads clocks in the vDSO, the program would read them by system calls of its own.
        if (vdso != 0)
            VdsoCopy.Install(&VdsoFunctions.Replacement);
        if (VdsoCopy.Image != null)
            return 0;
        Diagnostic.CannotCopyVdso();
        return 1;
    }

    private static void Use(nint vdso, MappedConfig* config)
    {
        SlotChunks.Use(config);
        VirtualClock.Use(vdso, config);
    }

    private static MappedConfig* OpenConfig()
    {
        // A set-user-ID program gets the library through /etc/ld.so.preload. Its caller must choose neither its date nor a file that it opens.
        if (Auxv.getauxval(Auxv.AT_SECURE) != 0)
            return null;
        byte** environment = Environment.Current();
        fixed (byte* variable = "VIRT_TIME_CONF="u8, name = "VIRT_TIME_CONF"u8, inherit = "VIRT_TIME_INHERIT="u8)
        {
            // A program without this library, such as a static shell, cannot take the variables out of a child's environment. So the child obeys
            // VIRT_TIME_INHERIT=0 itself.
            if (InheritedEnvironment.IsNo(Environment.Find(environment, inherit)))
                return null;
            byte* path = Environment.Find(environment, variable);
            if (path != null && *path != 0)
                return MappedConfig.Open(path);
            Diagnostic.IsNotSet(name);
            return null;
        }
    }

    private static void Decide(MappedConfig* config)
    {
        long decision = config == null ? None : (nint)config;
        if (Interlocked.CompareExchange(ref s_config, decision, 0) != 0 && config != null)
            MappedConfig.Unmap(config);
    }
}

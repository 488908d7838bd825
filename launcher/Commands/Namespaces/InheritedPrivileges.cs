using VirtTime.Base;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.Commands.Namespaces;

/// <summary>The capability sets and securebits that a process passes on by exec (<c>capabilities(7)</c>). A new user namespace resets them.</summary>
internal sealed unsafe class InheritedPrivileges
{
    private const int LastCapability = 63;
    private const int SECBIT_NOROOT = 1;

    private readonly CapabilitySets _sets = CapabilitySets.OfThisProcess();
    private readonly int _secureBits = SystemCalls.prctl(SystemCalls.PR_GET_SECUREBITS, 0, 0, 0, 0);

    private InheritedPrivileges()
    {
    }

    /// <summary>Reads those of this process. Call it before the process enters a user namespace.</summary>
    public static InheritedPrivileges Note() => new();

    /// <summary>The capabilities that the command would have had outside the user namespace.</summary>
    public ulong OfCommand => Syscall.geteuid() == 0 && (_secureBits & SECBIT_NOROOT) == 0 ? _sets.Inheritable | _sets.Bounding : _sets.Ambient;

    /// <summary>Sets them again inside the user namespace. They are the same as before, but they count only inside.</summary>
    /// <returns>Whether the kernel has accepted all of them.</returns>
    public bool TryRestore()
    {
        bool isDone = true;
        CapabilitySets inside = CapabilitySets.OfThisProcess();
        for (int number = 0; number <= LastCapability; number++)
        {
            if (CapabilitySets.Has(inside.Bounding & ~_sets.Bounding, number))
                isDone &= SystemCalls.prctl(SystemCalls.PR_CAPBSET_DROP, number, 0, 0, 0) == 0;
        }

        isDone &= TrySet(inside with { Inheritable = _sets.Inheritable });
        for (int number = 0; number <= LastCapability; number++)
        {
            if (CapabilitySets.Has(_sets.Ambient, number))
                isDone &= SystemCalls.prctl(SystemCalls.PR_CAP_AMBIENT, SystemCalls.PR_CAP_AMBIENT_RAISE, number, 0, 0) == 0;
        }

        // The securebits come last, because SECBIT_NO_CAP_AMBIENT_RAISE forbids raising ambient capabilities.
        return isDone & (_secureBits <= 0 || SystemCalls.prctl(SystemCalls.PR_SET_SECUREBITS, _secureBits, 0, 0, 0) == 0);
    }

    private static bool TrySet(CapabilitySets sets)
    {
        const uint _LINUX_CAPABILITY_VERSION_3 = 0x20080522;
        ulong header = _LINUX_CAPABILITY_VERSION_3;
        uint* data = stackalloc uint[6];
        for (int half = 0; half < 2; half++)
        {
            data[(3 * half) + 0] = (uint)(sets.Effective >> (32 * half));
            data[(3 * half) + 1] = (uint)(sets.Permitted >> (32 * half));
            data[(3 * half) + 2] = (uint)(sets.Inheritable >> (32 * half));
        }

        return SystemCalls.syscall(SystemCalls.SYS_capset, (nint)(&header), (nint)data, 0, 0, 0) == 0;
    }
}

using System.Runtime.CompilerServices;
using VirtTime.Config;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Exec;

/// <summary>A call that executes another program.</summary>
/// <remarks>
/// If its environment lacks this library or the config file, the call gets a corrected copy. So the next program sees the same clocks, even if its
/// parent has cleaned the environment. May run in a signal handler, and in a <c>vfork</c> child, whose memory is the parent's: so it writes to the
/// caller's stack only, and to memory that it maps.
/// </remarks>
internal unsafe struct ExecCall
{
    /// <summary>The function to call if the environment can stay as it is.</summary>
    public RealFunction Unchanged;

    /// <summary>The function to call with a corrected environment.</summary>
    public RealFunction Changed;

    public Arguments Arguments;

    /// <summary>Points to the one of them that is the environment.</summary>
    public nint* Environment;

    public ExecTarget Target;

    private InheritedEnvironment _given;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Run(ExecCall* call)
    {
        Startup.Ensure();
        if (IsRight(call))
            return Real.Invoke(Real.AddressOf(call->Unchanged), &call->Arguments);
        nint result = BorrowedMemory.Lend(call->_given.Size, &RunChanged, call);
        return result == -Errno.ENOMEM ? Fail(call->Changed, Errno.ENOMEM) : result;
    }

    // Also if the environment cannot be read; the real function reports that.
    private static bool IsRight(ExecCall* call)
    {
        MappedConfig* config = Startup.Config;
        InheritedEnvironment* given = &call->_given;
        if (config == null || !given->TryRead((byte**)*call->Environment))
            return true;
        if (given->Leaves)
            return given->IsRight;
        ProgramKind kind = ExecTarget.Inspect(&call->Target);
        if (kind == ProgramKind.StaticGo && given->Warns && config->IsShifted)
            Diagnostic.WarnOfStaticGo(call->Target.File);
        return given->IsRight || (kind == ProgramKind.Foreign && given->LacksInterposer);
    }

    private static nint RunChanged(byte* memory, void* state)
    {
        ExecCall* call = (ExecCall*)state;
        *call->Environment = (nint)InheritedEnvironment.Write(memory, &call->_given);
        return Real.Invoke(Real.AddressOf(call->Changed), &call->Arguments);
    }

    /// <summary>Fails as the real function does: returns the error number, or sets <c>errno</c> to it and returns −1 or null.</summary>
    public static nint Fail(RealFunction function, int error)
    {
        if (function < RealFunction.FirstThatSetsErrno)
            return error;
        Errno.Value = error;
        return function < RealFunction.FirstThatReturnsZero ? -1 : 0;
    }
}

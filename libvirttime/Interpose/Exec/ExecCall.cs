using System.Runtime.CompilerServices;
using VirtTime.Config;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Exec;

/// <summary>
/// A call that executes another program. Its environment is passed on as it is, or, where it lacks this library or the config file, as it has to be:
/// the program that runs next is to see the same clocks, whoever cleans its environment.
/// </summary>
/// <remarks>
/// May run in a signal handler, and in a <c>vfork</c> child, whose memory is the parent's: nothing is written but the caller's stack.
/// </remarks>
internal unsafe struct ExecCall
{
    /// <summary>What is called with the environment as it is, and what is called with another one.</summary>
    public RealFunction Unchanged;

    public RealFunction Changed;

    public Arguments Arguments;

    /// <summary>Where the environment stands among them.</summary>
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

    // Also where the environment cannot be read, for which the real function has its answer.
    private static bool IsRight(ExecCall* call)
    {
        MappedConfig* config = Startup.Config;
        return config == null
            || !call->_given.TryRead((byte**)*call->Environment)
            || call->_given.IsRight
            || (call->_given.LacksInterposer && ExecTarget.IsForeign(&call->Target));
    }

    private static nint RunChanged(byte* memory, void* state)
    {
        ExecCall* call = (ExecCall*)state;
        *call->Environment = (nint)InheritedEnvironment.Write(memory, &call->_given);
        return Real.Invoke(Real.AddressOf(call->Changed), &call->Arguments);
    }

    /// <summary>What a function returns that fails with an error number, of which it may set <c>errno</c>.</summary>
    public static nint Fail(RealFunction function, int error)
    {
        if (function < RealFunction.FirstThatSetsErrno)
            return error;
        Errno.Value = error;
        return function < RealFunction.FirstThatReturnsZero ? -1 : 0;
    }
}

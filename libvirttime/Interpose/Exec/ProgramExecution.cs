using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>Interposes the functions that replace the calling program, except for the variadic ones (<see cref="VariadicExecution"/>).</summary>
internal static unsafe class ProgramExecution
{
    // man 2 execve
    [RuntimeExport("execve")]
    private static int execve(byte* path, nint arguments, byte** environment) =>
        Execute(RealFunction.execve, RealFunction.execve, path, arguments, environment);

    // man 3 exec
    [RuntimeExport("execv")]
    private static int execv(byte* path, nint arguments) =>
        Execute(RealFunction.execv, RealFunction.execve, path, arguments, Environment.FromVariable());

    // man 3 exec
    [RuntimeExport("execvp")]
    private static int execvp(byte* file, nint arguments) =>
        Execute(RealFunction.execvp, RealFunction.execvpe, file, arguments, Environment.FromVariable());

    // man 3 exec
    [RuntimeExport("execvpe")]
    private static int execvpe(byte* file, nint arguments, byte** environment) =>
        Execute(RealFunction.execvpe, RealFunction.execvpe, file, arguments, environment);

    /// <summary>Executes a program by one of these functions.</summary>
    /// <param name="unchanged">The function to call if the environment can stay as it is. If it takes no environment, that argument does no
    /// harm.</param>
    /// <param name="changed">The function to call with a corrected environment.</param>
    /// <param name="file">A path, or a name that <c>execvp</c> searches for.</param>
    /// <param name="arguments">An array that ends with null.</param>
    /// <param name="environment">An array that ends with null.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Execute(RealFunction unchanged, RealFunction changed, byte* file, nint arguments, byte** environment)
    {
        ExecCall call;
        call.Unchanged = unchanged;
        call.Changed = changed;
        Arguments.Set(&call.Arguments, (nint)file, arguments, (nint)environment);
        call.Environment = &call.Arguments.Third;
        call.Target.Directory = file == null ? -1 : Mman.AT_FDCWD;
        call.Target.File = file;
        call.Target.IsSearched = changed == RealFunction.execvpe;
        return (int)ExecCall.Run(&call);
    }

    // man 3 fexecve; glibc's fails without an environment, musl's takes null for an empty one
    [RuntimeExport("fexecve")]
    private static int fexecve(int descriptor, nint arguments, nint environment)
    {
        Startup.Ensure();
        if (environment == 0 && Real.Find(RealFunction.gnu_get_libc_version) != 0)
            return (int)Real.Call(RealFunction.fexecve, descriptor, arguments);
        ExecCall call;
        call.Unchanged = call.Changed = RealFunction.fexecve;
        Arguments.Set(&call.Arguments, descriptor, arguments, environment);
        call.Environment = &call.Arguments.Third;
        call.Target.Directory = descriptor;
        call.Target.File = null;
        return (int)ExecCall.Run(&call);
    }

    // man 2 execveat (glibc 2.34). A program may refer to execveat weakly, because older libcs lack it. With this library the reference is never
    // null, so this function makes the system call itself.
    [RuntimeExport("execveat")]
    private static int execveat(int directory, byte* path, nint arguments, nint environment, int flags)
    {
        Startup.Ensure();
        Arguments call;
        Arguments.Set(&call, SyscallNumbers.execveat, directory, (nint)path, arguments, environment, flags);
        return (int)RawExecveat(&call);
    }

    public static nint RawExecve(Arguments* arguments)
    {
        ExecCall call;
        call.Unchanged = call.Changed = RealFunction.syscall;
        call.Arguments = *arguments;
        call.Environment = &call.Arguments.Fourth;
        call.Target.Directory = Mman.AT_FDCWD;
        call.Target.File = (byte*)arguments->Second;
        call.Target.IsSearched = false;
        return ExecCall.Run(&call);
    }

    public static nint RawExecveat(Arguments* arguments)
    {
        ExecCall call;
        call.Unchanged = call.Changed = RealFunction.syscall;
        call.Arguments = *arguments;
        call.Environment = &call.Arguments.Fifth;
        call.Target.Directory = (int)arguments->Second;
        call.Target.File = (byte*)arguments->Third;
        call.Target.IsSearched = false;
        return ExecCall.Run(&call);
    }
}

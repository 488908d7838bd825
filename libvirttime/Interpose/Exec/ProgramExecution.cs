using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>The functions that execute a program in the place of this one, but for those with the arguments in a row (<see cref="VariadicExecution"/>).</summary>
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

    /// <summary>Any of them.</summary>
    /// <param name="unchanged">What is called where the environment can stay; where it does not take one, the last argument does no harm.</param>
    /// <param name="changed">What is called where it cannot.</param>
    /// <param name="file">A path, or what <c>execvp</c> looks for.</param>
    /// <param name="arguments">An array that ends in null.</param>
    /// <param name="environment">The same.</param>
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

    // man 3 fexecve; glibc's wants an environment, musl's takes none for an empty one
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

    // man 2 execveat (glibc 2.34); a program that refers to it weakly, for libcs without it, finds ours, which then has to do it
    [RuntimeExport("execveat")]
    private static int execveat(int directory, byte* path, nint arguments, nint environment, int flags)
    {
        Startup.Ensure();
        Arguments call;
        Arguments.Set(&call, SyscallNumbers.execveat, directory, (nint)path, arguments, environment, flags);
        return (int)RawExecveat(&call);
    }

    /// <summary><c>syscall(SYS_execve, …)</c>.</summary>
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

    /// <summary><c>syscall(SYS_execveat, …)</c>.</summary>
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

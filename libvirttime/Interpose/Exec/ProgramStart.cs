using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Exec;

/// <summary>Interposes the functions that execute a program in a child.</summary>
internal static unsafe class ProgramStart
{
    // man 3 posix_spawn
    [RuntimeExport("posix_spawn")]
    private static int posix_spawn(nint child, byte* path, nint actions, nint attributes, nint arguments, nint environment) =>
        Start(RealFunction.posix_spawn, child, path, actions, attributes, arguments, environment);

    // man 3 posix_spawn
    [RuntimeExport("posix_spawnp")]
    private static int posix_spawnp(nint child, byte* file, nint actions, nint attributes, nint arguments, nint environment) =>
        Start(RealFunction.posix_spawnp, child, file, actions, attributes, arguments, environment);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Start(
        RealFunction function, nint child, byte* file, nint actions, nint attributes, nint arguments, nint environment)
    {
        ExecCall call;
        call.Unchanged = call.Changed = function;
        Arguments.Set(&call.Arguments, child, (nint)file, actions, attributes, arguments, environment);
        call.Environment = &call.Arguments.Sixth;

        // The file actions may change the working directory first, so a relative path is not followed then.
        call.Target.Directory = actions == 0 ? Mman.AT_FDCWD : -1;
        call.Target.File = file;
        call.Target.IsSearched = function == RealFunction.posix_spawnp;
        return (int)ExecCall.Run(&call);
    }
}

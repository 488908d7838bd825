using System.Runtime;
using VirtTime.Interpose.Lookup;

namespace VirtTime.Interpose.Exec;

/// <remarks>
/// arm64 passes eight arguments in registers, the rest on the stack, variadic or not. Those lie one after another from the address of the first.
/// </remarks>
internal static unsafe partial class VariadicExecution
{
    private const nint RegistersBehindPath = 7;

    // man 3 exec
    [RuntimeExport("execl")]
    private static int execl(byte* path, nint a, nint b, nint c, nint d, nint e, nint f, nint g, nint onStack)
    {
        nint* row = stackalloc nint[] { a, b, c, d, e, f, g };
        return Execute(RealFunction.execl, path, row, &onStack);
    }

    // man 3 exec
    [RuntimeExport("execlp")]
    private static int execlp(byte* file, nint a, nint b, nint c, nint d, nint e, nint f, nint g, nint onStack)
    {
        nint* row = stackalloc nint[] { a, b, c, d, e, f, g };
        return Execute(RealFunction.execlp, file, row, &onStack);
    }

    // man 3 exec
    [RuntimeExport("execle")]
    private static int execle(byte* path, nint a, nint b, nint c, nint d, nint e, nint f, nint g, nint onStack)
    {
        nint* row = stackalloc nint[] { a, b, c, d, e, f, g };
        return Execute(RealFunction.execle, path, row, &onStack);
    }
}

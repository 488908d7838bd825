using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Exec;

/// <remarks>x86-64 passes six arguments in registers, and the others on the stack, one after another from the address of the first.</remarks>
internal static unsafe partial class VariadicExecution
{
    private const nint RegistersBehindPath = 5;

    private struct Registers
    {
        public nint A;
        public nint B;
        public nint C;
        public nint D;
        public nint E;
    }

    // man 3 exec
    [RuntimeExport("execl")]
    private static int execl(byte* path, nint a, nint b, nint c, nint d, nint e, nint onStack) =>
        Execute(RealFunction.execl, path, a, b, c, d, e, &onStack);

    // man 3 exec
    [RuntimeExport("execlp")]
    private static int execlp(byte* file, nint a, nint b, nint c, nint d, nint e, nint onStack) =>
        Execute(RealFunction.execlp, file, a, b, c, d, e, &onStack);

    // man 3 exec
    [RuntimeExport("execle")]
    private static int execle(byte* path, nint a, nint b, nint c, nint d, nint e, nint onStack) =>
        Execute(RealFunction.execle, path, a, b, c, d, e, &onStack);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Execute(RealFunction function, byte* file, nint a, nint b, nint c, nint d, nint e, nint* onStack)
    {
        Registers registers;
        registers.A = a;
        registers.B = b;
        registers.C = c;
        registers.D = d;
        registers.E = e;
        return Execute(function, file, &registers.A, onStack);
    }
}

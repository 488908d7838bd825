using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Exec;

/// <summary>
/// Interposes <c>execl</c>, <c>execlp</c> and <c>execle</c>, whose parameters after the path are the program's arguments, up to a null.
/// </summary>
internal static unsafe partial class VariadicExecution
{
    private struct Row
    {
        public RealFunction Function;
        public byte* File;
        public nint* InRegisters;
        public nint* OnStack;
        public nint Count;

        /// <summary>The argument at a position after the path, from 0.</summary>
        public readonly nint At(nint index) => index < RegistersBehindPath ? InRegisters[index] : OnStack[index - RegistersBehindPath];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Execute(RealFunction function, byte* file, nint* inRegisters, nint* onStack)
    {
        Row row;
        row.Function = function;
        row.File = file;
        row.InRegisters = inRegisters;
        row.OnStack = onStack;
        for (row.Count = 0; row.At(row.Count) != 0;)
            row.Count++;
        nint result = BorrowedMemory.Lend((row.Count + 1) * sizeof(nint), &ExecuteArray, &row);
        return result == -Errno.ENOMEM ? (int)ExecCall.Fail(function, Errno.ENOMEM) : (int)result;
    }

    private static nint ExecuteArray(byte* memory, void* state)
    {
        Row* row = (Row*)state;
        nint* arguments = (nint*)memory;
        for (nint i = 0; i <= row->Count; i++)
            arguments[i] = row->At(i);
        if (row->Function == RealFunction.execle)
            return ProgramExecution.Execute(RealFunction.execve, RealFunction.execve, row->File, (nint)arguments, (byte**)row->At(row->Count + 1));
        byte** environment = Environment.FromVariable();
        return row->Function == RealFunction.execlp
            ? ProgramExecution.Execute(RealFunction.execvp, RealFunction.execvpe, row->File, (nint)arguments, environment)
            : ProgramExecution.Execute(RealFunction.execv, RealFunction.execve, row->File, (nint)arguments, environment);
    }
}

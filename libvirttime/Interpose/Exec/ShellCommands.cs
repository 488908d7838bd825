using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>Interposes <c>system</c> and <c>popen</c>.</summary>
/// <remarks>
/// libc executes the shell by a call inside libc, with this process's own environment. If that needs a correction, the command is replaced by one
/// that sets the variables and executes the shell again. The first shell would read the host's clocks.
/// </remarks>
internal static unsafe class ShellCommands
{
    // A quoted character takes up to two bytes.
    private const nint MostPerByte = 2;
    private const nint WordsOfOurs = 128;

    private struct ShellCall
    {
        public RealFunction Function;
        public byte* Command;
        public nint Second;
        public InheritedEnvironment Given;
    }

    // man 3 system
    [RuntimeExport("system")]
    private static int system(byte* command, nint second, nint third, nint fourth) =>
        (int)Run(RealFunction.system, command, second, third, fourth);

    // man 3 popen
    [RuntimeExport("popen")]
    private static nint popen(byte* command, nint type, nint third, nint fourth) => Run(RealFunction.popen, command, type, third, fourth);

    // Another library may define a function of one of these names with other parameters, so all four arguments are passed on.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Run(RealFunction function, byte* command, nint second, nint third, nint fourth)
    {
        Startup.Ensure();
        ShellCall call;
        InheritedEnvironment* given = &call.Given;
        if (command == null || Startup.Config == null || !given->TryRead(Environment.FromVariable()) || given->Leaves || given->IsRight
            || !UserMemory.IsReadableText(command))
            return Real.Call(function, (nint)command, second, third, fourth);
        call.Function = function;
        call.Command = command;
        call.Second = second;
        nint texts = CString.Length(command) + CString.Length(given->Config) + given->PreloadSize;
        nint result = BorrowedMemory.Lend((MostPerByte * texts) + WordsOfOurs + given->PreloadSize, &RunChanged, &call);
        return result == -Errno.ENOMEM ? ExecCall.Fail(function, Errno.ENOMEM) : result;
    }

    // Writes: export "LD_PRELOAD=…" VIRT_TIME_CONF="…";exec /bin/sh -c -- "…" sh
    private static nint RunChanged(byte* memory, void* state)
    {
        ShellCall* call = (ShellCall*)state;
        byte* preload = memory;
        byte* command = call->Given.WritePreload(preload) + 1;
        byte* end = AppendQuoted(CString.Append(command, "export "u8), preload);
        end = AppendQuoted(CString.Append(end, " VIRT_TIME_CONF="u8), call->Given.Config);
        end = AppendQuoted(CString.Append(end, ";exec /bin/sh -c -- "u8), call->Command);
        CString.Append(end, " sh"u8);
        return Real.Call(call->Function, (nint)command, call->Second);
    }

    // Uses double quotes, in which four characters take a backslash. In single quotes an apostrophe would take four bytes, and the kernel accepts at
    // most 128 KiB for one argument.
    private static byte* AppendQuoted(byte* to, byte* text)
    {
        *to++ = (byte)'"';
        for (; *text != 0; text++)
        {
            if (*text is (byte)'"' or (byte)'$' or (byte)'`' or (byte)'\\')
                *to++ = (byte)'\\';
            *to++ = *text;
        }

        *to++ = (byte)'"';
        return to;
    }
}

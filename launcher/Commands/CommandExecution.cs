using System.Runtime.InteropServices;
using VirtTime.Base;
using VirtTime.Placement;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary>Turns this process into the target.</summary>
internal static unsafe class CommandExecution
{
    private const string Shell = "/bin/sh";

    /// <summary>Returns only if the target cannot be executed; the result says why.</summary>
    /// <param name="path">The file to execute.</param>
    /// <param name="arguments">Byte strings. The first one is the command's name as the user typed it.</param>
    /// <param name="traced">The tracer that places the library into the target; null without one.</param>
    public static LauncherException Execute(string path, string[] arguments, EnvironmentBlock environment, TracedExec? traced = null)
    {
        byte** argumentPointers = CopyStrings(arguments);
        byte** environmentPointers = CopyStrings(environment.Entries);
        SignalDispositions.Restore();
        if (traced?.WhyNotKept() is string whyNot)
        {
            traced.Abandon();
            return new LauncherException(path, Verdict.NotPlaced + whyNot + ", or use --backend namespace");
        }

        SystemCalls.execve(path, argumentPointers, environmentPointers);
        int error = ErrorNumber.Last;
        traced?.Abandon();

        // execvp(3), and so env(1), gives a script without "#!" to the shell. They do the same with a program that the kernel refuses, although the
        // shell takes its bytes for commands. The launcher does not.
        if (error == ErrorNumber.ENOEXEC && !IsProgram(path))
        {
            SystemCalls.execve(Shell, CopyStrings([Shell, path, .. arguments[1..]]), environmentPointers);
            error = ErrorNumber.Last;
        }

        return Explain(arguments[0], error);
    }

    private static bool IsProgram(string path)
    {
        using ProgramFile file = ProgramFile.Open(path);
        return ElfProgram.IsElf(file.Head);
    }

    private static LauncherException Explain(string command, int error) => error switch
    {
        ErrorNumber.ENOENT => new LauncherException(command, "its interpreter does not exist", ExitStatus.CommandNotFound),
        ErrorNumber.ENOEXEC => new LauncherException(command, "is not a program that this machine can run", ExitStatus.CommandCannotRun),
        ErrorNumber.E2BIG => new LauncherException(command, "argument list too long", ExitStatus.CommandCannotRun),
        _ => new LauncherException(command, ErrorNumber.Text(error), ExitStatus.CommandCannotRun),
    };

    /// <summary>Makes an array of C strings that ends with null. It is never freed, because exec replaces the memory.</summary>
    private static byte** CopyStrings(IReadOnlyList<string> strings)
    {
        nuint size = 0;
        for (int i = 0; i < strings.Count; i++)
            size += (nuint)strings[i].Length + 1;

        byte** pointers = (byte**)NativeMemory.Alloc((nuint)(strings.Count + 1), (nuint)sizeof(byte*));
        byte* bytes = (byte*)NativeMemory.Alloc(size + 1);
        for (int i = 0; i < strings.Count; i++)
        {
            pointers[i] = bytes;
            ByteString.CopyTo(strings[i], bytes);
            bytes += strings[i].Length + 1;
        }

        pointers[strings.Count] = null;
        return pointers;
    }
}

using VirtTime.Native;

namespace VirtTime.Target;

/// <summary>Follows a command to the program that will run in the end, and says whether the interposer gets into it.</summary>
internal sealed class TargetInspection
{
    private const string Shell = "/bin/sh";
    private const string PrivilegeRemedy = "run it as the user or group that it belongs to, or run a copy without these privileges";

    // The kernel gives up after so many interpreters (exec_binprm).
    private const int MostInterpreters = 5;

    private readonly List<FindingStep> _steps = [];

    /// <param name="path">The file to be executed, as <see cref="SearchPath"/> found it.</param>
    /// <exception cref="LauncherException">It cannot be run at all: 126 or 127.</exception>
    public static Finding Inspect(string path) => new TargetInspection().Follow(path);

    private Finding Follow(string path)
    {
        if (_steps.Count > MostInterpreters)
            throw new LauncherException(path, "too many interpreters of interpreters", ExitStatus.CommandCannotRun);

        using ProgramFile? file = ProgramFile.TryOpen(path);
        if (file is null)
            return End(path, "not readable, so not inspected", null);

        if (file.Head.IsEmpty)
            throw new LauncherException(path, "is an empty file; there is nothing to run", ExitStatus.CommandCannotRun);

        int bits = ElfProgram.Bits(file.Head);
        if (bits != 0)
            return FollowElf(file, bits);

        if (ScriptHead.TryParse(file.Head) is ScriptHead script)
            return FollowScript(path, script);

        return FollowOther(file);
    }

    private Finding FollowElf(ProgramFile file, int bits)
    {
        if (ForeignElf.Explain(file.Head, bits) is string foreign)
            return End(file.Path, "foreign program", BinfmtMisc.FindInterpreter(file) is string handler
                ? $"{foreign}; binfmt_misc would run it in {handler}"
                : foreign);

        ElfProgram? elf = ElfProgram.TryRead(file);
        if (elf is null)
            throw new LauncherException(file.Path, "is a damaged ELF file", ExitStatus.CommandCannotRun);

        string? loader = elf.Loader;
        if (loader is null && LauncherProgram.Is(file))
            return End(file.Path, "launcher", null);

        if (loader is null)
            return elf.IsLoader ? End(file.Path, "dynamic loader", null) : End(file.Path, "static program", ExplainStatic(elf));

        CheckInterpreter(file.Path, loader, "loader");
        string kind = elf.IsGo ? "dynamic Go program" : "dynamic program";
        string? raises = Privileges.WouldRaise(file);
        return End(file.Path, kind, raises is null ? null : $"{raises}, so that the loader would drop LD_PRELOAD; {PrivilegeRemedy}");
    }

    private static string ExplainStatic(ElfProgram elf) => elf.IsGo
        ? "is a static Go program, into which nothing can be preloaded; build it with CGO_ENABLED=1 and a cgo import, or -linkmode=external"
        : "is statically linked, so that nothing can be preloaded into it; link it dynamically";

    private Finding FollowScript(string path, ScriptHead script)
    {
        if (script.Interpreter.Length == 0)
            throw new LauncherException(path, "has no interpreter behind #!; name one, as in #!/bin/sh", ExitStatus.CommandCannotRun);

        CheckInterpreter(path, script.Interpreter, "interpreter");
        bool isEnv = EnvCommand.IsEnv(script.Interpreter);
        if (isEnv && EnvCommand.DropsPreload(script.Argument))
            return End(path, "script", "has env take LD_PRELOAD out of the environment; leave out its option -i or -u LD_PRELOAD");

        _steps.Add(new FindingStep(path, "script"));
        if (!isEnv)
            return Follow(script.Interpreter);

        // env itself must take the interposer along as well; a static one (busybox) does not read the clock, and passes it on.
        string? command = EnvCommand.FindCommand(script.Argument);
        _steps.Add(new FindingStep(script.Interpreter, "env"));
        return command is null ? new Finding(_steps, null) : Follow(SearchPath.Resolve(command));
    }

    private Finding FollowOther(ProgramFile file)
    {
        string? handler = BinfmtMisc.FindInterpreter(file);
        _steps.Add(new FindingStep(file.Path, handler is null ? "script without #!" : "file for a registered interpreter"));
        return Follow(handler ?? Shell);
    }

    private static void CheckInterpreter(string path, string interpreter, string kind)
    {
        if (SystemCalls.statx(SystemCalls.AT_FDCWD, interpreter, 0, statx_buffer.STATX_BASIC_STATS, out statx_buffer status) != 0)
        {
            throw new LauncherException(
                path,
                $"its {kind} {interpreter} is missing ({Errno.Text(Errno.Last)}); install it, or correct the name",
                ExitStatus.CommandNotFound);
        }

        bool executable = SystemCalls.faccessat(SystemCalls.AT_FDCWD, interpreter, SystemCalls.X_OK, SystemCalls.AT_EACCESS) == 0;
        if (!status.IsRegularFile || !executable)
            throw new LauncherException(
                path, $"its {kind} {interpreter} is not an executable file; correct the name", ExitStatus.CommandCannotRun);
    }

    private Finding End(string path, string kind, string? escape)
    {
        _steps.Add(new FindingStep(path, kind));
        return new Finding(_steps, escape);
    }
}

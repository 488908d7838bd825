using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>Follows a command to the program that will finally run, and finds out whether the library will be loaded into it.</summary>
internal sealed class TargetInspection
{
    private const string Shell = "/bin/sh";
    private const string Env = "env";
    private const string Script = "script";
    private const string SomeConfig = "/";
    private const string PrivilegeRemedy = "run it as the user or group that it belongs to, or run a copy without these privileges";

    // The kernel refuses more interpreters than this (exec_binprm). The count starts again when env executes its command, and when a
    // shell runs a script without #!.
    private const int MostInterpreters = 5;
    private const int MostSteps = 40;

    private readonly List<FindingStep> _steps = [];
    private EnvironmentBlock _environment;
    private string? _directory;
    private int _interpreters;

    // The config file's path is not known yet, so the environment gets a placeholder.
    private TargetInspection(EnvironmentBlock environment) => _environment = environment.With(EnvironmentBlock.ConfigPath, SomeConfig);

    /// <param name="command">The command with its arguments, as the user gave it.</param>
    /// <param name="environment">The command's environment, apart from <c>VIRT_TIME_CONF</c>.</param>
    /// <exception cref="LauncherException">The command cannot be run at all (status 126 or 127).</exception>
    public static Finding Inspect(string[] command, EnvironmentBlock environment) => new TargetInspection(environment).FollowCommand(command);

    private Finding FollowCommand(string[] command)
    {
        LauncherException? missing = null;
        int steps = _steps.Count;
        foreach (string path in SearchPath.Matches(command[0], _environment, _directory))
        {
            _steps.RemoveRange(steps, _steps.Count - steps);
            _interpreters = 0;
            try
            {
                return Follow(path, command[1..]);
            }
            catch (LauncherException exception) when (exception.ExitStatus == ExitStatus.CommandNotFound)
            {
                missing ??= exception;
            }
        }

        throw missing!;
    }

    private Finding Follow(string path, string[] arguments)
    {
        if (_interpreters > MostInterpreters)
            throw new LauncherException(path, "too many nested interpreters", ExitStatus.CommandCannotRun);

        if (_steps.Count > MostSteps)
            return End(path, "not inspected", null, "is started through too many scripts and programs to be inspected");

        using ProgramFile file = ProgramFile.Open(path);
        if (!file.IsReadable)
            return EndUnreadable(file);

        int bits = ElfProgram.Bits(file.Head);
        if (bits != 0)
            return FollowElf(file, bits, arguments);

        if (ElfProgram.IsElf(file.Head))
            return EndDamaged(file);

        if (ScriptHead.TryParse(file.Head) is ScriptHead script)
            return FollowScript(path, script, arguments);

        return FollowOther(file, arguments);
    }

    // If the user may execute a program but not read it, the launcher knows only its mode. The program may be static.
    private Finding EndUnreadable(ProgramFile file) => Privileges.WouldRaise(file, isStatic: false) is string raises
        ? End(file.Path, "unreadable program", ExplainPrivileges(raises)) with { Raises = raises }
        : End(
            file.Path,
            "unreadable program",
            null,
            $"cannot be read ({ErrorNumber.Text(file.Error)}), so it may be static and run on the host's clocks");

    private Finding FollowElf(ProgramFile file, int bits, string[] arguments)
    {
        if (ForeignElf.Explain(file.Head, bits) is string foreign)
            return End(file.Path, FindingStep.Foreign, BinfmtMisc.FindInterpreter(file) is string handler
                ? $"{foreign}; binfmt_misc would run it in {handler}"
                : foreign);

        if (ElfProgram.TryRead(file) is not ElfProgram elf)
            return EndDamaged(file);

        string? loader = elf.Loader;
        if (loader is null && LauncherProgram.Is(file))
            return End(file.Path, "launcher", null);

        if (loader is not null)
            CheckInterpreter(file.Path, loader, "loader");

        string? raises = Privileges.WouldRaise(file, isStatic: loader is null && !elf.IsLoader);
        if (raises is null && EnvCommand.IsEnv(file.Path))
            return FollowEnv(file.Path, arguments, isDynamic: loader is not null);

        if (loader is null)
        {
            return elf.IsLoader
                ? End(file.Path, "dynamic loader", null)
                : EndStatic(file.Path, elf, raises);
        }

        return End(file.Path, elf.IsGo ? "dynamic Go program" : "dynamic program", raises is null ? null : ExplainPrivileges(raises)) with
        {
            Raises = raises,
        };
    }

    private Finding EndDamaged(ProgramFile file) =>
        End(file.Path, "damaged program", null, "is a damaged ELF file, which the kernel may refuse");

    private static string ExplainPrivileges(string raises) => $"{raises}, so the loader would ignore LD_PRELOAD; {PrivilegeRemedy}";

    // The launcher's tracer sees only the exec that the launcher makes. The kernel executes the interpreters of a script in that same exec.
    private Finding EndStatic(string path, ElfProgram elf, string? raises)
    {
        bool isDirect = _steps.TrueForAll(step => step.Kind == Script);
        string escape = (raises, elf.IsGo, isDirect) switch
        {
            (string, _, _) => $"is static and {raises}, and would lose these privileges while virttime-run places the library into it; {PrivilegeRemedy}",
            (_, true, true) =>
                "is a static Go program, so no library can be preloaded into it; omit --backend preload: then the library is placed into it",
            (_, true, false) => "is a static Go program, into which the library is placed only if virttime-run executes it directly; "
                + "give it as the command, or build it with CGO_ENABLED=1 and a cgo import, or -linkmode=external",
            _ when elf.IsPacked => "is packed by UPX, which hides whether it is a Go program; unpack it with upx -d",
            _ => "is statically linked, so no library can be preloaded into it; link it dynamically",
        };
        StaticProgram kind = !elf.IsGo ? StaticProgram.Other : elf.HasThreadVariables ? StaticProgram.GoWithLibc : StaticProgram.Go;
        return End(path, elf.IsGo ? "static Go program" : "static program", escape) with
        {
            Raises = raises,
            Static = isDirect && raises is null ? kind : StaticProgram.None,
        };
    }

    private Finding FollowScript(string path, ScriptHead script, string[] arguments)
    {
        if (script.Interpreter.Length == 0)
            throw new LauncherException(path, "has no interpreter after #!; name one, as in #!/bin/sh", ExitStatus.CommandCannotRun);

        CheckInterpreter(path, script.Interpreter, "interpreter");
        _steps.Add(new FindingStep(path, Script));
        _interpreters++;
        string[] argument = script.Argument is null ? [] : [script.Argument];
        return Follow(InDirectory(script.Interpreter), [.. argument, path, .. arguments]);
    }

    // A static env (busybox) passes on LD_PRELOAD only if its options keep it. A dynamic env loads the library, which adds both variables again when
    // env executes its command.
    private Finding FollowEnv(string path, string[] arguments, bool isDynamic)
    {
        _steps.Add(new FindingStep(path, Env));
        EnvCommand env = EnvCommand.Parse(arguments, _environment, _directory);
        string caller = (_steps.FindLast(step => step.Kind != Env) is { Path: string script } ? script : null) ?? path;
        if (!env.IsUnderstood)
            return End(caller, "options of env", null, "env has options that virttime-run does not know, so its command may run on the host's clocks");

        if (env.Command.Length == 0)
            return new Finding(_steps, null, null);

        EnvironmentBlock environment = isDynamic ? Completed(env.Environment) : env.Environment;
        if (ExplainEnvironment(environment) is string escape)
            return End(caller, "options of env", escape);

        _environment = environment;
        _directory = env.Directory;
        return FollowCommand(env.Command);
    }

    /// <summary>The environment that the library in env passes to the command: it adds the variables if they are missing.</summary>
    private static EnvironmentBlock Completed(EnvironmentBlock changed)
    {
        string? preload = changed.Find(EnvironmentBlock.Preload);
        if (!InterposerLibrary.IsIn(preload))
            changed = changed.With(EnvironmentBlock.Preload, InterposerLibrary.Prepend(InterposerLibrary.FileName, preload));

        return string.IsNullOrEmpty(changed.Find(EnvironmentBlock.ConfigPath)) ? changed.With(EnvironmentBlock.ConfigPath, SomeConfig) : changed;
    }

    private static string? ExplainEnvironment(EnvironmentBlock changed)
    {
        if (changed.Find(EnvironmentBlock.Inherit) == EnvironmentBlock.No)
            return "env sets VIRT_TIME_INHERIT=0, so its command would run on the host's clocks; omit that";

        string? preload = changed.Find(EnvironmentBlock.Preload);
        if (preload is null)
            return "env removes LD_PRELOAD from the environment; omit its option -i or -u LD_PRELOAD";

        if (!InterposerLibrary.IsIn(preload))
            return "env sets LD_PRELOAD without libvirttime.so; omit that";

        return changed.Find(EnvironmentBlock.ConfigPath) == SomeConfig
            ? null
            : "env changes VIRT_TIME_CONF, which names the config file; omit that";
    }

    private Finding FollowOther(ProgramFile file, string[] arguments)
    {
        string? handler = BinfmtMisc.FindInterpreter(file);
        _steps.Add(new FindingStep(file.Path, handler is null ? "script without #!" : "file for a registered interpreter"));
        _interpreters = handler is null ? 0 : _interpreters + 1;
        return Follow(handler ?? Shell, [file.Path, .. arguments]);
    }

    private void CheckInterpreter(string path, string interpreter, string kind)
    {
        string file = InDirectory(interpreter);
        if (statx_buffer.Of(file) is not statx_buffer status)
        {
            int error = ErrorNumber.Last;
            throw new LauncherException(
                path,
                $"its {kind} {interpreter} is missing ({ErrorNumber.Text(error)}); install it, or correct the name{LineEnd.HintFor(interpreter)}",
                error == ErrorNumber.ENOENT ? ExitStatus.CommandNotFound : ExitStatus.CommandCannotRun);
        }

        if (!status.IsRegularFile || !ExecutableFile.IsExecutable(file))
            throw new LauncherException(
                path, $"its {kind} {interpreter} is not an executable file; correct the name", ExitStatus.CommandCannotRun);
    }

    private string InDirectory(string path) => _directory is null || path is ['/', ..] ? path : $"{_directory.TrimEnd('/')}/{path}";

    private Finding End(string path, string kind, string? escape, string? doubt = null)
    {
        _steps.Add(new FindingStep(path, kind));
        return new Finding(_steps, escape, doubt);
    }
}

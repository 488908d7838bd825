using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.CommandLine;

/// <summary>Checks which options can be combined, if that depends on more than <see cref="OptionTable"/> says.</summary>
internal static class RequestRules
{
    /// <exception cref="LauncherException">The first contradiction that is found, or an empty value.</exception>
    public static void Check(Request request)
    {
        BackendRules.Check(request);
        OptionRules.CheckCompany(request.Arguments);
        Refuse(request.Config.Path is "", OptionNames.Config, "needs the name of a file");
        Refuse(request.Running.Install is "", OptionNames.Install, "needs the name of a directory");
        Refuse(request.Running.None && request.Command.Length == 0, OptionNames.None, "needs a command to run on the host's clocks");
        Refuse(request.Config.CriuAction && request.Config.Path is null, OptionNames.CriuAction, "needs --config FILE");

        bool isFormOfItsOwn = request.Config.List || request.Config.CriuAction || request.Running.None || request.Running.Install is not null;
        if (isFormOfItsOwn)
            return;

        CheckNewFile(request);
        CheckLayout(request);
        CheckChange(request);
        CheckCommand(request);
    }

    private static void CheckNewFile(Request request)
    {
        if (request.Config.Mode is null)
            return;

        Refuse(request.Pid is not null, OptionNames.ConfigMode, "is only for a new file; omit it with --pid");
        Refuse(request.Config.Path is null, OptionNames.ConfigMode, "needs --config FILE; only its user can access a private file");
    }

    private static void CheckChange(Request request)
    {
        ConfigOptions config = request.Config;
        bool savesOrResumes = config.Save || config.Resume;
        string saveOrResume = config.Save ? OptionNames.Save : OptionNames.Resume;
        bool namesNone = config.Path is null && request.Pid is null;
        Refuse(savesOrResumes && namesNone, saveOrResume, "needs --config FILE or --pid PID");
        Refuse(savesOrResumes && request.ChangesClocks, saveOrResume, "cannot be combined with a clock option");
        bool setsClocks = request.Monotonic is not null || request.Boottime is not null || request.SharesBoottime || request.ChangesDate;
        Refuse(request.Advance is not null && setsClocks, OptionNames.Advance, "moves all clocks by the same time; give no other clock option");
        Refuse(request.Advance is not null && namesNone, OptionNames.Advance, "needs --config FILE or --pid PID");
        bool changes = request.ChangesClocks || config.Resume;
        Refuse(config.NoFreeze && (namesNone || !changes), OptionNames.NoFreeze, "needs a clock option or --resume, and --config FILE or --pid PID");
        Refuse(config.KeepWaits && config.Resume, OptionNames.KeepWaits, "cannot keep the deadlines of another host; omit it with --resume");
        bool movesNothing = namesNone || !request.ChangesClocks;
        Refuse(config.KeepWaits && movesNothing, OptionNames.KeepWaits, "needs a clock option, and --config FILE or --pid PID");
        Refuse(config.Elapsed && !config.Resume, OptionNames.Elapsed, "needs --resume or --criu-action");
    }

    private static void CheckLayout(Request request)
    {
        ConfigOptions config = request.Config;
        if (config.Layout is null)
            return;

        bool createsNone = request.Pid is not null || config.Save || config.Resume || request.Advance is not null;
        bool hasNoRoom = !ConfigFormat.HasExtension(request.ConfigSize);
        bool needsRoom = request.Boottime is not null || request.ChangesDate;
        Refuse(createsNone, OptionNames.ConfigLayout, "is only for a new file; omit it with --pid, --save, --resume and --advance");
        Refuse(config.Path is null, OptionNames.ConfigLayout, "needs --config FILE; a private file always has VirtTime's layout");
        Refuse(hasNoRoom && needsRoom, OptionNames.ConfigLayout, "c has no room for a boottime offset or a date; omit --boottime-* and --realtime-*");
    }

    private static void CheckCommand(Request request)
    {
        ConfigOptions config = request.Config;
        OutputOptions output = request.Output;
        bool isChecked = request.Running.Check;
        if (request.Command.Length > 0)
        {
            bool shows = config.Save || (output.Json && !isChecked);
            Refuse(shows, "command", $"\"{request.Command[0]}\" cannot be run together with --save or --json");
            Refuse(output.PrintEnvironment, "command", "--print-env runs nothing; omit the command");
            return;
        }

        bool acts = request.Pid is not null || config.Save || output.Json;
        bool isNamed = config.Path is not null || request.Pid is not null;
        bool printsUnnamed = output.PrintEnvironment && config.Path is null;
        bool hasNothingToDo = !isNamed && !output.PrintEnvironment && !isChecked;
        Refuse(hasNothingToDo, "command", "missing; give a command, --config FILE or --pid PID, or see virttime-run --help");
        Refuse(printsUnnamed, OptionNames.PrintEnvironment, "needs --config FILE: the file must remain after virttime-run has exited");
        Refuse(output.PrintEnvironment && acts, OptionNames.PrintEnvironment, "cannot be combined with --pid, --save or --json");
        Refuse(isChecked, OptionNames.Check, "needs a command to inspect");
    }

    private static void Refuse(bool condition, string what, string reason)
    {
        if (condition)
            throw new LauncherException(what == "command" ? what : "--" + what, reason);
    }
}

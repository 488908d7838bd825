using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.CommandLine;

/// <summary>Which options go together.</summary>
internal static class RequestRules
{
    /// <exception cref="LauncherException">The first contradiction found, or an empty value.</exception>
    public static void Check(Request request)
    {
        LauncherOptions options = request.Options;
        if (options.Help || options.Version)
            return;

        BackendRules.Check(request);
        if (options.List)
        {
            CheckList(request);
            return;
        }

        if (options.Install is not null)
        {
            CheckInstall(request);
            return;
        }

        bool savesOrResumes = options.Save || options.Resume;
        string saveOrResume = options.Save ? OptionNames.Save : OptionNames.Resume;
        bool verboseTwice = options.Verbose && options.LogLevel is not null;
        bool namesTwo = options.Config is not null && request.Pid is not null;
        bool namesNone = options.Config is null && request.Pid is null;
        bool createsNone = request.Pid is not null && options.ConfigMode is not null;
        bool createsUnnamed = options.Config is null && options.ConfigMode is not null;
        Refuse(options.Config is "", OptionNames.Config, "needs the name of a file");
        Refuse(verboseTwice, OptionNames.Verbose, $"contradicts --{OptionNames.LogLevel}; give one of them");
        if (options.None)
        {
            CheckNone(request);
            return;
        }

        Refuse(namesTwo, OptionNames.Config, "contradicts --pid; give one of them");
        Refuse(createsNone, OptionNames.ConfigMode, "is for a file that is created; leave it out with --pid");
        Refuse(createsUnnamed, OptionNames.ConfigMode, "needs --config FILE; a private file is for its user only");
        CheckLayout(request);
        Refuse(savesOrResumes && namesNone, saveOrResume, "needs --config FILE or --pid PID");
        Refuse(options.Save && options.Resume, OptionNames.Save, "contradicts --resume; give one of them");
        Refuse(savesOrResumes && request.ChangesClocks, saveOrResume, "takes no clock option with it");
        bool setsClocks = request.Monotonic is not null || request.Boottime is not null || request.SharesBoottime || request.Realtime is not null;
        Refuse(request.Advance is not null && setsClocks, OptionNames.Advance, "moves all clocks from where they are; give no other clock option");
        Refuse(request.Advance is not null && namesNone, OptionNames.Advance, "needs --config FILE or --pid PID");
        bool changes = request.ChangesClocks || options.Resume;
        Refuse(options.NoFreeze && (namesNone || !changes), OptionNames.NoFreeze, "goes with a clock option or --resume, and --config FILE or --pid PID");
        Refuse(options.KeepWaits && options.Resume, OptionNames.KeepWaits, "cannot keep the deadlines of another host; leave it out with --resume");
        bool movesNothing = namesNone || !request.ChangesClocks;
        Refuse(options.KeepWaits && movesNothing, OptionNames.KeepWaits, "goes with a clock option, and --config FILE or --pid PID");
        bool goesOn = options.Resume || options.CriuAction;
        Refuse(options.Elapsed && !goesOn, OptionNames.Elapsed, "goes with --resume, or with --criu-action");
        if (options.CriuAction)
            CheckCriuAction(request);
        else
            CheckCommand(request);
    }

    private static void CheckLayout(Request request)
    {
        LauncherOptions options = request.Options;
        if (options.ConfigLayout is null)
            return;

        bool createsNone = request.Pid is not null || options.Save || options.Resume || request.Advance is not null;
        bool hasNoRoom = !ConfigFormat.HasExtension(request.ConfigSize);
        bool needsRoom = request.Boottime is not null || request.Realtime is not null;
        Refuse(createsNone, OptionNames.ConfigLayout, "is for a file that is created; leave it out with --pid, --save, --resume and --advance");
        Refuse(options.Config is null, OptionNames.ConfigLayout, "needs --config FILE; a private file is for VirtTime only");
        Refuse(hasNoRoom && needsRoom, OptionNames.ConfigLayout, "c has no room for a boottime offset or a date; leave --boottime-* and --realtime-* out");
    }

    private static void CheckCriuAction(Request request)
    {
        LauncherOptions options = request.Options;
        bool acts = options.Save || options.Resume || options.Check || options.Json || options.PrintEnvironment || options.Force || options.NoFreeze
            || options.KeepWaits;
        bool isMore = acts || request.ChangesClocks || request.Command.Length > 0 || options.ConfigMode is not null
            || options.ConfigLayout is not null;
        Refuse(options.Config is null || isMore, OptionNames.CriuAction, "goes with --config FILE and --elapsed only");
    }

    private static void CheckInstall(Request request)
    {
        LauncherOptions options = request.Options;
        bool namesFile = options.Config is not null || options.ConfigMode is not null || options.ConfigLayout is not null || request.Pid is not null;
        bool saves = options.Save || options.Resume || options.Elapsed || options.CriuAction;
        bool acts = request.ChangesClocks || saves || options.Check || options.Force || options.Json || options.PrintEnvironment || options.None
            || options.NoFreeze || options.KeepWaits;
        Refuse(options.Install is "", OptionNames.Install, "needs the name of a directory");
        Refuse(namesFile || acts || request.Command.Length > 0, OptionNames.Install, "copies virttime-run; no other option and no command goes with it");
    }

    private static void CheckList(Request request)
    {
        LauncherOptions options = request.Options;
        bool namesFile = options.Config is not null || options.ConfigMode is not null || options.ConfigLayout is not null || request.Pid is not null;
        bool saves = options.Save || options.Resume || options.Elapsed || options.CriuAction;
        bool acts = request.ChangesClocks || saves || options.Check || options.Force || options.PrintEnvironment
            || options.None || options.Install is not null || options.NoFreeze || options.KeepWaits;
        Refuse(namesFile || acts || request.Command.Length > 0, OptionNames.List, "lists all programs; it goes with --json only");
    }

    private static void CheckNone(Request request)
    {
        LauncherOptions options = request.Options;
        bool namesFile = options.Config is not null || options.ConfigMode is not null || options.ConfigLayout is not null || request.Pid is not null;
        bool acts = request.ChangesClocks || options.Save || options.Resume || options.Elapsed || options.CriuAction || options.Check
            || options.Force || options.Json || options.PrintEnvironment || options.Install is not null
            || options.NoFreeze || options.KeepWaits || options is BackendOptions { Backend: not null };
        Refuse(namesFile || acts, OptionNames.None, "runs a command on the host's clocks; it goes with --verbose and --log-level only");
        Refuse(request.Command.Length == 0, OptionNames.None, "needs a command to run on the host's clocks");
    }

    private static void CheckCommand(Request request)
    {
        LauncherOptions options = request.Options;
        bool acts = request.Pid is not null || options.Save || options.Json;
        if (request.Command.Length > 0)
        {
            bool shows = options.Save || options.Json;
            Refuse(shows, "command", $"\"{request.Command[0]}\" cannot be run together with --save or --json");
            Refuse(options.PrintEnvironment, "command", "nothing is run with --print-env; leave the command out");
            return;
        }

        bool named = options.Config is not null || request.Pid is not null;
        bool printsUnnamed = options.PrintEnvironment && options.Config is null;
        bool hasNothingToDo = !named && !options.PrintEnvironment && !options.Check;
        Refuse(hasNothingToDo, "command", "missing; give a command, --config FILE or --pid PID, or see virttime-run --help");
        Refuse(printsUnnamed, OptionNames.PrintEnvironment, "needs --config FILE, a file that stays when virttime-run is gone");
        Refuse(options.PrintEnvironment && acts, OptionNames.PrintEnvironment, "takes no --pid, --save or --json with it");
        Refuse(options.Check, OptionNames.Check, "needs a command to inspect");
    }

    private static void Refuse(bool condition, string what, string reason)
    {
        if (condition)
            throw new LauncherException(what == "command" ? what : "--" + what, reason);
    }
}

using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>What cannot be had with a time namespace.</summary>
internal static class BackendRules
{
    private const string Remedy = "; use --backend preload";

    /// <exception cref="LauncherException">The backend that was asked for cannot do what else was asked for.</exception>
    public static void Check(Request request)
    {
        if (request.Options is not BackendOptions { Backend: not null })
            return;

        if (request.Backend == Backend.Namespace && FindImpossible(request) is (string option, string reason))
            throw new LauncherException("--" + option, reason + Remedy);

        if (request.Command.Length == 0)
            throw new LauncherException("--" + OptionNames.Backend, "is for a command that is run; leave it out here");
    }

    /// <summary>The first option that a time namespace has nothing for, and why; null where it can do all that was asked for.</summary>
    public static (string Option, string Reason)? FindImpossible(Request request)
    {
        LauncherOptions options = request.Options;
        DatedOptions? dated = options as DatedOptions;
        if (dated?.RealtimeAt is not null)
            return (OptionNames.RealtimeAt, "a time namespace has the host's date");
        if (dated?.RealtimeOffset is not null)
            return (OptionNames.RealtimeOffset, "a time namespace has the host's date");
        if (options.Config is not null)
            return (OptionNames.Config, "a time namespace has no config file, by which it could be shared, adjusted or saved");
        if (options.Pid is not null)
            return (OptionNames.Pid, "a time namespace has no config file, by which it could share a program's clocks");
        if (options.Save || options.Resume)
            return (options.Save ? OptionNames.Save : OptionNames.Resume, "the clocks of a time namespace cannot be saved");
        if (options.Elapsed || options.CriuAction)
            return (options.Elapsed ? OptionNames.Elapsed : OptionNames.CriuAction, "the clocks of a time namespace cannot be saved");
        if (options.PrintEnvironment)
            return (OptionNames.PrintEnvironment, "variables do not bring a program into a time namespace");
        if (options.Json || options.List)
            return (options.Json ? OptionNames.Json : OptionNames.List, "a time namespace has no config file that could be shown");
        return null;
    }
}

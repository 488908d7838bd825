using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Commands.Criu;
using VirtTime.Commands.List;
using VirtTime.Commands.Show;
using VirtTime.Diagnostics;

namespace VirtTime.Commands;

/// <summary>Reads the command line and does what it asks for.</summary>
internal static class Dispatch
{
    /// <returns>The exit status. It does not return if it runs a command.</returns>
    /// <exception cref="LauncherException">The request is invalid or fails.</exception>
    public static int Run(string[] arguments)
    {
        ArgumentList list = ArgumentList.Parse(arguments, EnvironmentBlock.Current.Find);
        TypedOptions typed = TypedOptions.Read(list);
        if (typed.Output.Generate is string what)
        {
            OptionRules.CheckCompany(list);
            return Generation.Run(what);
        }

        if (typed.Output.Help || typed.Output.Version)
        {
            StandardStreams.WriteOutput(typed.Output.Help ? HelpText.Text : HelpText.VersionLine);
            return ExitStatus.Success;
        }

        OwnPrivileges.Check();
        Request request = Request.From(list, typed);
        // A process with more than one thread cannot enter a user namespace, and the logger has a thread. So with another backend it starts later.
        if (request.Backend is not (Backend.Namespace or Backend.Auto))
            Log.Start(request.LogLevel);
        if (request.Config.List)
            return ProcessListing.Run(request.Output.Json);

        if (request.Running.Install is string directory)
            return Installation.Run(directory);

        if (request.Config.CriuAction)
            return CriuAction.Run(request);

        if (request.Running.None)
            return HostLaunch.Run(request);

        if (request.Command.Length > 0)
            return request.Running.Check ? Check.Run(request) : Launch.Run(request);

        return request.Output.PrintEnvironment ? PrintEnvironment.Run(request) : StateCommand.Run(request);
    }
}

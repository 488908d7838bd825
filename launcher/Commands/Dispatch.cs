using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Commands.Criu;
using VirtTime.Commands.List;
using VirtTime.Commands.Show;
using VirtTime.Diagnostics;

namespace VirtTime.Commands;

/// <summary>From the command line to what it asks for.</summary>
internal static class Dispatch
{
    /// <returns>The exit status; a command that is run does not return.</returns>
    /// <exception cref="LauncherException">It cannot be done.</exception>
    public static int Run(string[] arguments)
    {
        ArgumentList list = ArgumentList.Parse(arguments, EnvironmentBlock.Current.Find);
        if (Generation.IsAsked(list))
            return Generation.Run(list);

        LauncherOptions options = OptionsParser.Parse(list.Options);
        if (options.Help || options.Version)
        {
            StandardStreams.WriteOutput(options.Help ? HelpText.Text : HelpText.VersionLine);
            return ExitStatus.Success;
        }

        OwnPrivileges.Check();
        Request request = Request.From(options, list.Command);
        // Its thread would keep the process out of a user namespace.
        if (request.Backend == Backend.Preload)
            Log.Start(request.LogLevel);
        if (options.List)
            return ProcessListing.Run(options.Json);

        if (options.Install is not null)
            return Installation.Run(options.Install);

        if (options.CriuAction)
            return CriuAction.Run(request);

        if (options.None)
            return HostLaunch.Run(request);

        if (request.Command.Length > 0)
            return options.Check ? Check.Run(request) : Launch.Run(request);

        return options.PrintEnvironment ? PrintEnvironment.Run(request) : StateCommand.Run(request);
    }
}

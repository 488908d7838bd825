using VirtTime.CommandLine;
using VirtTime.Diagnostics;
using VirtTime.Execution;

namespace VirtTime;

/// <summary>From the command line to what it asks for.</summary>
internal static class Dispatch
{
    /// <returns>The exit status; a command that is run does not return.</returns>
    /// <exception cref="LauncherException">It cannot be done.</exception>
    public static int Run(string[] arguments)
    {
        ArgumentList list = ArgumentList.Parse(arguments, EnvironmentBlock.Current.Find);
        LauncherOptions options = OptionsParser.Parse(list.Options);
        if (options.Help || options.Version)
        {
            StandardStreams.WriteOutput(options.Help ? HelpText.Text : HelpText.VersionLine);
            return ExitStatus.Success;
        }

        Request request = Request.From(options, list.Command);
        Log.Start(request.LogLevel);
        return Launch.Run(request);
    }
}

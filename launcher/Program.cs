using System.Runtime;
using VirtTime.Base;
using VirtTime.Commands;
using VirtTime.Diagnostics;

// A concurrent collection would start a thread. launcher.csproj says why they are not switched off there.
GCSettings.LatencyMode = GCLatencyMode.Batch;
try
{
    return Dispatch.Run(ArgumentVector.Read(args));
}
catch (LauncherException exception)
{
    Log.Finish();
    StandardStreams.WriteMessage(exception.Message);
    return exception.ExitStatus;
}
catch (Exception exception)
{
    // A bug in the launcher. It still prints one line and returns the launcher's own status.
    StandardStreams.WriteMessage($"internal error: {exception.GetType().Name}: {exception.Message}");
    return ExitStatus.LauncherFailed;
}
finally
{
    Log.Finish();
}

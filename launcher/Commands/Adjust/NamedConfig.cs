using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Processes;

namespace VirtTime.Commands.Adjust;

/// <summary>Creates, reuses or adjusts a config file that the user has named.</summary>
internal static class NamedConfig
{
    private const int CreationTries = 3;

    /// <summary>Brings the file into the state that the request asks for.</summary>
    /// <exception cref="LauncherException">The file cannot be created or used.</exception>
    public static void Prepare(string path, Request request) =>
        OpenOrCreate(path, request.ChangesClocks || request.Config.Resume, request);

    private static void OpenOrCreate(string path, bool toWrite, Request request)
    {
        for (int attempt = 0; attempt < CreationTries; attempt++)
        {
            using OpenConfig? file = OpenConfig.TryOpen(path, toWrite);
            if (file is not null)
            {
                if (file.HasOtherNames)
                    ConfigCreation.SweepTemporary(path);

                OwnerCheck.Refuse(file, request.Running.Force);
                if (request.Config.Layout is not null && file.Size != request.ConfigSize)
                    throw ConfigErrors.OtherLayout(path, file.Size);
                Use(file, request);
                return;
            }

            if (request.Config.Resume || request.Advance is not null)
                throw ConfigErrors.Missing(path);

            // TryCreate returns false if another launcher has created the file meanwhile. The next attempt uses that file.
            if (ConfigCreation.TryCreate(path, request.ConfigMode, request.ConfigSize, request.NewContent))
            {
                Log.Information($"created {path}");
                return;
            }
        }

        throw ConfigErrors.DanglingLink(path);
    }

    private static void Use(OpenConfig file, Request request)
    {
        if (request.Config.Resume)
        {
            SavedClocks.Resume(file, HostClocks.Now, ConfigAdjustment.Manner.Of(request), request.Config.Elapsed);
            Log.Information($"resumed {file.Path}");
            return;
        }

        CompleteWhatWasLeft(file);
        bool otherBoot = BootCheck.IsOfOtherBoot(ConfigHeader.Read(file));
        if (!request.ChangesClocks && otherBoot)
        {
            if (!request.Running.Force)
                throw ConfigErrors.OtherBoot(file.Path);

            StandardStreams.WriteMessage($"warning: {ConfigErrors.What(file.Path)}: was made on another boot or host");
        }

        if (!request.ChangesClocks)
        {
            Log.Information($"reusing {file.Path}");
            return;
        }

        ConfigAdjustment.Apply(file, request, HostClocks.Now);
        Log.Information($"changed {file.Path}");
    }

    // Taking the lock (ConfigLock) first completes a dead writer's change. Without this, the started program would wait for the dead writer, and
    // the launcher would compute with half-changed offsets.
    private static void CompleteWhatWasLeft(OpenConfig file)
    {
        if (file.IsWritable && ConfigHeader.ReadNow(file).IsUnfinished)
            using (new ConfigLock(file)) { }
    }
}

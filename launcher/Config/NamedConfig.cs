using VirtTime.CommandLine;
using VirtTime.Diagnostics;

namespace VirtTime.Config;

/// <summary>A config file that the user named: created, reused or adjusted.</summary>
internal static class NamedConfig
{
    private const int CreationTries = 3;

    /// <summary>Makes the file say what the request asks for.</summary>
    /// <exception cref="LauncherException">It cannot be created or used.</exception>
    public static void Prepare(string path, Request request)
    {
        for (int attempt = 0; attempt < CreationTries; attempt++)
        {
            using ConfigFile? file = ConfigFile.TryOpen(path, toWrite: request.ChangesClocks);
            if (file is not null)
            {
                Use(file, request);
                return;
            }

            // False where another launcher was faster: its file is there now, and is used like any other.
            if (ConfigCreation.TryCreate(path, request.ConfigMode, request.NewContent))
            {
                Log.Information($"created {path}");
                return;
            }
        }

        throw ConfigErrors.DanglingLink(path);
    }

    private static void Use(ConfigFile file, Request request)
    {
        bool otherBoot = BootCheck.IsOfOtherBoot(file);
        if (!request.ChangesClocks && otherBoot)
        {
            if (!request.Options.Force)
                throw ConfigErrors.OtherBoot(file.Path);

            StandardStreams.WriteMessage($"warning: {ConfigErrors.What(file.Path)}: was made on another boot or host");
        }

        if (!request.ChangesClocks)
        {
            Log.Information($"reusing {file.Path}");
            return;
        }

        ConfigAdjustment.Apply(file, request);
        Log.Information($"adjusted {file.Path}");
    }
}

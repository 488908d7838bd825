using System.Globalization;
using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Format;

namespace VirtTime.PrivateFiles;

/// <summary>Creates the private config file of a single run, if the user names none.</summary>
/// <remarks>
/// Its name begins with the launcher's PID namespace and process id, which become the target's. <see cref="PrivateSweep"/> deletes the
/// file only after that process has ended and no process has the file mapped or in its environment.
/// </remarks>
internal static class PrivateConfig
{
    // If "ulimit -f" forbids a whole file: room for the offset, no slots.
    private const long SizeUnderLimit = 4096;

    private const int MostFilesOfOneProcess = 10_000;

    /// <summary>Creates the file in the first directory that takes it, after sweeping the directory.</summary>
    /// <returns>The file's absolute path.</returns>
    /// <exception cref="LauncherException">The file cannot be created in any directory, or a clock would be below zero.</exception>
    public static string Create(Func<ConfigContent> content)
    {
        List<string> reasons = [];
        foreach (string candidate in PrivateDirectory.Candidates())
        {
            using PrivateDirectory? directory = PrivateDirectory.TryOpen(candidate, out string reason);
            if (directory is null)
            {
                reasons.Add($"{candidate}: {reason}");
                continue;
            }

            PrivateSweep.Run(directory);
            ConfigContent filled = content();
            try
            {
                return CreateIn(directory, filled);
            }
            catch (LauncherException exception)
            {
                Log.Debug($"{candidate}: {exception.Message}");
                reasons.Add(exception.Message);
            }
        }

        throw new LauncherException("config file", $"no directory can hold a private one ({string.Join("; ", reasons)}); give --config FILE");
    }

    private static string CreateIn(PrivateDirectory directory, ConfigContent content)
    {
        // FileAge computes the file's age from the stamp, even if the wall clock is set.
        long stamp = FileAge.Stamp();
        for (int number = 0; number < MostFilesOfOneProcess; number++)
        {
            string name = string.Concat(MakerName.Own.ToString(), ".", (stamp + number).ToString(CultureInfo.InvariantCulture));
            string path = directory.Path + "/" + name;
            const int Flags = SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_EXCL;
            using Descriptor file = Descriptor.OpenAt(directory.Descriptor, name, Flags, Permissions.OwnersFile);
            if (!file.IsOpen && ErrorNumber.Last == ErrorNumber.EEXIST)
                continue;

            if (!file.IsOpen)
                throw ConfigErrors.CannotWrite(path, ErrorNumber.Last);

            try
            {
                ConfigCreation.Fill(path, file.Number, Permissions.OwnersFile, SizeAllowed(), content);
                return path;
            }
            catch
            {
                SystemCalls.unlinkat(directory.Descriptor, name, 0);
                throw;
            }
        }

        throw ConfigErrors.CannotWrite(directory.Path, ErrorNumber.EEXIST);
    }

    private static long SizeAllowed()
    {
        bool limited = SystemCalls.getrlimit(SystemCalls.RLIMIT_FSIZE, out rlimit limit) == 0
            && limit.rlim_cur < (ulong)ConfigLayout.FileSize;
        return limited ? SizeUnderLimit : ConfigLayout.FileSize;
    }
}

using System.Globalization;
using VirtTime.Execution;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>Finds the config file that a running process has mapped.</summary>
internal static class ProcessConfig
{
    /// <summary>A path under which the launcher can open the file, also when the process sees another root directory.</summary>
    /// <exception cref="LauncherException">There is no such process, it cannot be read, or it has no config file mapped.</exception>
    public static string Find(int pid)
    {
        byte[] environment = SmallFile.TryRead($"/proc/{pid}/environ") ?? throw Unreadable(pid, Errno.Last);
        byte[] maps = SmallFile.TryRead($"/proc/{pid}/maps") ?? throw Unreadable(pid, Errno.Last);
        string variable = EnvironmentBlock.ConfigPath + "=";
        string[] entries = ByteString.From(environment).Split('\0');
        string? path = entries.FirstOrDefault(entry => entry.StartsWith(variable, StringComparison.Ordinal))?[variable.Length..];
        if (string.IsNullOrEmpty(path))
            throw new LauncherException($"--pid {pid}", "has no VIRT_TIME_CONF; it was not started by virttime-run");

        string? reachable = Places(pid, path).FirstOrDefault(place => IsMapped(place, maps));
        return reachable ?? throw new LauncherException(
            $"--pid {pid}", $"has not mapped its config file {path}; it runs on the host's clocks, or the file was replaced");
    }

    private static IEnumerable<string> Places(int pid, string path)
    {
        if (path[0] != '/')
        {
            yield return $"/proc/{pid}/cwd/{path}";
            yield break;
        }

        // Under its plain name where that is the same file, for messages that a person can read.
        yield return path;
        yield return $"/proc/{pid}/root{path}";
    }

    /// <summary>Whether a line of maps has the file's inode.</summary>
    /// <remarks>The device is not compared: Btrfs and overlayfs show another one there than <c>stat</c> does.</remarks>
    private static bool IsMapped(string path, byte[] maps)
    {
        const int InodeField = 4;
        if (SystemCalls.statx(SystemCalls.AT_FDCWD, path, 0, statx_buffer.STATX_BASIC_STATS, out statx_buffer status) != 0)
            return false;

        string inode = status.stx_ino.ToString(CultureInfo.InvariantCulture);
        string name = path[(path.LastIndexOf('/') + 1)..];
        foreach (string line in ByteString.From(maps).Split('\n'))
        {
            string[] fields = line.Split(' ', InodeField + 2, StringSplitOptions.None);
            if (fields.Length == InodeField + 2 && fields[InodeField] == inode && fields[1].EndsWith('s')
                && line.EndsWith(name, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static LauncherException Unreadable(int pid, int error) => new($"--pid {pid}", error switch
    {
        Errno.ENOENT or Errno.ESRCH => "no such process",
        Errno.EACCES or Errno.EPERM => "belongs to somebody else; run as its user or as root",
        _ => Errno.Text(error),
    });
}

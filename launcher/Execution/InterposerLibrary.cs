using VirtTime.Native;

namespace VirtTime.Execution;

/// <summary>Finds the interposer and puts it into <c>LD_PRELOAD</c>.</summary>
internal static class InterposerLibrary
{
    public const string FileName = "libvirttime.so";

    private const string Variable = "VIRTTIME_LIBRARY";
    private static readonly char[] s_separators = [' ', ':'];

    /// <summary>Its absolute path: beside the launcher, in <c>../lib/virttime/</c>, or where <c>VIRTTIME_LIBRARY</c> says.</summary>
    /// <exception cref="LauncherException">There is none, or <c>LD_PRELOAD</c> cannot hold its path.</exception>
    public static string Find()
    {
        string path = Candidates().FirstOrDefault(IsFile)
            ?? throw new LauncherException(
                FileName, $"not found beside virttime-run or in ../lib/virttime; reinstall, or set {Variable} to its path");
        if (path.AsSpan().IndexOfAny(s_separators) >= 0)
        {
            throw new LauncherException(
                FileName, $"\"{path}\" has a space or colon, which LD_PRELOAD cannot hold; install it elsewhere");
        }

        return path;
    }

    /// <summary>The path in front of what is there, once; another copy of the interposer is taken out.</summary>
    public static string Prepend(string path, string? preload)
    {
        string[] others = (preload ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(':', others.Where(other => !IsInterposer(other)).Prepend(path));
    }

    private static bool IsInterposer(string path) => path == FileName || path.EndsWith("/" + FileName, StringComparison.Ordinal);

    private static IEnumerable<string> Candidates()
    {
        string? launcher = SmallFile.TryReadLink("/proc/self/exe");
        if (launcher is not null)
        {
            string directory = launcher[..launcher.LastIndexOf('/')];
            yield return $"{directory}/{FileName}";
            yield return $"{directory[..Math.Max(directory.LastIndexOf('/'), 0)]}/lib/virttime/{FileName}";
        }

        string? named = EnvironmentBlock.Current.Find(Variable);
        if (!string.IsNullOrEmpty(named))
            yield return WorkingDirectory.Absolute(named);
    }

    private static bool IsFile(string path) =>
        SystemCalls.statx(SystemCalls.AT_FDCWD, path, 0, statx_buffer.STATX_BASIC_STATS, out statx_buffer status) == 0
            && status.IsRegularFile;
}

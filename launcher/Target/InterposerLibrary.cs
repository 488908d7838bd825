using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Target;

/// <summary>Finds the library and puts it into <c>LD_PRELOAD</c>.</summary>
internal static unsafe class InterposerLibrary
{
    public const string FileName = "libvirttime.so";

    private const string Variable = "VIRTTIME_LIBRARY";
    private const int PathLimit = 4096;

    /// <summary>The library's absolute path: beside the launcher, in <c>../lib/virttime/</c>, or the value of <c>VIRTTIME_LIBRARY</c>.</summary>
    /// <exception cref="LauncherException">The library is missing or cannot be loaded, or <c>LD_PRELOAD</c> cannot hold its path.</exception>
    public static string Find()
    {
        string path = Candidates().FirstOrDefault(IsFile) ?? throw NotFound();

        if (IsUnfit(path))
        {
            throw new LauncherException(
                FileName, $"\"{path}\" contains a space, a colon or a dollar sign, which LD_PRELOAD cannot hold; install it elsewhere");
        }

        return LibraryFile.WhyNotLoadable(path) is string reason ? throw new LauncherException(path, reason) : path;
    }

    /// <summary>Adds the path to a value of <c>LD_PRELOAD</c> (<see cref="PreloadOrder"/>), and removes other copies of the library.</summary>
    public static string Prepend(string path, string? preload) => Rewrite(path, preload, withInterposer: true);

    /// <summary>Removes all copies of the library from a value of <c>LD_PRELOAD</c>.</summary>
    public static string Remove(string? preload) => Rewrite(FileName, preload, withInterposer: false);

    /// <summary>Whether a value of <c>LD_PRELOAD</c> contains the library.</summary>
    public static bool IsIn(string? preload)
    {
        fixed (byte* list = Terminated(preload ?? ""), interposer = Terminated(FileName))
            return PreloadOrder.HasInterposer(list, interposer);
    }

    /// <summary>Whether <c>LD_PRELOAD</c> cannot hold a path: the loader splits at spaces and colons, and expands $ORIGIN and $LIB.</summary>
    public static bool IsUnfit(string path) => path.AsSpan().IndexOfAny(' ', ':', '$') >= 0;

    /// <summary>The path of the launcher's own file; null if unknown.</summary>
    public static string? LauncherPath() => SmallFile.TryReadLink("/proc/self/exe") ?? ExecutedPath();

    private static string Rewrite(string interposer, string? preload, bool withInterposer)
    {
        byte[] others = Terminated(preload ?? ""), own = Terminated(interposer), written = new byte[others.Length + own.Length];
        fixed (byte* to = written, list = others, path = own)
            return ByteString.From(written.AsSpan(0, (int)(PreloadOrder.Write(to, list, path, withInterposer) - to)));
    }

    private static byte[] Terminated(string text) => [.. ByteString.ToBytes(text), 0];

    private static IEnumerable<string> Candidates()
    {
        string? launcher = LauncherPath();
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

    /// <summary>The path that was executed, from the auxiliary vector; used if <c>/proc</c> is not mounted.</summary>
    private static string? ExecutedPath()
    {
        byte* executed = (byte*)SystemCalls.getauxval(SystemCalls.AT_EXECFN);
        byte* resolved = stackalloc byte[PathLimit];
        return executed != null && SystemCalls.realpath(ByteString.FromTerminated(executed), resolved) != null
            ? ByteString.FromTerminated(resolved)
            : null;
    }

    private static LauncherException NotFound()
    {
        foreach (string path in Candidates())
        {
            if (!IsFile(path) && ErrorNumber.Last == ErrorNumber.EACCES)
                return new(path, "cannot be searched for (permission denied); make its directories searchable for this user (chmod a+x)");
        }

        return new(FileName, $"not found beside virttime-run or in ../lib/virttime; reinstall, or set {Variable} to its path");
    }

    private static bool IsFile(string path) => statx_buffer.Of(path) is { IsRegularFile: true };
}

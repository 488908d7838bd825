using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>Temporary file names that end in their maker's name, so that a later launch can recognise and delete left-over files.</summary>
internal static class TemporaryNames
{
    /// <summary>
    /// Deletes files that begin with <paramref name="prefix"/> if their maker has ended. If the maker is of another PID namespace, deletes
    /// them when they are older than a day; a launcher needs them for milliseconds.
    /// </summary>
    public static void Sweep(string directory, string prefix)
    {
        using Descriptor opened = Descriptor.Open(directory, SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        if (!opened.IsOpen)
            return;

        foreach (string name in DirectoryEntries.Read(opened.Number))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && IsLeftOver(opened.Number, name, name.AsSpan(prefix.Length)))
                SystemCalls.unlinkat(opened.Number, name, 0);
        }
    }

    private static bool IsLeftOver(int directory, string name, ReadOnlySpan<char> suffix)
    {
        MakerName? maker = MakerName.Parse(suffix) ?? MakerName.ParseOld(suffix);
        return maker is { IsNeighbour: true }
            ? maker.Value.IsGone
            : maker is not null && FileAge.OfSeconds(directory, name) > FileAge.Day;
    }
}

using VirtTime.Base;

namespace VirtTime.Config;

/// <summary>File names that end in the name of their maker, so that a later launch can tell what was left behind.</summary>
internal static class TemporaryNames
{
    /// <summary>
    /// Deletes the files that begin with <paramref name="prefix"/> and whose maker is gone; where it cannot be asked for, being of another
    /// namespace, those that are older than a day: a launcher has one for milliseconds.
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

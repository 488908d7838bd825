using System.Globalization;
using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Checks by their marks (<see cref="UserMark"/>) whether the processes that were found are all users of a config file.</summary>
internal static unsafe class CountedUsers
{
    /// <summary>Whether the given processes are all users of the file; false also if that is unknown.</summary>
    /// <param name="processes">Ids of users that the search has found.</param>
    public static bool AreAll(OpenConfig file, UserSearch search, IReadOnlySet<int> processes)
    {
        if (search.Found.SawEverybody)
            return true;
        ConfigHeader header = ConfigHeader.ReadNow(file);
        if (!header.HasExtension || (header.Extension.flags & ConfigExtension.HasUncountedUsers) != 0)
            return false;

        List<long>? marks = Marks(file.Descriptor);
        if (marks is null || search.Proc is null || search.File is null)
            return false;
        HashSet<long> known = [];
        foreach (ConfigUser user in search.Users.Where(user => processes.Contains(user.ProcessId)))
            known.UnionWith(PossibleMarks(search.Proc, search.File, user));
        return marks.TrueForAll(known.Contains);
    }

    // F_OFD_GETLK reports one lock within the range. Search both parts of the range that this lock leaves.
    private static List<long>? Marks(int descriptor)
    {
        List<long> marks = [];
        Stack<(long First, long Last)> ranges = new([(UserMark.Start, long.MaxValue)]);
        while (ranges.TryPop(out (long First, long Last) range))
        {
            UserMark found = new() { l_type = UserMark.F_WRLCK, l_start = range.First, l_len = range.Last - range.First + 1 };
            if (SystemCalls.fcntl(descriptor, UserMark.F_OFD_GETLK, (nint)(&found)) != 0)
                return null;
            if (found.l_type == UserMark.F_UNLCK)
                continue;

            // A lock of more than one byte is not a user's mark: another program has set it.
            if (found.l_len != 1)
                return null;
            marks.Add(found.l_start);
            if (found.l_start > range.First)
                ranges.Push((range.First, found.l_start - 1));
            if (found.l_start < range.Last)
                ranges.Push((found.l_start + 1, range.Last));
        }

        return marks;
    }

    private static IEnumerable<long> PossibleMarks(ProcFolder proc, MappedFileIdentity file, ConfigUser user)
    {
        int own = user.Threads.Where(thread => thread.Seen == user.ProcessId).Select(thread => thread.Own).FirstOrDefault();
        return (ProcessMaps.TryReadShared(proc, user.ProcessId) ?? [])
            .Where(mapping => mapping.Position == ConfigLayout.OffsetPosition && file.IsOf(user.ProcessId, mapping))
            .Select(mapping => UserMark.PositionOf(own, StartOf(mapping)));
    }

    private static ulong StartOf(in Mapping mapping) => ulong.Parse(
        mapping.Range.AsSpan(0, mapping.Range.IndexOf('-', StringComparison.Ordinal)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

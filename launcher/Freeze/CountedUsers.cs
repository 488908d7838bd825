using System.Globalization;
using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Whether the processes that were found to use a config file are all that use it, by their marks (<see cref="UserMark"/>).</summary>
internal static unsafe class CountedUsers
{
    /// <summary>False also where that cannot be found out.</summary>
    /// <param name="processes">Those of the search's users that are meant.</param>
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

    // The kernel names any one of the locks in a range. Each splits the range in two.
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

            // Somebody else's lock, of more than a byte.
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

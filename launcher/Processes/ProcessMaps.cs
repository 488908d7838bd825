using System.Buffers.Text;
using System.Runtime.InteropServices;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>Reads the file mappings of a process.</summary>
internal static class ProcessMaps
{
    /// <summary>The shared mappings of files; null if they cannot be read (<see cref="ErrorNumber.Last"/> says why).</summary>
    /// <remarks>
    /// If the first thread of a process has ended, only the other threads show its mappings. A process without memory is about to end and
    /// has no mappings.
    /// </remarks>
    public static List<Mapping>? TryReadShared(ProcFolder proc, int pid)
    {
        List<Mapping>? mappings = TryRead(proc, $"{pid}/maps");
        if (mappings is not null || ErrorNumber.Last != ErrorNumber.ESRCH)
            return mappings;

        foreach (int thread in proc.ThreadIds(pid))
        {
            mappings = thread == pid ? null : TryRead(proc, $"{pid}/task/{thread}/maps");
            if (mappings is not null)
                return mappings;
        }

        return [];
    }

    /// <summary>The shared mappings of files in the text of <c>maps</c>.</summary>
    public static List<Mapping> Shared(ReadOnlySpan<byte> maps) => Parse(maps, 's');

    /// <summary>The private mappings of files in the text of <c>maps</c>.</summary>
    public static List<Mapping> Private(ReadOnlySpan<byte> maps) => Parse(maps, 'p');

    // Null with ESRCH if the thread has no memory any more.
    private static List<Mapping>? TryRead(ProcFolder proc, string file)
    {
        Descriptor maps = Descriptor.OpenAt(proc.Descriptor, file, SystemCalls.O_RDONLY);
        if (!maps.IsOpen)
            return null;

        List<Mapping>? shared = MapsQuery.TryReadShared(maps.Number);
        byte[]? text = shared is null ? SmallFile.TryReadAll(maps.Number) : null;
        int error = text is null ? ErrorNumber.Last : ErrorNumber.ESRCH;
        maps.Dispose();
        Marshal.SetLastPInvokeError(error);
        return text is { Length: > 0 } ? Shared(text) : shared;
    }

    private static List<Mapping> Parse(ReadOnlySpan<byte> maps, char sharing)
    {
        List<Mapping> mappings = [];
        while (!maps.IsEmpty)
        {
            int end = maps.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? maps : maps[..end];
            maps = maps[(end < 0 ? maps.Length : end + 1)..];
            if (TryParse(line, sharing, out Mapping mapping))
                mappings.Add(mapping);
        }

        return mappings;
    }

    // ADDRESSES rwxs POSITION DEVICE INODE   NAME. Most lines are not shared, so that is checked before the rest is parsed.
    private static bool TryParse(ReadOnlySpan<byte> line, char sharing, out Mapping mapping)
    {
        const int Writable = 1;
        const int Sharing = 3;
        mapping = default;
        ReadOnlySpan<byte> range = TakeField(ref line);
        ReadOnlySpan<byte> permissions = TakeField(ref line);
        if (permissions.Length <= Sharing || permissions[Sharing] != (byte)sharing)
            return false;

        ReadOnlySpan<byte> position = TakeField(ref line);
        ReadOnlySpan<byte> device = TakeField(ref line);
        ReadOnlySpan<byte> inode = TakeField(ref line);
        if (!Utf8Parser.TryParse(position, out ulong start, out _, 'x')
            || !Utf8Parser.TryParse(inode, out ulong number, out _) || number == 0)
            return false;

        MappedFile file = new(ByteString.From(device), number);
        string name = ByteString.From(line.TrimStart((byte)' '));
        bool hasNoAccess = permissions.StartsWith("---"u8);
        mapping = new Mapping(WithoutPadding(ByteString.From(range)), file, permissions[Writable] == (byte)'w', start, name) { HasNoAccess = hasNoAccess };
        return true;
    }

    // maps pads small addresses with zeros; the names in map_files have no padding.
    private static string WithoutPadding(string range)
    {
        int middle = range.IndexOf('-', StringComparison.Ordinal);
        return range.StartsWith('0') ? range[..middle].TrimStart('0') + "-" + range[(middle + 1)..].TrimStart('0') : range;
    }

    private static ReadOnlySpan<byte> TakeField(ref ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> field = end < 0 ? line : line[..end];
        line = end < 0 ? [] : line[(end + 1)..];
        return field;
    }
}

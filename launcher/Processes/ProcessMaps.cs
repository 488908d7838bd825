using System.Buffers.Text;
using System.Runtime.InteropServices;
using VirtTime.Native;

namespace VirtTime.Processes;

/// <summary>What a process has mapped.</summary>
internal static class ProcessMaps
{
    // Not empty, or it would be taken for a process without memory.
    private static readonly byte[] s_none = "\n"u8.ToArray();

    /// <summary>Its shared mappings of files; null where they cannot be read (<see cref="Errno.Last"/> says why).</summary>
    /// <remarks>
    /// A process whose first thread has ended has its memory in the others only. One without memory, which is about to be gone,
    /// has no mappings.
    /// </remarks>
    public static List<Mapping>? TryReadShared(ProcFolder proc, int pid)
    {
        byte[]? maps = TryRead(proc, $"{pid}/maps");
        if (maps is null && Errno.Last != Errno.ESRCH)
            return null;

        if (maps is { Length: > 0 })
            return Shared(maps);

        foreach (int thread in proc.ThreadIds(pid))
        {
            maps = thread == pid ? null : TryRead(proc, $"{pid}/task/{thread}/maps");
            if (maps is { Length: > 0 })
                return Shared(maps);
        }

        return [];
    }

    /// <summary>Those of the lines that are shared mappings of files.</summary>
    public static List<Mapping> Shared(ReadOnlySpan<byte> maps)
    {
        List<Mapping> mappings = [];
        while (!maps.IsEmpty)
        {
            int end = maps.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? maps : maps[..end];
            maps = maps[(end < 0 ? maps.Length : end + 1)..];
            if (TryParse(line, out Mapping mapping))
                mappings.Add(mapping);
        }

        return mappings;
    }

    /// <summary>Where the kernel can say that there are none, it need not write all the others down, which takes most of the time.</summary>
    private static byte[]? TryRead(ProcFolder proc, string file)
    {
        Descriptor maps = Descriptor.OpenAt(proc.Descriptor, file, SystemCalls.O_RDONLY);
        if (!maps.IsOpen)
            return null;

        byte[]? text = HasNoneShared(maps.Number) ? s_none : SmallFile.TryReadAll(maps.Number);
        int error = Errno.Last;
        maps.Dispose();
        Marshal.SetLastPInvokeError(error);
        return text;
    }

    private static unsafe bool HasNoneShared(int maps)
    {
        procmap_query query = new() { size = (ulong)sizeof(procmap_query) };
        query.query_flags = procmap_query.PROCMAP_QUERY_COVERING_OR_NEXT_VMA
            | procmap_query.PROCMAP_QUERY_VMA_SHARED | procmap_query.PROCMAP_QUERY_FILE_BACKED_VMA;
        return SystemCalls.ioctl(maps, procmap_query.PROCMAP_QUERY, &query) != 0 && Errno.Last == Errno.ENOENT;
    }

    // ADDRESSES rwxs POSITION DEVICE INODE   NAME. Most lines are not shared, and cost no more than finding that out.
    private static bool TryParse(ReadOnlySpan<byte> line, out Mapping mapping)
    {
        const int Writable = 1;
        const int Shared = 3;
        mapping = default;
        ReadOnlySpan<byte> range = TakeField(ref line);
        ReadOnlySpan<byte> permissions = TakeField(ref line);
        if (permissions.Length <= Shared || permissions[Shared] != (byte)'s')
            return false;

        ReadOnlySpan<byte> position = TakeField(ref line);
        ReadOnlySpan<byte> device = TakeField(ref line);
        ReadOnlySpan<byte> inode = TakeField(ref line);
        if (!Utf8Parser.TryParse(position, out ulong start, out _, 'x') || !Utf8Parser.TryParse(inode, out ulong number, out _) || number == 0)
            return false;

        MappedFile file = new(ByteString.From(device), number);
        string name = ByteString.From(line.TrimStart((byte)' '));
        mapping = new Mapping(ByteString.From(range), file, permissions[Writable] == (byte)'w', start, name);
        return true;
    }

    private static ReadOnlySpan<byte> TakeField(ref ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> field = end < 0 ? line : line[..end];
        line = end < 0 ? [] : line[(end + 1)..];
        return field;
    }
}

using System.Runtime.InteropServices;
using VirtTime.Base;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.Processes;

/// <summary>Opens the very file that a process has mapped, whatever its names lead to by now.</summary>
/// <remarks>
/// A name is only a way to a descriptor, and the descriptor is compared with the mapping: whoever can rename files cannot lead us to
/// another one. What is not a regular file on an ordinary filesystem is never opened but for its status (<c>O_PATH</c>), since opening it can have effects.
/// </remarks>
internal static class MappedFileAccess
{
    private const int Flags = SystemCalls.O_NOCTTY | SystemCalls.O_NONBLOCK;

    /// <summary>Not open where it cannot be reached, or is no regular file; <see cref="Errno.Last"/> says why.</summary>
    public static Descriptor TryOpenToRead(ProcFolder proc, int pid, in Mapping mapping)
    {
        int error = ErrorNumber.ENOENT;
        foreach (string place in Places(pid, mapping))
        {
            Descriptor file = TryOpenRegular(proc, pid, place);
            if (!file.IsOpen)
            {
                // That a name is gone says less than that it may not be used.
                error = ErrorNumber.Last == ErrorNumber.EACCES ? ErrorNumber.EACCES : error;
                continue;
            }

            if (IsMappedBy(proc, pid, file.Number))
                return file;

            file.Dispose();
        }

        Marshal.SetLastPInvokeError(error);
        return new Descriptor(-1);
    }

    /// <summary>The file of an open descriptor once more, with other access.</summary>
    public static Descriptor Reopen(int descriptor, int access) => Descriptor.Open($"/proc/self/fd/{descriptor}", access | Flags);

    /// <summary>The path under which this process finds the open file; null where there is none, or it is another file's by now.</summary>
    public static string? TryFindPath(int pid, in Mapping mapping, in statx_buffer file)
    {
        foreach (string name in Names(mapping))
        {
            if (IsAt(name, file))
                return name;
        }

        foreach (string name in Names(mapping))
        {
            if (IsAt($"/proc/{pid}/root{name}", file))
                return $"/proc/{pid}/root{name}";
        }

        return null;
    }

    public static bool IsAt(string path, in statx_buffer file) => statx_buffer.Of(path) is statx_buffer status && status.IsSameFileAs(file);

    /// <summary>Whether the process has an open file mapped at this moment.</summary>
    private static bool IsMappedBy(ProcFolder proc, int pid, int descriptor)
    {
        MappedFileIdentity? identity = MappedFileIdentity.TryOf(descriptor);
        return identity is not null && ProcessMaps.TryReadShared(proc, pid)?.Exists(mapping => identity.IsOf(pid, mapping)) == true;
    }

    // A mapping may lie on a filesystem whose every open is answered by a program of the process's user (FUSE), or has effects in the kernel.
    private static Descriptor TryOpenRegular(ProcFolder proc, int pid, string path)
    {
        Descriptor place = Descriptor.Open(path, SystemCalls.O_PATH);
        if (!place.IsOpen)
            return place;

        bool isRegular = place.TryStat(out statx_buffer status) && status.IsRegularFile
            && (FilesystemKind.IsOrdinary(place.Number) || ProcessUser.RealIdOf(proc, pid) == Syscall.geteuid());
        Descriptor file = isRegular ? Reopen(place.Number, SystemCalls.O_RDONLY) : new Descriptor(-1);
        int error = ErrorNumber.Last;
        place.Dispose();
        Marshal.SetLastPInvokeError(error);
        return file;
    }

    // The first also leads to a file that is deleted, and needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE. A name is a path in the
    // process's mount namespace; the last is for another one than ours.
    private static IEnumerable<string> Places(int pid, Mapping mapping)
    {
        yield return $"/proc/{pid}/map_files/{mapping.Range}";
        foreach (string name in Names(mapping))
            yield return name;

        foreach (string name in Names(mapping))
            yield return $"/proc/{pid}/root{name}";
    }

    private static IEnumerable<string> Names(Mapping mapping)
    {
        if (!mapping.Name.StartsWith('/'))
            yield break;

        yield return mapping.Name;
        if (mapping.Name.Contains("\\012", StringComparison.Ordinal))
            yield return mapping.Name.Replace("\\012", "\n", StringComparison.Ordinal);
    }
}

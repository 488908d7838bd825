using System.Runtime.InteropServices;
using VirtTime.Base;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.Processes;

/// <summary>Opens exactly the file that a process has mapped, even if its name leads to another file by now.</summary>
/// <remarks>
/// The launcher opens a name and then compares the descriptor with the mapping, so renaming files cannot make it use another file.
/// Opening a device, a pipe or a file on a pseudo filesystem can have effects: those are opened with <c>O_PATH</c> only.
/// </remarks>
internal static class MappedFileAccess
{
    private const int Flags = SystemCalls.O_NOCTTY | SystemCalls.O_NONBLOCK;

    /// <summary>The result is not open if the file cannot be reached or is no regular file; <see cref="ErrorNumber.Last"/> says why.</summary>
    public static Descriptor TryOpenToRead(ProcFolder proc, int pid, in Mapping mapping)
    {
        int error = ErrorNumber.ENOENT;
        foreach (string place in Places(pid, mapping))
        {
            Descriptor file = TryOpenRegular(proc, pid, place);
            if (!file.IsOpen)
            {
                // EACCES of one name tells the user more than ENOENT of another.
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

    /// <summary>Opens the file of an open descriptor again, with another access mode.</summary>
    public static Descriptor Reopen(int descriptor, int access) => Descriptor.Open($"/proc/self/fd/{descriptor}", access | Flags);

    /// <summary>A path by which the launcher finds the open file; null if it has none, or its name leads to another file by now.</summary>
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

    private static bool IsMappedBy(ProcFolder proc, int pid, int descriptor)
    {
        MappedFileIdentity? identity = MappedFileIdentity.TryOf(descriptor);
        return identity is not null && ProcessMaps.TryReadShared(proc, pid)?.Exists(mapping => identity.IsOf(pid, mapping)) == true;
    }

    // On FUSE, a program of the process's user answers each open and could block the launcher; on a pseudo filesystem, an open can have
    // effects in the kernel. Such a file is opened only if the process belongs to the launcher's user.
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

    // map_files also leads to a deleted file, but needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE. The mapping's name is a path in the
    // process's mount namespace; root leads there if it is another mount namespace than the launcher's.
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

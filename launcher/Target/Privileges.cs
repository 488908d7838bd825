using System.Buffers.Binary;
using Mono.Unix.Native;
using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>Checks whether executing a file raises privileges, which keeps the library out.</summary>
/// <remarks>
/// The loader of a dynamic program ignores <c>LD_PRELOAD</c> if the kernel sets <c>AT_SECURE</c>. A static program gets no more capabilities than the
/// launcher has, and no other user, while the launcher's tracer places the library into it (cap_bprm_creds_from_file).
/// </remarks>
internal static unsafe class Privileges
{
    private const uint RunsAsGroup = Permissions.SetGroupId | Permissions.GroupExecutes;
    private const int SECBIT_NOROOT = 1;

    // struct vfs_cap_data: magic and flags, then permitted and inheritable for capabilities 0 to 31, then for 32 to 63.
    private const int CapabilitySize = 24;
    private const uint EffectiveFlag = 1;
    private const int LowHalf = 4;
    private const int HighHalf = 12;

    /// <param name="isStatic">Whether the program is static.</param>
    /// <returns>The reason for a message; null if the privileges stay the same.</returns>
    public static string? WouldRaise(ProgramFile file, bool isStatic)
    {
        uint mode = file.Status.stx_mode;
        bool userId = (mode & Permissions.SetUserId) != 0 && file.Status.stx_uid != Syscall.getuid();
        bool groupId = (mode & RunsAsGroup) == RunsAsGroup && file.Status.stx_gid != Syscall.getgid();
        bool isUnprivileged = SystemCalls.prctl(SystemCalls.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

        // no_new_privs keeps the capabilities the same, but the kernel sets AT_SECURE nevertheless.
        bool capabilities = isStatic ? !isUnprivileged && GivesCapabilities(file) : IsSecure(file);
        if (isUnprivileged)
            userId = groupId = false;
        if ((!userId && !groupId && !capabilities) || IsOnNosuidMount(file))
            return null;

        return userId ? "is set-user-ID" : groupId ? "is set-group-ID" : "has file capabilities";
    }

    // AT_SECURE is not set for root.
    private static bool IsSecure(ProgramFile file) =>
        Syscall.getuid() != 0 && Read(file) is { } capabilities && (capabilities.IsEffective || Allowed(capabilities, Sets()) != 0);

    // Root has all capabilities of its bounding set, whatever the file has, unless SECBIT_NOROOT is set.
    private static bool GivesCapabilities(ProgramFile file)
    {
        bool isOrdinary = Syscall.getuid() != 0 || (SystemCalls.prctl(SystemCalls.PR_GET_SECUREBITS, 0, 0, 0, 0) & SECBIT_NOROOT) != 0;
        if (!isOrdinary || Read(file) is not { } capabilities)
            return false;
        CapabilitySets sets = Sets();
        return (Allowed(capabilities, sets) & ~sets.Permitted) != 0;
    }

    /// <summary>The capabilities that the program will have.</summary>
    private static ulong Allowed(FileCapabilities file, CapabilitySets process) => (file.Permitted & process.Bounding) | (file.Inheritable & process.Inheritable);

    // Without /proc the sets are unknown, so the file may give all that it names.
    private static CapabilitySets Sets()
    {
        CapabilitySets sets = CapabilitySets.OfThisProcess();
        return sets == default ? new(ulong.MaxValue, 0, 0, ulong.MaxValue, 0) : sets;
    }

    private static FileCapabilities? Read(ProgramFile file)
    {
        byte* value = stackalloc byte[CapabilitySize];
        nint size = SystemCalls.getxattr(file.Path, "security.capability", value, CapabilitySize);
        if (size < LowHalf + (2 * sizeof(uint)))
            return null;

        ReadOnlySpan<byte> bytes = new(value, (int)size);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return new((flags & EffectiveFlag) != 0, Set(bytes, 0), Set(bytes, sizeof(uint)));
    }

    private static ulong Set(ReadOnlySpan<byte> bytes, int position)
    {
        ulong set = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(LowHalf + position)..]);
        return bytes.Length < HighHalf + (2 * sizeof(uint))
            ? set
            : set | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[(HighHalf + position)..]) << 32);
    }

    private static bool IsOnNosuidMount(ProgramFile file) =>
        SystemCalls.fstatvfs(file.Descriptor, out statvfs_buffer filesystem) == 0 && (filesystem.f_flag & statvfs_buffer.ST_NOSUID) != 0;

    private readonly record struct FileCapabilities(bool IsEffective, ulong Permitted, ulong Inheritable);
}

using System.Buffers.Binary;
using Mono.Unix.Native;
using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>Checks whether executing a file raises privileges, so that the loader ignores <c>LD_PRELOAD</c> (<c>AT_SECURE</c>).</summary>
internal static unsafe class Privileges
{
    private const uint RunsAsGroup = Permissions.SetGroupId | Permissions.GroupExecutes;

    // struct vfs_cap_data: magic and flags, then permitted and inheritable for capabilities 0 to 31, then for 32 to 63.
    private const int CapabilitySize = 24;
    private const int PermittedLow = 4;
    private const int PermittedHigh = 12;

    /// <summary>The reason for a message; null if the privileges stay the same.</summary>
    public static string? WouldRaise(ProgramFile file)
    {
        uint mode = file.Status.stx_mode;
        bool userId = (mode & Permissions.SetUserId) != 0 && file.Status.stx_uid != Syscall.getuid();
        bool groupId = (mode & RunsAsGroup) == RunsAsGroup && file.Status.stx_gid != Syscall.getgid();

        // File capabilities do not make the kernel set AT_SECURE for root.
        bool capabilities = Syscall.getuid() != 0 && HasCapabilities(file);
        if ((!userId && !groupId && !capabilities) || IsKeptByKernel(file))
            return null;

        return userId ? "is set-user-ID" : groupId ? "is set-group-ID" : "has file capabilities";
    }

    private static bool HasCapabilities(ProgramFile file)
    {
        byte* value = stackalloc byte[CapabilitySize];
        nint size = SystemCalls.getxattr(file.Path, "security.capability", value, CapabilitySize);
        if (size < PermittedLow + sizeof(uint))
            return false;

        ReadOnlySpan<byte> bytes = new(value, (int)size);
        uint permitted = BinaryPrimitives.ReadUInt32LittleEndian(bytes[PermittedLow..]);
        if (size >= PermittedHigh + sizeof(uint))
            permitted |= BinaryPrimitives.ReadUInt32LittleEndian(bytes[PermittedHigh..]);

        return permitted != 0;
    }

    // The kernel ignores the bits on a nosuid mount and under no_new_privs.
    private static bool IsKeptByKernel(ProgramFile file)
    {
        if (SystemCalls.prctl(SystemCalls.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
            return true;

        return SystemCalls.fstatvfs(file.Descriptor, out statvfs_buffer filesystem) == 0
            && (filesystem.f_flag & statvfs_buffer.ST_NOSUID) != 0;
    }
}

using System.Globalization;
using VirtTime.Base;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.Commands.Namespaces;

/// <summary>
/// Explains why a time namespace cannot be created. The kernel reports only an error number, so this class looks for the setting behind it.
/// </summary>
internal static class Obstacle
{
    private const string UserNamespaceLimit = "user.max_user_namespaces";
    private const string TimeNamespaceLimit = "user.max_time_namespaces";
    private const string DebianSetting = "kernel.unprivileged_userns_clone";
    private const string AppArmorSetting = "kernel.apparmor_restrict_unprivileged_userns";

    /// <summary>Looks for obstacles before anything is created, so that this process does not change; null if it finds none.</summary>
    /// <param name="offsets">The file in /proc that sets the clocks.</param>
    /// <param name="makeNoChild">Asks the kernel for a child in a way that always fails, and returns the error number.</param>
    public static string? FindBeforehand(string offsets, Func<int> makeNoChild)
    {
        // A kernel without time namespaces may be too old for the flag that makes makeNoChild fail.
        if (!Exists("/proc/self/ns/time"))
            return null;
        if (SystemCalls.faccessat(SystemCalls.AT_FDCWD, offsets, SystemCalls.W_OK, 0) != 0 && ErrorNumber.Last == ErrorNumber.EROFS)
            return "/proc is mounted read-only, but its clocks are set through /proc; mount it writable";

        int error = makeNoChild();
        return error is not (ErrorNumber.EFAULT or ErrorNumber.EAGAIN or ErrorNumber.EINVAL) && IsFiltered()
            ? "a seccomp filter (containers have one) denies clone, by which virttime-run tests how the kernel enters one (" + ErrorNumber.Text(error) + ")"
            : null;
    }

    /// <param name="error">The error number of the call that failed.</param>
    public static string Explain(int error)
    {
        if (!Exists("/proc/self"))
            return "/proc is not mounted, but its clocks are set through /proc; mount it";
        if (!Exists("/proc/self/ns/time"))
            return "this kernel has no time namespaces (CONFIG_TIME_NS, since Linux 5.6)";
        if (!Exists("/proc/self/ns/user"))
            return "this kernel has no user namespaces (CONFIG_USER_NS), without which a time namespace needs CAP_SYS_ADMIN and CAP_SYS_TIME";

        // Before Linux 6.2 the launcher cannot use a time namespace, whatever the settings are.
        if (Environment.OSVersion.Version < new Version(6, 2))
            return $"this kernel is {Environment.OSVersion.Version.ToString(3)}, and before Linux 6.2 only a child process can enter a time namespace; use --backend preload";

        return error switch
        {
            ErrorNumber.ENOSPC => ExplainLimit(),
            ErrorNumber.EPERM or ErrorNumber.EACCES => ExplainDenial(error),
            _ => IsFiltered() ? Filter(error) : ErrorNumber.Text(error),
        };
    }

    // The limits of outer user namespaces count as well, but this process cannot read them.
    private static string ExplainLimit()
    {
        if (Read(UserNamespaceLimit) == "0")
            return UserNamespaceLimit + " is 0; an administrator can raise it with sysctl";
        if (Read(TimeNamespaceLimit) == "0")
            return TimeNamespaceLimit + " is 0; an administrator can raise it with sysctl";

        return UserNamespaceLimit + " or " + TimeNamespaceLimit + " is used up, here or outside of this container; an administrator can raise it with sysctl";
    }

    private static string ExplainDenial(int error)
    {
        if (Read(DebianSetting) == "0")
            return DebianSetting + " is 0, so a user namespace needs CAP_SYS_ADMIN";
        if (Read(AppArmorSetting) is not (null or "0"))
            return AppArmorSetting + " is 1: AppArmor allows a user namespace only with CAP_SYS_ADMIN, or with a profile that allows userns";
        if (!HasNumber("/proc/self/uid_map", Syscall.geteuid()) || !HasNumber("/proc/self/gid_map", Syscall.getegid()))
            return "this user or its group is not mapped in its user namespace, and so cannot create another one; map it (unshare --map-root-user)";
        if (!HasMountedRoot())
            return "the kernel creates no user namespace for a process in a chroot; use pivot_root, as containers do";
        if (IsFiltered())
            return Filter(error);

        return ErrorNumber.Text(error) + "; the machine's security policy, or a chroot, may forbid it";
    }

    private static string Filter(int error) => "a seccomp filter (containers have one) denies it (" + ErrorNumber.Text(error) + ")";

    // After a chroot to a directory that is no mount point, no mount is shown at "/".
    private static bool HasMountedRoot()
    {
        string mounts = ByteString.From(SmallFile.TryRead("/proc/self/mountinfo") ?? []);
        foreach (string line in mounts.Split('\n'))
        {
            const int MountPoint = 4;
            if (line.Split(' ') is { Length: > MountPoint } fields && fields[MountPoint] == "/")
                return true;
        }

        return mounts.Length == 0;
    }

    // Each line has the first id inside, the first id outside and the count. The id of an unmapped user reads as 65534, which may also be a mapped
    // id.
    private static bool HasNumber(string map, uint id)
    {
        if (SmallFile.TryRead(map) is not byte[] lines)
            return true;
        foreach (string line in ByteString.From(lines).Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 3
                && uint.TryParse(fields[0], CultureInfo.InvariantCulture, out uint first)
                && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out uint count)
                && id >= first && id - first < count)
                return true;
        }

        return false;
    }

    private static bool IsFiltered() =>
        ProcStatus.Words(SmallFile.TryRead("/proc/self/status"), "Seccomp") is ["2"];

    private static string? Read(string setting) =>
        SmallFile.TryRead("/proc/sys/" + setting.Replace('.', '/')) is byte[] value ? ByteString.From(value).TrimEnd() : null;

    private static bool Exists(string path) =>
        SystemCalls.faccessat(SystemCalls.AT_FDCWD, path, SystemCalls.F_OK, SystemCalls.AT_SYMLINK_NOFOLLOW) == 0;
}

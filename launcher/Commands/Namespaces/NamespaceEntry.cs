using System.Globalization;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Format;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.Commands.Namespaces;

/// <summary>
/// A new time namespace. The process enters it when it executes the command, and can set its clocks until then (<c>time_namespaces(7)</c>).
/// </summary>
internal sealed class NamespaceEntry
{
    /// <summary>The subject of an error about a namespace that was created and cannot be used.</summary>
    public const string What = "time namespace";

    private const string Offsets = "/proc/self/timens_offsets";

    private readonly TimeNamespace.Difference _start;

    private NamespaceEntry(TimeNamespace.Difference start, InheritedPrivileges? outside)
    {
        _start = start;
        Outside = outside;
    }

    /// <summary>Whether the process has also entered a user namespace. It has no privileges over the machine there.</summary>
    public bool IsInUserNamespace => Outside is not null;

    /// <summary>The privileges that this process had outside the user namespace; null if it has entered none.</summary>
    public InheritedPrivileges? Outside { get; }

    /// <summary>Creates a time namespace: root does it directly, another user within a new user namespace.</summary>
    /// <param name="whyNoUserNamespace">Why a user namespace must not be used, or null.</param>
    /// <param name="whyNot">Why no time namespace was created. This process has not changed then.</param>
    /// <returns>Null if no time namespace was created.</returns>
    /// <exception cref="LauncherException">The namespace was created but cannot be used.</exception>
    public static NamespaceEntry? TryCreate(string? whyNoUserNamespace, out string? whyNot)
    {
        whyNot = Obstacle.FindBeforehand(Offsets, TryMakeNoChild);
        if (whyNot is not null)
            return null;
        if (SystemCalls.unshare(SystemCalls.CLONE_NEWTIME) == 0)
        {
            NamespaceEntry entry = Enter(outside: null);

            // Creating a time namespace takes CAP_SYS_ADMIN, and setting its clocks takes CAP_SYS_TIME. A process has both in its own new user
            // namespace.
            if (TryWrite(entry._start))
                return entry;
        }

        int error = ErrorNumber.Last;
        if (error == ErrorNumber.EPERM)
        {
            whyNot = whyNoUserNamespace;
            if (whyNot is not null)
                return null;

            // Inside the user namespace, the ids are unknown until uid_map and gid_map are written. So read them before.
            uint user = Syscall.geteuid();
            uint group = Syscall.getegid();
            InheritedPrivileges outside = InheritedPrivileges.Note();
            if (SystemCalls.unshare(SystemCalls.CLONE_NEWUSER | SystemCalls.CLONE_NEWTIME) == 0)
                return EnterUser(user, group, outside);

            error = ErrorNumber.Last;
        }

        whyNot = Obstacle.Explain(error);
        return null;
    }

    /// <summary>Sets the clocks. When a command has been executed, they cannot be changed any more.</summary>
    /// <param name="difference">What to add to the clocks that this process sees.</param>
    /// <exception cref="LauncherException">The kernel refuses the offsets.</exception>
    public void Set(TimeNamespace.Difference difference)
    {
        if (!TryWrite(new(_start.Monotonic + difference.Monotonic, _start.Boottime + difference.Boottime)))
            throw new LauncherException(Offsets, ErrorNumber.Text(ErrorNumber.Last) + "; use --backend preload");
    }

    // This raises no privileges: the user and the group keep their ids, and no other ids are mapped.
    private static NamespaceEntry EnterUser(uint user, uint group, InheritedPrivileges outside)
    {
        if (!SmallFile.TryWrite("/proc/self/uid_map", Map(user)))
        {
            // Linux 5.12 and later require CAP_SETFCAP to map root.
            throw new LauncherException("/proc/self/uid_map", user == 0 && ErrorNumber.Last == ErrorNumber.EPERM
                ? "a time namespace needs CAP_SYS_ADMIN and CAP_SYS_TIME, and a user namespace of root's needs CAP_SETFCAP"
                : Obstacle.Explain(ErrorNumber.Last));
        }

        Write("/proc/self/setgroups", "deny");
        Write("/proc/self/gid_map", Map(group));
        return Enter(outside);
    }

    private static string Map(uint id)
    {
        string number = id.ToString(CultureInfo.InvariantCulture);
        return number + " " + number + " 1";
    }

    private static void Write(string path, string text)
    {
        if (!SmallFile.TryWrite(path, text))
            throw new LauncherException(path, Obstacle.Explain(ErrorNumber.Last));
    }

    // Kernels that enter a time namespace only by a new child refuse a child that shares memory (EINVAL). Other kernels get further, and fail when
    // they write the child's descriptor to an invalid address (EFAULT). So no child is created in either case.
    private static int TryMakeNoChild()
    {
        const nint Flags = SystemCalls.CLONE_VM | SystemCalls.CLONE_VFORK | SystemCalls.CLONE_PIDFD;
        return SystemCalls.syscall(SystemCalls.SYS_clone, Flags, 0, -1, 0, 0) >= 0 ? 0 : ErrorNumber.Last;
    }

    private static NamespaceEntry Enter(InheritedPrivileges? outside)
    {
        int error = TryMakeNoChild();
        if (error == ErrorNumber.EINVAL)
        {
            throw new LauncherException(
                What,
                "before Linux 6.2 only a child process can enter it, so the command would get another process id; "
                    + "use unshare --time --fork, or --backend preload");
        }

        // EAGAIN means that the user may not have more processes. The kernel checks that after the check that gives EINVAL.
        if (error is not (ErrorNumber.EFAULT or ErrorNumber.EAGAIN))
        {
            throw new LauncherException(
                What, "virttime-run cannot test whether this kernel enters it on exec (" + ErrorNumber.Text(error) + "); use --backend preload");
        }

        TimeNamespace.Difference start = TimeNamespace.TryReadForChildren()
            ?? throw new LauncherException(Offsets, ErrorNumber.Text(ErrorNumber.Last) + "; mount /proc, or use --backend preload");
        return new NamespaceEntry(start, outside);
    }

    private static bool TryWrite(TimeNamespace.Difference offsets) => SmallFile.TryWrite(
        Offsets, "monotonic " + Fields(offsets.Monotonic) + "\nboottime " + Fields(offsets.Boottime) + "\n");

    private static string Fields(Int128 nanoseconds)
    {
        timespec time = Nanoseconds128.ToTimespec(nanoseconds);
        return time.tv_sec.ToString(CultureInfo.InvariantCulture) + " " + time.tv_nsec.ToString(CultureInfo.InvariantCulture);
    }
}

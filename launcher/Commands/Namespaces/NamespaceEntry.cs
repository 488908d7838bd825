using System.Globalization;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Format;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.Commands.Namespaces;

/// <summary>
/// A new time namespace, which this process enters when it executes the command (<c>time_namespaces(7)</c>). Until then its clocks can be set.
/// </summary>
internal sealed class NamespaceEntry
{
    /// <summary>What is at fault where it was made and cannot be used.</summary>
    public const string What = "time namespace";

    private const string Offsets = "/proc/self/timens_offsets";

    private readonly TimeNamespace.Difference _start;

    private NamespaceEntry(TimeNamespace.Difference start, InheritedPrivileges? outside)
    {
        _start = start;
        Outside = outside;
    }

    /// <summary>Whether it took a user namespace, without privileges over the machine's.</summary>
    public bool IsInUserNamespace => Outside is not null;

    /// <summary>What this process had before it entered a user namespace; null where it took none.</summary>
    public InheritedPrivileges? Outside { get; }

    /// <summary>Makes one: as root without more, as another user in a user namespace.</summary>
    /// <param name="whyNoUserNamespace">Why there must be no user namespace, or null.</param>
    /// <param name="whyNot">What keeps it from being made; this process is then as it was.</param>
    /// <returns>Null where it cannot be made.</returns>
    /// <exception cref="LauncherException">It was made and cannot be used.</exception>
    public static NamespaceEntry? TryCreate(string? whyNoUserNamespace, out string? whyNot)
    {
        whyNot = Obstacle.FindBeforehand(Offsets, TryMakeNoChild);
        if (whyNot is not null)
            return null;
        if (SystemCalls.unshare(SystemCalls.CLONE_NEWTIME) == 0)
        {
            NamespaceEntry entry = Enter(outside: null);

            // CAP_SYS_ADMIN makes one, CAP_SYS_TIME sets its clocks. In a user namespace of its own a process has both.
            if (TryWrite(entry._start))
                return entry;
        }

        int error = ErrorNumber.Last;
        if (error == ErrorNumber.EPERM)
        {
            whyNot = whyNoUserNamespace;
            if (whyNot is not null)
                return null;

            // In there they have no numbers until they are given some.
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

    /// <summary>Sets the clocks, for good as soon as a command is executed.</summary>
    /// <param name="difference">From the clocks that this process sees.</param>
    /// <exception cref="LauncherException">The kernel does not take them.</exception>
    public void Set(TimeNamespace.Difference difference)
    {
        if (!TryWrite(new(_start.Monotonic + difference.Monotonic, _start.Boottime + difference.Boottime)))
            throw new LauncherException(Offsets, ErrorNumber.Text(ErrorNumber.Last) + "; use --backend preload");
    }

    // Nobody's privileges are raised: the user and the group stay who they are, and the others have no name in there.
    private static NamespaceEntry EnterUser(uint user, uint group, InheritedPrivileges outside)
    {
        if (!SmallFile.TryWrite("/proc/self/uid_map", Map(user)))
        {
            // Since Linux 5.12.
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

    // A child that shares memory was refused (EINVAL) by kernels that enter only in a child, for it would have entered as well. Others get as
    // far as writing a descriptor of the child, to nowhere, so that there is never a child.
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

        // With no process left to the user, only the later check has failed.
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

using Mono.Unix.Native;
using VirtTime.Base;

namespace VirtTime.Commands;

/// <summary>Refuses to run if the launcher itself was started set-user-ID, set-group-ID or with file capabilities.</summary>
internal static class OwnPrivileges
{
    /// <exception cref="LauncherException">
    /// The target would be started so too, and its loader would ignore <c>LD_PRELOAD</c>. The caller could also have files written as another user.
    /// </exception>
    public static void Check()
    {
        bool differs = Syscall.geteuid() != Syscall.getuid() || Syscall.getegid() != Syscall.getgid();
        if (differs || SystemCalls.getauxval(SystemCalls.AT_SECURE) != 0)
        {
            throw new LauncherException(
                "privileges",
                "virttime-run runs set-user-ID, set-group-ID or with file capabilities, so the loader would ignore LD_PRELOAD; "
                    + "remove these privileges from it (chmod ug-s, setcap -r), and change the user before you start it (setpriv, su)");
        }
    }
}

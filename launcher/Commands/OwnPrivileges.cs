using Mono.Unix.Native;
using VirtTime.Base;

namespace VirtTime.Commands;

/// <summary>A launcher that was itself started set-user-ID or the like.</summary>
internal static class OwnPrivileges
{
    /// <exception cref="LauncherException">
    /// The target would start so as well, and its loader drop <c>LD_PRELOAD</c>; and whoever called would have files written as another
    /// user.
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

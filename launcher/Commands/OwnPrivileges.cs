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
                "runs set-user-ID, set-group-ID or with file capabilities, where the loader drops LD_PRELOAD; "
                    + "take that off virttime-run (chmod ug-s, setcap -r), and change the user before it (setpriv, su)");
        }
    }
}

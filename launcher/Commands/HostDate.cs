using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Diagnostics;

namespace VirtTime.Commands;

/// <summary>The host's date, which a command on it sets where it has the privilege for that.</summary>
internal static class HostDate
{
    private const string MachinesUserNamespace = "user:[4026531837]";

    /// <summary>Says so where the config file has no date of its own.</summary>
    /// <param name="config">The command's config file.</param>
    public static void NoteIfSettable(string config)
    {
        if (!Log.IsOn)
            return;

        using OpenConfig? file = OpenConfig.TryOpenToShow(config);
        if (file is not null && ConfigHeader.ReadNow(file).Offsets.OwnRealtime is null)
            NoteIfSettable();
    }

    /// <summary>Says so of a command without a config file.</summary>
    public static void NoteIfSettable()
    {
        if (Log.IsOn && IsSettable())
            Log.Debug($"no date option is given, and the command has CAP_SYS_TIME: a program that sets the date sets the host's; --realtime-offset 0 (with --backend preload) prevents that");
    }

    // The privilege counts in the machine's own user namespace only.
    private static bool IsSettable() =>
        CapabilitySets.Has(CapabilitySets.OfThisProcess().Effective, CapabilitySets.CAP_SYS_TIME)
            && SmallFile.TryReadLink("/proc/self/ns/user") is null or MachinesUserNamespace;
}

using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Diagnostics;

namespace VirtTime.Commands;

/// <summary>Logs a note if a command may set the host's date.</summary>
internal static class HostDate
{
    private const string MachinesUserNamespace = "user:[4026531837]";

    /// <summary>Logs the note if the config file has no realtime offset.</summary>
    /// <param name="config">The path of the command's config file.</param>
    public static void NoteIfSettable(string config)
    {
        if (!Log.IsOn)
            return;

        using OpenConfig? file = OpenConfig.TryOpenToShow(config);
        if (file is not null && ConfigHeader.ReadNow(file).Offsets.OwnRealtime is null)
            NoteIfSettable();
    }

    /// <summary>Logs the note for a command without a config file.</summary>
    public static void NoteIfSettable()
    {
        if (Log.IsOn && IsSettable())
            Log.Debug($"no date option is given, and the command has CAP_SYS_TIME: a program that sets the date sets the host's; --realtime-offset 0 (with --backend preload) prevents that");
    }

    // CAP_SYS_TIME allows setting the date only in the machine's own (initial) user namespace.
    private static bool IsSettable() =>
        CapabilitySets.Has(CapabilitySets.OfThisProcess().Effective, CapabilitySets.CAP_SYS_TIME)
            && SmallFile.TryReadLink("/proc/self/ns/user") is null or MachinesUserNamespace;
}

using VirtTime.Base;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary>Makes the target's environment: this process's own, except for the variables that the library reads.</summary>
internal static class TargetEnvironment
{
    /// <summary>
    /// Adds the library, and removes <c>VIRT_TIME_INHERIT</c>, which an outer <c>--none</c> has set. The caller adds the config file.
    /// </summary>
    public static EnvironmentBlock OnVirtualClocks(string interposer)
    {
        EnvironmentBlock current = EnvironmentBlock.Current;
        if (current.Find(EnvironmentBlock.Inherit) is not null)
            current = current.Without(EnvironmentBlock.Inherit);

        return current.With(EnvironmentBlock.Preload, InterposerLibrary.Prepend(interposer, current.Find(EnvironmentBlock.Preload)));
    }

    /// <summary>
    /// Removes the library, and sets <c>VIRT_TIME_INHERIT=0</c> for a library that <c>/etc/ld.so.preload</c> brings into the program.
    /// </summary>
    public static EnvironmentBlock OnHostClocks()
    {
        EnvironmentBlock current = EnvironmentBlock.Current;
        string others = InterposerLibrary.Remove(current.Find(EnvironmentBlock.Preload));
        return (others.Length > 0 ? current.With(EnvironmentBlock.Preload, others) : current.Without(EnvironmentBlock.Preload))
            .Without(EnvironmentBlock.ConfigPath)
            .With(EnvironmentBlock.Inherit, EnvironmentBlock.No);
    }
}

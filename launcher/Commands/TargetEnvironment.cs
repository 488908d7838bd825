using VirtTime.Base;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary>What a target gets for an environment: this process's own, but for the variables that the interposer looks at.</summary>
internal static class TargetEnvironment
{
    /// <summary>With the interposer, whoever has left before; the config file's name is still to be added.</summary>
    public static EnvironmentBlock OnVirtualClocks(string interposer)
    {
        EnvironmentBlock current = EnvironmentBlock.Current;
        if (current.Find(EnvironmentBlock.Inherit) is not null)
            current = current.Without(EnvironmentBlock.Inherit);

        return current.With(EnvironmentBlock.Preload, InterposerLibrary.Prepend(interposer, current.Find(EnvironmentBlock.Preload)));
    }

    /// <summary>
    /// Without it, and with the word that it is to stay out: what is preloaded by <c>/etc/ld.so.preload</c> asks for it.
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

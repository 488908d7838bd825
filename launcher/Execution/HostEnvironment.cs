namespace VirtTime.Execution;

/// <summary>An environment without VirtTime: what an outer launcher has put in is taken out, and everything else stays.</summary>
internal static class HostEnvironment
{
    public static EnvironmentBlock From(EnvironmentBlock environment)
    {
        string? preload = environment.Find(EnvironmentBlock.Preload);
        if (InterposerLibrary.IsIn(preload))
        {
            string others = InterposerLibrary.Without(preload);
            environment = others.Length == 0
                ? environment.Without(EnvironmentBlock.Preload)
                : environment.With(EnvironmentBlock.Preload, others);
        }

        return environment.Without(EnvironmentBlock.ConfigPath);
    }
}

namespace VirtTime.CommandLine;

/// <summary>By what a command gets its clocks.</summary>
internal enum Backend
{
    /// <summary>The interposer and a config file.</summary>
    Preload,

    /// <summary>A time namespace of the kernel's.</summary>
    Namespace,

    /// <summary>The interposer, and a time namespace where it would not get into the command.</summary>
    Auto,
}

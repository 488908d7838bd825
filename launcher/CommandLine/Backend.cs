namespace VirtTime.CommandLine;

/// <summary>How the clocks of a command are shifted.</summary>
internal enum Backend
{
    /// <summary>The library and a config file.</summary>
    Preload,

    /// <summary>A time namespace of the kernel.</summary>
    Namespace,

    /// <summary>The library, or a time namespace if the library may not get into the command.</summary>
    Auto,
}

namespace VirtTime.CommandLine;

/// <summary>How the clocks of a command are shifted.</summary>
internal enum Backend
{
    /// <summary>Without <c>--backend</c>: <see cref="Preload"/>, or <see cref="Place"/> if the command is a static Go program.</summary>
    Default,

    /// <summary>The library and a config file. The loader loads the library into the program.</summary>
    Preload,

    /// <summary>The same, but the launcher maps the library into a static program at its exec.</summary>
    Place,

    /// <summary>A time namespace of the kernel.</summary>
    Namespace,

    /// <summary>As <see cref="Default"/>, or a time namespace if the library may not get into the command.</summary>
    Auto,
}

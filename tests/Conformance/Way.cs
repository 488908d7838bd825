namespace VirtTime.Tests.Conformance;

/// <summary>How a probe is run.</summary>
internal enum Way
{
    /// <summary>As it is, on the host's clocks.</summary>
    Native,

    /// <summary>With the interposer preloaded and a config file.</summary>
    VirtTime,

    /// <summary>By virttime-run.</summary>
    Launcher,

    /// <summary>In a time namespace, which is what VirtTime is held against.</summary>
    Namespace,

    /// <summary>By virttime-run in a time namespace.</summary>
    LauncherNamespace,
}

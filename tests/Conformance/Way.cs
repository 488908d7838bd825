namespace VirtTime.Tests.Conformance;

/// <summary>How a probe is run.</summary>
internal enum Way
{
    /// <summary>Without changes, on the host's clocks.</summary>
    Native,

    /// <summary>With the interposer preloaded and a config file.</summary>
    VirtTime,

    /// <summary>With virttime-run.</summary>
    Launcher,

    /// <summary>In a time namespace, the reference for VirtTime.</summary>
    Namespace,

    /// <summary>With virttime-run, which makes the time namespace.</summary>
    LauncherNamespace,
}

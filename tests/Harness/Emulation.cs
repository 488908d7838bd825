namespace VirtTime.Tests.Harness;

/// <summary>Runs the same tests for arm64: their programs are compiled for it and run by an emulator.</summary>
/// <remarks>
/// It is on if VIRTTIME_TEST_ARCH is arm64. VIRTTIME_TEST_QEMU is the emulator. <c>tests/arm64.txt</c> lists the tests that run in this way.
/// </remarks>
internal static class Emulation
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("VIRTTIME_TEST_ARCH") == "arm64";

    /// <summary>The prefix of the names of compilers and binary tools.</summary>
    public static string ToolPrefix => IsOn ? "aarch64-linux-gnu-" : "";

    /// <summary>The words before a command that let the command and its children be programs for arm64.</summary>
    public static string[] Prefix => IsOn
        ? [Path.Combine(Paths.Programs, "arm64", "enter.sh"), Environment.GetEnvironmentVariable("VIRTTIME_TEST_QEMU")!]
        : [];
}

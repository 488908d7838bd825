namespace VirtTime.Tests.Harness;

/// <summary>
/// The tests of another architecture: the same ones, whose programs are built for it and run by an emulator. On when VIRTTIME_TEST_ARCH is
/// arm64; <c>tests/arm64.txt</c> says which ones are run so, and VIRTTIME_TEST_QEMU is the emulator.
/// </summary>
internal static class Emulation
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("VIRTTIME_TEST_ARCH") == "arm64";

    /// <summary>What the names of compilers and their tools begin with.</summary>
    public static string ToolPrefix => IsOn ? "aarch64-linux-gnu-" : "";

    /// <summary>In front of a command, so that it and whatever it starts may be of that architecture.</summary>
    public static string[] Prefix => IsOn
        ? [Path.Combine(Paths.Programs, "arm64", "enter.sh"), Environment.GetEnvironmentVariable("VIRTTIME_TEST_QEMU")!]
        : [];
}

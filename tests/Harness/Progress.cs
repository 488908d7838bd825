namespace VirtTime.Tests.Harness;

/// <summary>Writes progress lines, which <c>scripts/test.sh</c> prints. Does nothing if VIRTTIME_TEST_PROGRESS is unset.</summary>
internal static class Progress
{
    private static readonly string? s_file = Environment.GetEnvironmentVariable("VIRTTIME_TEST_PROGRESS");
    private static readonly Lock s_lock = new();

    public static void Say(string line)
    {
        if (string.IsNullOrEmpty(s_file))
            return;
        lock (s_lock)
            File.AppendAllText(s_file, line + "\n");
    }
}

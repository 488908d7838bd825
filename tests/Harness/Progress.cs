namespace VirtTime.Tests.Harness;

/// <summary>Lines for the person who watches the tests run: <c>scripts/test.sh</c> prints them. Without VIRTTIME_TEST_PROGRESS there are none.</summary>
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

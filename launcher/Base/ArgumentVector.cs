namespace VirtTime.Base;

/// <summary>The launcher's own arguments as bytes.</summary>
internal static class ArgumentVector
{
    /// <summary>Without the program's name. .NET's <c>args</c> have lost whatever is not UTF-8.</summary>
    /// <param name="decoded">.NET's arguments, used where /proc is not mounted.</param>
    public static string[] Read(string[] decoded)
    {
        byte[]? bytes = SmallFile.TryRead("/proc/self/cmdline");
        if (bytes is null or [])
            return Array.ConvertAll(decoded, text => ByteString.From(System.Text.Encoding.UTF8.GetBytes(text)));

        string[] arguments = ByteString.From(bytes).Split('\0');
        return arguments[1..^1];
    }
}

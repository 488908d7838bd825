namespace VirtTime.Base;

/// <summary>The launcher's own arguments as byte strings.</summary>
internal static class ArgumentVector
{
    /// <summary>The arguments without the program's name. .NET's <c>args</c> are not used, because they have lost bytes that are not UTF-8.</summary>
    /// <param name="decoded">.NET's arguments, used if <c>/proc</c> is not mounted.</param>
    public static string[] Read(string[] decoded)
    {
        byte[]? bytes = SmallFile.TryRead("/proc/self/cmdline");
        if (bytes is null or [])
            return Array.ConvertAll(decoded, text => ByteString.From(System.Text.Encoding.UTF8.GetBytes(text)));

        string[] arguments = ByteString.From(bytes).Split('\0');
        return arguments[1..^1];
    }
}

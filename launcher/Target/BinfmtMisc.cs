using System.Buffers;
using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>The interpreters that the kernel runs for registered file formats (<c>binfmt_misc</c>).</summary>
internal static class BinfmtMisc
{
    private const string Root = "/proc/sys/fs/binfmt_misc";

    /// <summary>The interpreter that the kernel would run for the file, or null.</summary>
    public static string? FindInterpreter(ProgramFile file)
    {
        using Descriptor root = Descriptor.Open(Root, SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        if (!root.IsOpen)
            return null;

        foreach (string name in DirectoryEntries.Read(root.Number))
        {
            if (name is "." or ".." or "register" or "status")
                continue;

            string[] lines = ByteString.From(SmallFile.TryRead($"{Root}/{name}") ?? []).Split('\n');
            if (lines[0] == "enabled" && Matches(lines, file))
                return Field(lines, "interpreter ");
        }

        return null;
    }

    private static bool Matches(string[] lines, ProgramFile file)
    {
        if (Field(lines, "extension .") is string extension)
            return file.Path.EndsWith("." + extension, StringComparison.Ordinal);

        byte[]? magic = Bytes(Field(lines, "magic "));
        byte[]? mask = Bytes(Field(lines, "mask "));
        if (magic is null || !int.TryParse(Field(lines, "offset "), NumberStyles.None, CultureInfo.InvariantCulture, out int offset))
            return false;

        if (offset > file.Head.Length - magic.Length)
            return false;

        for (int i = 0; i < magic.Length; i++)
        {
            if (((file.Head[offset + i] ^ magic[i]) & (i < mask?.Length ? mask[i] : 0xFF)) != 0)
                return false;
        }

        return true;
    }

    private static string? Field(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private static byte[]? Bytes(string? digits)
    {
        byte[] bytes = new byte[(digits?.Length ?? 0) / 2];
        return digits is not null && Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done ? bytes : null;
    }
}

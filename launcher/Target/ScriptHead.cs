using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>The first line of a script.</summary>
/// <param name="Interpreter">The path that the kernel executes; empty if the file ends right after <c>#!</c>.</param>
/// <param name="Argument">The one argument that the kernel passes on, or null.</param>
internal sealed record ScriptHead(string Interpreter, string? Argument)
{
    // BINPRM_BUF_SIZE: how much of a file the kernel reads to recognise its format. The last byte is reserved for a NUL.
    private const int KernelBufferSize = 256;

    /// <summary>
    /// Parses the line as <c>load_script</c> in <c>fs/binfmt_script.c</c> does (Linux 5.1 and later). Null if the kernel would refuse it with
    /// <c>ENOEXEC</c>: no <c>#!</c>, no name after it, or a name that may be cut off. <c>execvp</c> then runs the file by the shell.
    /// </summary>
    public static ScriptHead? TryParse(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("#!"u8))
            return null;

        // The kernel pads a short file with NUL, and ignores a newline after the first NUL.
        Span<byte> buffer = stackalloc byte[KernelBufferSize];
        buffer.Clear();
        head[..Math.Min(head.Length, KernelBufferSize)].CopyTo(buffer);
        int end = buffer.IndexOfAny((byte)'\n', (byte)0);
        bool isWhole = end >= 0 && buffer[end] == '\n';
        ReadOnlySpan<byte> line = buffer[2..(isWhole ? end : KernelBufferSize - 1)];
        line = line.TrimStart(" \t"u8);
        int nameEnd = line.IndexOfAny(" \t\0"u8);
        if (nameEnd < 0 && !isWhole)
            return null;

        ReadOnlySpan<byte> name = nameEnd < 0 ? line : line[..nameEnd];
        if (name.IsEmpty && (isWhole || line.IsEmpty))
            return null;

        ReadOnlySpan<byte> argument = nameEnd < 0 || line[nameEnd] == 0 ? [] : line[nameEnd..].Trim(" \t"u8);
        int argumentEnd = argument.IndexOf((byte)0);
        argument = argumentEnd < 0 ? argument : argument[..argumentEnd];
        return new ScriptHead(ByteString.From(name), argument.IsEmpty ? null : ByteString.From(argument));
    }
}

using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>The first line of a script.</summary>
/// <param name="Interpreter">The path that the kernel executes; empty where the file ends with <c>#!</c>.</param>
/// <param name="Argument">The one argument that the kernel passes on, or null.</param>
internal sealed record ScriptHead(string Interpreter, string? Argument)
{
    // BINPRM_BUF_SIZE: what the kernel reads of a file to find out what it is; the last byte is kept for a NUL.
    private const int KernelBufferSize = 256;

    /// <summary>
    /// As <c>load_script</c> in <c>fs/binfmt_script.c</c> reads it (Linux 5.1 and later). Null where the kernel would not execute an
    /// interpreter: no <c>#!</c>, none behind it, or a name that may have been cut off. Such a file goes to the shell.
    /// </summary>
    public static ScriptHead? TryParse(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("#!"u8))
            return null;

        // A short file is padded with NUL, and a newline counts only in front of the first NUL.
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

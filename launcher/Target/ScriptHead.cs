using VirtTime.Native;

namespace VirtTime.Target;

/// <summary>The first line of a script.</summary>
/// <param name="Interpreter">The path that the kernel executes.</param>
/// <param name="Argument">The one argument that the kernel passes on, or null.</param>
internal sealed record ScriptHead(string Interpreter, string? Argument)
{
    // BINPRM_BUF_SIZE: what the kernel reads of a file to find out what it is.
    private const int KernelBufferSize = 256;

    /// <summary>
    /// As <c>fs/binfmt_script.c</c> reads it; null for anything but <c>#!</c>. The interpreter is empty where the line names
    /// none.
    /// </summary>
    public static ScriptHead? TryParse(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("#!"u8))
            return null;

        ReadOnlySpan<byte> line = head[2..Math.Min(head.Length, KernelBufferSize)];
        int end = line.IndexOfAny((byte)'\n', (byte)'\0');
        line = (end < 0 ? line : line[..end]).Trim(" \t"u8);
        int blank = line.IndexOfAny((byte)' ', (byte)'\t');
        if (blank < 0)
            return new ScriptHead(ByteString.From(line), null);

        return new ScriptHead(ByteString.From(line[..blank]), ByteString.From(line[blank..].TrimStart(" \t"u8)));
    }
}

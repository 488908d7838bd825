using System.Text;

namespace VirtTime.Diagnostics;

/// <summary>Writes standard output in pieces, so that a table of all threads of a large machine need not fit into memory.</summary>
internal sealed class OutputText
{
    private const int PieceLength = 32 * 1024;

    private readonly StringBuilder _text = new();

    /// <param name="text">A byte string.</param>
    /// <exception cref="LauncherException">Standard output cannot be written.</exception>
    public OutputText Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        if (_text.Length >= PieceLength)
            Flush();

        return this;
    }

    /// <summary>Writes the rest.</summary>
    /// <exception cref="LauncherException">Standard output cannot be written.</exception>
    public void Flush()
    {
        StandardStreams.WriteOutput(_text.ToString());
        _text.Clear();
    }
}

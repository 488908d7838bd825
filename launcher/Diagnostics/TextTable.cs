using System.Text;

namespace VirtTime.Diagnostics;

/// <summary>Rows of cells in aligned columns, for people.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>Each row ends in a line feed, without blanks before it. Cells are byte strings, and what is not printable is escaped.</summary>
    /// <param name="rows">All of the same length.</param>
    /// <param name="rightAligned">Columns of numbers, from 0.</param>
    public static void Append(StringBuilder text, IReadOnlyList<string[]> rows, params ReadOnlySpan<int> rightAligned)
    {
        string[][] cells = [.. rows.Select(row => row.Select(PrintableText.Escape).ToArray())];
        int[] widths = new int[cells[0].Length];
        foreach (string[] row in cells)
        {
            for (int column = 0; column < widths.Length; column++)
                widths[column] = Math.Max(widths[column], PrintableText.Width(row[column]));
        }

        StringBuilder line = new();
        foreach (string[] row in cells)
        {
            line.Clear();
            for (int column = 0; column < widths.Length; column++)
            {
                int missing = widths[column] - PrintableText.Width(row[column]);
                bool isRight = rightAligned.Contains(column);
                line.Append(' ', isRight ? missing : 0).Append(row[column]).Append(' ', isRight ? 0 : missing).Append(Gap);
            }

            int end = line.Length;
            while (end > 0 && line[end - 1] == ' ')
                end--;

            text.Append(line, 0, end).Append('\n');
        }
    }
}

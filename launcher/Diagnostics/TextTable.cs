using System.Text;

namespace VirtTime.Diagnostics;

/// <summary>Formats rows of cells in aligned columns.</summary>
internal static class TextTable
{
    private const int Gap = 2;

    /// <summary>
    /// Each row ends in a line feed without blanks before it. Cells are byte strings; characters that are not printable are escaped.
    /// </summary>
    /// <param name="rows">Rows of equal length. They are enumerated twice and not stored.</param>
    /// <param name="rightAligned">The columns with numbers; the first column is 0.</param>
    public static void Append(OutputText text, IEnumerable<string[]> rows, params ReadOnlySpan<int> rightAligned)
    {
        List<int> widths = [];
        foreach (string[] row in rows)
        {
            for (int column = 0; column < row.Length; column++)
            {
                int width = PrintableText.Width(PrintableText.Escape(row[column]));
                if (column == widths.Count)
                    widths.Add(width);
                else
                    widths[column] = Math.Max(widths[column], width);
            }
        }

        StringBuilder line = new();
        foreach (string[] row in rows)
        {
            line.Clear();
            for (int column = 0; column < row.Length; column++)
            {
                string cell = PrintableText.Escape(row[column]);
                int missing = widths[column] - PrintableText.Width(cell);
                bool isRight = rightAligned.Contains(column);
                line.Append(' ', isRight ? missing : 0).Append(cell).Append(' ', isRight ? Gap : missing + Gap);
            }

            text.Append(line.ToString().AsSpan().TrimEnd(' ')).Append("\n");
        }
    }
}

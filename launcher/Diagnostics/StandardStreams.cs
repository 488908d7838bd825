using VirtTime.Base;

namespace VirtTime.Diagnostics;

/// <summary>Writes byte strings to standard output and error, without the cost and the signal handlers of <see cref="Console"/>.</summary>
internal static unsafe class StandardStreams
{
    private const int Output = 1;
    private const int Error = 2;

    /// <exception cref="LauncherException">It cannot be written.</exception>
    public static void WriteOutput(string text)
    {
        if (!TryWrite(Output, text))
            throw new LauncherException("standard output", ErrorNumber.Text(ErrorNumber.Last));
    }

    /// <summary>One line in the form <c>virttime-run: TEXT</c>; what is not printable in it is escaped, so that it stays one.</summary>
    public static void WriteMessage(string text) => TryWrite(Error, $"virttime-run: {PrintableText.Escape(text)}\n");

    private static bool TryWrite(int descriptor, string text)
    {
        byte[] bytes = ByteString.ToBytes(text);
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint count = SystemCalls.write(descriptor, start + done, bytes.Length - done);
                if (count < 0 && ErrorNumber.Last != ErrorNumber.EINTR)
                    return false;

                done += (int)Math.Max(count, 0);
            }
        }

        return true;
    }
}

using System.Runtime.InteropServices;
using VirtTime.Base;

namespace VirtTime.Diagnostics;

/// <summary>Writes byte strings to standard output and error without <see cref="Console"/>, which is slow and installs signal handlers.</summary>
internal static unsafe class StandardStreams
{
    private const int Output = 1;
    private const int Error = 2;

    /// <exception cref="LauncherException">Standard output cannot be written.</exception>
    public static void WriteOutput(string text)
    {
        if (!TryWrite(Output, text))
            throw new LauncherException("standard output", ErrorNumber.Text(ErrorNumber.Last));
    }

    /// <summary>Writes one line <c>virttime-run: TEXT</c>. Characters that are not printable, such as line feeds, are escaped.</summary>
    public static void WriteMessage(string text) => TryWrite(Error, Line(text) + "\n");

    /// <summary>What <see cref="WriteMessage"/> writes, without the line feed.</summary>
    public static string Line(string text) => "virttime-run: " + PrintableText.Escape(text);

    // Writing beyond "ulimit -f" raises SIGXFSZ. It would end the launcher before it can return its exit status.
    private static bool TryWrite(int descriptor, string text)
    {
        sigaction_buffer previous = SignalDispositions.Ignore(SystemCalls.SIGXFSZ);
        bool isWritten = TryWrite(descriptor, ByteString.ToBytes(text));
        int error = ErrorNumber.Last;
        SignalDispositions.Set(SystemCalls.SIGXFSZ, previous);
        Marshal.SetLastPInvokeError(error);
        return isWritten;
    }

    private static bool TryWrite(int descriptor, byte[] bytes)
    {
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

using System.Runtime.InteropServices;

namespace VirtTime.Base;

/// <summary>Reads small files of unknown size, mainly in <c>/proc</c>.</summary>
internal static unsafe class SmallFile
{
    /// <summary>The whole file; null if it cannot be read (<see cref="ErrorNumber.Last"/> says why).</summary>
    public static byte[]? TryRead(string path) => TryReadAt(SystemCalls.AT_FDCWD, path);

    /// <summary>The whole file by a path relative to an open directory; null if it cannot be read.</summary>
    public static byte[]? TryReadAt(int directory, string path)
    {
        Descriptor file = Descriptor.OpenAt(directory, path, SystemCalls.O_RDONLY);
        if (!file.IsOpen)
            return null;

        byte[]? content = TryReadAll(file.Number);
        int error = ErrorNumber.Last;
        file.Dispose();

        // Closing the file must not change the error number.
        Marshal.SetLastPInvokeError(error);
        return content;
    }

    /// <summary>
    /// Reads the whole file by one <c>read</c>. <c>/proc/PID/environ</c> needs this: if the process executes another program between two reads,
    /// the second read may find the end, and the first part would be taken for the whole.
    /// </summary>
    /// <param name="buffer">Receives the content; replaced by a larger one if the content does not fit.</param>
    /// <returns>The length of the content in bytes, or -1 (<see cref="ErrorNumber.Last"/> says why).</returns>
    public static int ReadAtOnce(int directory, string path, ref byte[] buffer)
    {
        while (true)
        {
            Descriptor file = Descriptor.OpenAt(directory, path, SystemCalls.O_RDONLY);
            if (!file.IsOpen)
                return -1;

            nint count = Read(file.Number, buffer);
            int error = ErrorNumber.Last;
            file.Dispose();
            Marshal.SetLastPInvokeError(error);
            if (count < buffer.Length)
                return count < 0 ? -1 : (int)count;
            buffer = new byte[buffer.Length * 4];
        }
    }

    /// <summary>Writes a file of <c>/proc</c> by one <c>write</c>. If false, <see cref="ErrorNumber.Last"/> says why.</summary>
    public static bool TryWrite(string path, string text)
    {
        Descriptor file = Descriptor.Open(path, SystemCalls.O_WRONLY);
        if (!file.IsOpen)
            return false;

        byte* bytes = stackalloc byte[text.Length + 1];
        ByteString.CopyTo(text, bytes);
        bool written = SystemCalls.write(file.Number, bytes, text.Length) == text.Length;
        int error = ErrorNumber.Last;
        file.Dispose();
        Marshal.SetLastPInvokeError(error);
        return written;
    }

    /// <summary>The content of a symbolic link; null if it cannot be read.</summary>
    public static string? TryReadLink(string path)
    {
        const int PathLimit = 4096;
        byte* buffer = stackalloc byte[PathLimit];
        nint length = SystemCalls.readlink(path, buffer, PathLimit);
        return length < 0 ? null : ByteString.From(new ReadOnlySpan<byte>(buffer, (int)length));
    }

    /// <summary>Reads an open file from its current position to its end; null on failure (<see cref="ErrorNumber.Last"/> says why).</summary>
    public static byte[]? TryReadAll(int descriptor)
    {
        byte[] buffer = new byte[4096];
        int length = 0;
        while (true)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 4);

            nint count = Read(descriptor, buffer.AsSpan(length));
            if (count < 0)
                return null;

            if (count == 0)
                return buffer.AsSpan(0, length).ToArray();

            length += (int)count;
        }
    }

    private static nint Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
            {
                count = SystemCalls.read(descriptor, start, buffer.Length);
            }
            while (count < 0 && ErrorNumber.Last == ErrorNumber.EINTR);

            return count;
        }
    }
}

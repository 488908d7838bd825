using System.Runtime.InteropServices;

namespace VirtTime.Base;

/// <summary>Reads small files, those of /proc above all, whose size is not known beforehand.</summary>
internal static unsafe class SmallFile
{
    /// <summary>The whole file, or null where it cannot be read (<see cref="Errno.Last"/> says why).</summary>
    public static byte[]? TryRead(string path) => TryReadAt(SystemCalls.AT_FDCWD, path);

    /// <summary>The same for a path relative to an open directory.</summary>
    public static byte[]? TryReadAt(int directory, string path)
    {
        Descriptor file = Descriptor.OpenAt(directory, path, SystemCalls.O_RDONLY);
        if (!file.IsOpen)
            return null;

        byte[]? content = TryReadAll(file.Number);
        int error = ErrorNumber.Last;
        file.Dispose();

        // Closing the file must not change what the reason was.
        Marshal.SetLastPInvokeError(error);
        return content;
    }

    /// <summary>
    /// The same by one <c>read</c>, for what another process may replace meanwhile: of <c>/proc/PID/environ</c>, a second one would find the end where
    /// the process has begun another program, and what came before would pass for the whole.
    /// </summary>
    /// <param name="buffer">Takes the content; a larger one is made where it does not fit.</param>
    /// <returns>Its length, or -1.</returns>
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

    /// <summary>Writes a file of /proc, which takes what it is given at once or not at all (<see cref="Errno.Last"/> says why).</summary>
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

    /// <summary>What a symbolic link says, or null where it cannot be read.</summary>
    public static string? TryReadLink(string path)
    {
        const int PathLimit = 4096;
        byte* buffer = stackalloc byte[PathLimit];
        nint length = SystemCalls.readlink(path, buffer, PathLimit);
        return length < 0 ? null : ByteString.From(new ReadOnlySpan<byte>(buffer, (int)length));
    }

    /// <summary>What an open file has from where it stands, or null (<see cref="Errno.Last"/> says why).</summary>
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

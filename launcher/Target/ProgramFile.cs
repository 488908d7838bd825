using VirtTime.Native;

namespace VirtTime.Target;

/// <summary>An executable file, of which the head is read and the rest on demand.</summary>
internal sealed unsafe class ProgramFile : IDisposable
{
    private const int HeadSize = 4096;

    private readonly Descriptor _file;
    private readonly byte[] _head;

    private ProgramFile(string path, Descriptor file, in statx_buffer status)
    {
        Path = path;
        Status = status;
        _file = file;
        _head = Read(0, HeadSize);
    }

    public string Path { get; }

    public statx_buffer Status { get; }

    public int Descriptor => _file.Number;

    /// <summary>The first bytes, fewer than a page where the file is short.</summary>
    public ReadOnlySpan<byte> Head => _head;

    /// <summary>Null where it cannot be read, which does not keep it from being executed.</summary>
    public static ProgramFile? TryOpen(string path)
    {
        Descriptor file = Native.Descriptor.Open(path, SystemCalls.O_RDONLY | SystemCalls.O_NONBLOCK | SystemCalls.O_NOCTTY);
        if (file.IsOpen && file.TryStat(out statx_buffer status) && status.IsRegularFile)
            return new ProgramFile(path, file, status);

        file.Dispose();
        return null;
    }

    /// <summary>Up to <paramref name="size"/> bytes; fewer where the file ends.</summary>
    public byte[] Read(long position, int size)
    {
        byte[] buffer = new byte[size];
        int length = 0;
        fixed (byte* start = buffer)
        {
            while (length < size)
            {
                nint count = SystemCalls.pread(Descriptor, start + length, size - length, position + length);
                if (count == 0 || (count < 0 && Errno.Last != Errno.EINTR))
                    break;

                length += (int)Math.Max(count, 0);
            }
        }

        return length == size ? buffer : buffer[..length];
    }

    public void Dispose() => _file.Dispose();
}

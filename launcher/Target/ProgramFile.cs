using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>A file to be executed or loaded, of which the head is read and the rest on demand.</summary>
internal sealed unsafe class ProgramFile : IDisposable
{
    private const int HeadSize = 4096;

    private readonly Descriptor _file;
    private readonly byte[] _head;

    private ProgramFile(string path, Descriptor file, int error)
    {
        Path = path;
        Error = error;
        _file = file;
        if (_file.TryStat(out statx_buffer status))
            Status = status;

        IsReadable = error == 0 && file.IsOpen && status.IsRegularFile;
        _head = IsReadable ? Read(0, HeadSize) : [];
    }

    public string Path { get; }

    /// <summary>All zero where not even that can be asked.</summary>
    public statx_buffer Status { get; }

    /// <summary>False for a directory or a device, and where the user may not read it, which does not keep it from being executed.</summary>
    public bool IsReadable { get; }

    /// <summary>Why it cannot be opened for reading, or 0.</summary>
    public int Error { get; }

    public int Descriptor => _file.Number;

    /// <summary>The first bytes, fewer than a page where the file is short; none where it cannot be read.</summary>
    public ReadOnlySpan<byte> Head => _head;

    public static ProgramFile Open(string path)
    {
        Descriptor file = Base.Descriptor.Open(path, SystemCalls.O_RDONLY | SystemCalls.O_NONBLOCK | SystemCalls.O_NOCTTY);
        if (file.IsOpen)
            return new ProgramFile(path, file, 0);

        int error = ErrorNumber.Last;
        return new ProgramFile(path, Base.Descriptor.Open(path, SystemCalls.O_PATH), error);
    }

    /// <summary>Up to <paramref name="size"/> bytes; fewer where the file ends, none where the position makes no sense.</summary>
    public byte[] Read(long position, int size)
    {
        byte[] buffer = new byte[size];
        int length = 0;
        fixed (byte* start = buffer)
        {
            while (length < size)
            {
                nint count = SystemCalls.pread(Descriptor, start + length, size - length, position + length);
                if (count == 0 || (count < 0 && ErrorNumber.Last != ErrorNumber.EINTR))
                    break;

                length += (int)Math.Max(count, 0);
            }
        }

        return length == size ? buffer : buffer[..length];
    }

    public void Dispose() => _file.Dispose();
}

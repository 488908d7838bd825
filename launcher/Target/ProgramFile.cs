using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>A file to execute or load. The first page is read at once, the rest on demand.</summary>
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

    /// <summary>All zero if the file cannot even be opened with <c>O_PATH</c>.</summary>
    public statx_buffer Status { get; }

    /// <summary>False for a directory or a device, and for a file that the user may not read. The user may still be allowed to execute it.</summary>
    public bool IsReadable { get; }

    /// <summary>The error number of opening the file for reading; 0 on success.</summary>
    public int Error { get; }

    public int Descriptor => _file.Number;

    /// <summary>The first 4,096 bytes, fewer if the file is short; none if it cannot be read.</summary>
    public ReadOnlySpan<byte> Head => _head;

    public static ProgramFile Open(string path)
    {
        Descriptor file = Base.Descriptor.Open(path, SystemCalls.O_RDONLY | SystemCalls.O_NONBLOCK | SystemCalls.O_NOCTTY);
        if (file.IsOpen)
            return new ProgramFile(path, file, 0);

        int error = ErrorNumber.Last;
        return new ProgramFile(path, Base.Descriptor.Open(path, SystemCalls.O_PATH), error);
    }

    /// <summary>Reads up to <paramref name="size"/> bytes; fewer if the file ends or cannot be read.</summary>
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

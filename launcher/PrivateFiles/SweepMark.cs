using System.Runtime.InteropServices;
using VirtTime.Base;

namespace VirtTime.PrivateFiles;

/// <summary>
/// A file in a private directory that counts launches and notes after how many, and from which position, the directory is swept again.
/// Only the process that holds its lock sweeps. It counts launches, not time, so that setting a clock has no effect.
/// </summary>
internal sealed unsafe class SweepMark : IDisposable
{
    private const string Name = "sweep";

    // Above the longest wait of any sweep: a larger value means that the content is damaged or of an earlier version.
    private const long Nonsense = 1_000_000;

    private readonly Descriptor _file;
    private Content _content;

    private SweepMark(Descriptor file) => _file = file;

    /// <summary>The position (<c>lseek</c>) at which the next sweep continues to read the directory.</summary>
    public long Position { get => _content.Position; set => _content.Position = value; }

    /// <summary>Counts this launch. Null if the directory need not be swept yet, or another launch is sweeping it.</summary>
    public static SweepMark? TryTake(int directory)
    {
        const int Flags = SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_NONBLOCK;
        SweepMark mark = new(Descriptor.OpenAt(directory, Name, Flags | SystemCalls.O_NOFOLLOW, Permissions.OwnersFile));
        if (mark._file.IsOpen)
        {
            mark.Read();
            mark._content.Launches++;
            if (mark.IsDue && SystemCalls.flock(mark._file.Number, SystemCalls.LOCK_EX | SystemCalls.LOCK_NB) == 0)
            {
                // Another launch may just have finished a sweep.
                mark.Read();
                mark._content.Launches++;
                if (mark.IsDue)
                    return mark;
            }

            mark.Write(sizeof(long));
        }

        mark.Dispose();
        return null;
    }

    /// <summary>Notes that the directory has been swept.</summary>
    /// <param name="launches">The number of launches until the next sweep.</param>
    public void WaitFor(long launches)
    {
        _content.Launches = 0;
        _content.Wait = Math.Min(launches, Nonsense);
        Write(sizeof(Content));
    }

    public void Dispose() => _file.Dispose();

    private bool IsDue => _content.Launches >= _content.Wait || _content.Launches < 0 || _content.Wait > Nonsense;

    private void Read()
    {
        Content content = default;
        _content = SystemCalls.pread(_file.Number, (byte*)&content, sizeof(Content), 0) == sizeof(Content) ? content : default;
    }

    // Under "ulimit -f 0", writing raises SIGXFSZ, which would end the launcher.
    private void Write(int length)
    {
        bool isForbidden = SystemCalls.getrlimit(SystemCalls.RLIMIT_FSIZE, out rlimit limit) == 0 && limit.rlim_cur < (ulong)sizeof(Content);
        Content content = _content;
        if (!isForbidden)
            SystemCalls.pwrite(_file.Number, (byte*)&content, length, 0);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Content
    {
        public long Launches;
        public long Wait;
        public long Position;
    }
}

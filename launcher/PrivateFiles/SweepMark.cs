using System.Runtime.InteropServices;
using VirtTime.Clocks;
using VirtTime.Native;

namespace VirtTime.PrivateFiles;

/// <summary>A file in a private directory that says when it is to be swept again, and where. Whoever has it open is the only sweeper.</summary>
internal sealed unsafe class SweepMark : IDisposable
{
    private const string Name = "sweep";
    private const uint Mode = 0x180; // 0600

    // Farther ahead than any sweep is put off: the wall clock was set back.
    private const long Nonsense = 3600;

    private readonly Descriptor _file;
    private Content _content;

    private SweepMark(Descriptor file) => _file = file;

    /// <summary>Where to read the directory on.</summary>
    public long Position { get => _content.Position; set => _content.Position = value; }

    /// <summary>Whether processes may be asked again.</summary>
    public bool MayAsk => IsPast(_content.Ask);

    /// <summary>Null where it is not time yet, or somebody else is sweeping.</summary>
    public static SweepMark? TryTake(int directory)
    {
        const int Flags = SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_NONBLOCK;
        SweepMark mark = new(Descriptor.OpenAt(directory, Name, Flags | SystemCalls.O_NOFOLLOW, Mode));
        if (mark._file.IsOpen)
        {
            Content content = default;
            if (SystemCalls.pread(mark._file.Number, (byte*)&content, sizeof(Content), 0) == sizeof(Content))
                mark._content = content;
            if (IsPast(mark._content.Look) && SystemCalls.flock(mark._file.Number, SystemCalls.LOCK_EX | SystemCalls.LOCK_NB) == 0)
                return mark;
        }

        mark.Dispose();
        return null;
    }

    /// <summary>Sets when the directory is to be looked at again, in seconds from now.</summary>
    public void LookAgainIn(long seconds) => _content.Look = HostClocks.Now().Realtime.tv_sec + seconds;

    /// <summary>The same for asking processes.</summary>
    public void AskAgainIn(long seconds) => _content.Ask = HostClocks.Now().Realtime.tv_sec + seconds;

    public void Write()
    {
        Content content = _content;
        SystemCalls.pwrite(_file.Number, (byte*)&content, sizeof(Content), 0);
    }

    public void Dispose() => _file.Dispose();

    private static bool IsPast(long time)
    {
        long now = HostClocks.Now().Realtime.tv_sec;
        return now >= time || time - now > Nonsense;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Content
    {
        public long Look;
        public long Ask;
        public long Position;
    }
}

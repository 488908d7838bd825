using Mono.Unix.Native;

namespace VirtTime.Base;

/// <summary>An open file that is closed on exec and never has the number of a standard stream.</summary>
/// <remarks>
/// If the caller has closed standard error, the next file gets number 2, and a message would be written into it.
/// </remarks>
internal readonly struct Descriptor(int number) : IDisposable
{
    private const int FirstFree = 3;

    public int Number { get; } = number;

    public bool IsOpen => Number >= 0;

    /// <summary>Opens a file. On failure the result is not open, and <see cref="ErrorNumber.Last"/> says why.</summary>
    public static Descriptor Open(string path, int flags, uint mode = 0) => OpenAt(SystemCalls.AT_FDCWD, path, flags, mode);

    /// <inheritdoc cref="Open"/>
    public static Descriptor OpenAt(int directory, string path, int flags, uint mode = 0)
    {
        int number;
        do
        {
            number = SystemCalls.openat(directory, path, flags | SystemCalls.O_CLOEXEC, mode);
        }
        while (number < 0 && ErrorNumber.Last == ErrorNumber.EINTR);

        if (number is < 0 or >= FirstFree)
            return new Descriptor(number);

        int moved = SystemCalls.fcntl(number, SystemCalls.F_DUPFD_CLOEXEC, FirstFree);
        Syscall.close(number);
        return new Descriptor(moved);
    }

    public bool TryStat(out statx_buffer status)
    {
        statx_buffer? found = statx_buffer.OfDescriptor(Number);
        status = found.GetValueOrDefault();
        return found is not null;
    }

    public void Dispose()
    {
        if (IsOpen)
            Syscall.close(Number);
    }
}

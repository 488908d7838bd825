using System.Runtime.InteropServices;

namespace VirtTime.Format;

/// <summary>
/// A lock of one byte, far behind the end of the config file, that tells that a process uses the file (man 2 fcntl, <c>F_OFD_SETLK</c>). It belongs to the
/// open file, and a mapping keeps that open: so the kernel takes it away when the process has ended or executed another program, however that
/// came, and shows it in every process namespace.
/// </summary>
/// <remarks>
/// Its position is <see cref="Start"/>, plus the process's id in its own namespace times 2^32, plus the lowest 32 bits of the number of the page at which
/// the process has a mapping of the file's beginning: so a process that is seen from outside can be told from another one with the same id.
/// Compiled into the interposer and the launcher.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public struct UserMark
{
    public const long Start = 1L << 60;

    public const int F_OFD_GETLK = 36;
    public const int F_OFD_SETLK = 37;
    public const short F_RDLCK = 0;
    public const short F_WRLCK = 1;
    public const short F_UNLCK = 2;

    // struct flock
    public short l_type;
    public short l_whence;
    public long l_start;
    public long l_len;
    public int l_pid;

    /// <param name="process">Its id, as it gets it from <c>getpid</c>.</param>
    /// <param name="firstPage">Where it has the file's beginning mapped.</param>
    public static long PositionOf(int process, ulong firstPage) => Start + ((long)process << 32) + (uint)(firstPage >> 12);

    /// <summary>
    /// The byte, before those, that a process locks exclusively to be the only one that takes slots of a choice (<see cref="SlotMark.SharedChoices"/>). Whoever gets
    /// the lock knows that the marks of that choice are of the dead.
    /// </summary>
    public static long PositionOfChoice(int choice) => Start - SlotMark.Choices + choice;
}

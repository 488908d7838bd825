using System.Runtime.InteropServices;

namespace VirtTime.Format;

/// <summary>
/// A lock on one byte far beyond the end of the config file, which tells that a process uses the file (man 2 fcntl, <c>F_OFD_SETLK</c>).
/// </summary>
/// <remarks>
/// The lock belongs to the open file, which the mapping keeps open. So the kernel removes it when the process ends or executes another program, and
/// shows it in every PID namespace. Its position is <see cref="Start"/> + process id in its own namespace × 2^32 + the lowest 32 bits of the page
/// number of the process's mapping of the file's beginning. The page tells two processes with the same id apart. Compiled into the library and the
/// launcher.
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

    /// <param name="process">The process's id, as its <c>getpid</c> returns it.</param>
    /// <param name="firstPage">Address of the process's mapping of the file's beginning.</param>
    public static long PositionOf(int process, ulong firstPage) => Start + ((long)process << 32) + (uint)(firstPage >> 12);

    /// <summary>
    /// The byte that a process locks exclusively to reserve a choice (<see cref="SlotMark.SharedChoices"/>). If a process gets the lock,
    /// dead processes have left all marks of the choice. This does not hold after a checkpoint (<see cref="ConfigExtension.HasUncountedUsers"/>).
    /// </summary>
    public static long PositionOfChoice(int choice) => Start - SlotMark.Choices + choice;
}

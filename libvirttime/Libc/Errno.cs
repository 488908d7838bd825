using System.Runtime;
using System.Runtime.CompilerServices;

namespace VirtTime.Libc;

/// <summary>
/// <c>&lt;errno.h&gt;</c>. Inside the library an error is the kernel's <c>-errno</c>; <see cref="Return"/> turns it into <c>errno</c>.
/// </summary>
internal static unsafe class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EBUSY = 16;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int EFBIG = 27;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int ENOSYS = 38;
    public const int ETIMEDOUT = 110;

    /// <summary>The calling thread's <c>errno</c>.</summary>
    public static int Value
    {
        get => *__errno_location();
        set => *__errno_location() = value;
    }

    /// <summary>Turns <c>-errno</c> into libc's −1 and <c>errno</c>; returns any other result as it is.</summary>
    public static int Return(int result)
    {
        if (result >= 0)
            return result;
        Value = -result;
        return -1;
    }

    [RuntimeImport("*", "__errno_location")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int* __errno_location();
}

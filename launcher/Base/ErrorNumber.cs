using System.Runtime.InteropServices;

namespace VirtTime.Base;

/// <summary>The error numbers that the launcher distinguishes, equal on all Linux architectures of .NET, and their texts.</summary>
internal static class ErrorNumber
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int E2BIG = 7;
    public const int ENOEXEC = 8;
    public const int ECHILD = 10;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EEXIST = 17;
    public const int EXDEV = 18;
    public const int ENODEV = 19;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int ENXIO = 6;
    public const int ETXTBSY = 26;
    public const int EFBIG = 27;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int EMLINK = 31;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;
    public const int EOPNOTSUPP = 95;
    public const int ETIMEDOUT = 110;
    public const int ESTALE = 116;
    public const int EDQUOT = 122;

    /// <summary>The error of the last call through <see cref="SystemCalls"/> (<c>SetLastError</c>).</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>The text of <c>strerror</c>, beginning with a small letter unless the first word is an acronym.</summary>
    public static string Text(int error)
    {
        string text = Marshal.GetPInvokeErrorMessage(error);
        return text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }
}

namespace Internal.Runtime.CompilerHelpers;

/// <summary>
/// Called by arm64 code if a division is by zero or overflows. Divisors are constants or checked before, so these are never called. There is no
/// exception to throw, so the thread stops here.
/// </summary>
internal static class ThrowHelpers
{
    public static void ThrowDivideByZeroException()
    {
        while (true)
        {
        }
    }

    public static void ThrowOverflowException()
    {
        while (true)
        {
        }
    }
}

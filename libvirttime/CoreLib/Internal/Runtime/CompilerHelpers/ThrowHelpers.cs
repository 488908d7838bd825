namespace Internal.Runtime.CompilerHelpers;

/// <summary>
/// Where arm64 code goes when a division is by zero or overflows. Divisors are constants, or checked before, so nobody
/// ever comes here; there is nothing to throw with, and stopping on the spot is the only honest body.
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

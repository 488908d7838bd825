using System.Runtime.CompilerServices;

namespace VirtTime.Format;

/// <summary>An integer of 128 bits, as two halves: only what <see cref="ClockLine"/> needs.</summary>
/// <remarks>Compiled into the interposer, whose core library has no <c>UInt128</c>, and into the launcher and the tests.</remarks>
public struct Wide
{
    public ulong High;
    public ulong Low;

    /// <summary><paramref name="left"/> · <paramref name="right"/>, exactly.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Wide Multiply(ulong left, ulong right)
    {
        ulong leftLow = (uint)left, leftHigh = left >> 32, rightLow = (uint)right, rightHigh = right >> 32;
        ulong low = leftLow * rightLow;
        ulong middle = (leftHigh * rightLow) + (low >> 32);
        ulong other = (leftLow * rightHigh) + (uint)middle;
        Wide product;
        product.Low = (other << 32) | (uint)low;
        product.High = (leftHigh * rightHigh) + (middle >> 32) + (other >> 32);
        return product;
    }

    /// <summary>The sum, modulo 2^128.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Wide Add(Wide left, Wide right)
    {
        Wide sum;
        sum.Low = left.Low + right.Low;
        sum.High = left.High + right.High + (sum.Low < left.Low ? 1UL : 0UL);
        return sum;
    }

    /// <summary>The two's complement: −<paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Wide Negate(Wide value)
    {
        Wide negative;
        negative.Low = 0 - value.Low;
        negative.High = ~value.High + (value.Low == 0 ? 1UL : 0UL);
        return negative;
    }

    /// <summary>The quotient of two unsigned numbers, rounded down.</summary>
    /// <param name="dividend">Any.</param>
    /// <param name="divisor">From 1 to 2^63.</param>
    /// <param name="remainder">Below the divisor.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Wide Divide(Wide dividend, ulong divisor, out ulong remainder)
    {
        ulong rest = 0;
        for (int i = 0; i < 128; i++)
        {
            rest = (rest << 1) | (dividend.High >> 63);
            dividend.High = (dividend.High << 1) | (dividend.Low >> 63);
            dividend.Low <<= 1;
            if (rest >= divisor)
            {
                rest -= divisor;
                dividend.Low |= 1;
            }
        }

        remainder = rest;
        return dividend;
    }
}

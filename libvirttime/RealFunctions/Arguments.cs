using System.Runtime.CompilerServices;

namespace VirtTime.RealFunctions;

/// <summary>The arguments of a real function, as the C calling conventions pass integers and pointers.</summary>
internal unsafe struct Arguments
{
    public nint First;
    public nint Second;
    public nint Third;
    public nint Fourth;
    public nint Fifth;
    public nint Sixth;
    public nint Seventh;

    /// <summary>Sets the first arguments. The others stay uninitialised, since the function does not read them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(Arguments* call, nint first, nint second)
    {
        call->First = first;
        call->Second = second;
    }

    /// <inheritdoc cref="Set(Arguments*, nint, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(Arguments* call, nint first, nint second, nint third)
    {
        Set(call, first, second);
        call->Third = third;
    }

    /// <inheritdoc cref="Set(Arguments*, nint, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(Arguments* call, nint first, nint second, nint third, nint fourth)
    {
        Set(call, first, second, third);
        call->Fourth = fourth;
    }

    /// <inheritdoc cref="Set(Arguments*, nint, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(Arguments* call, nint first, nint second, nint third, nint fourth, nint fifth)
    {
        Set(call, first, second, third, fourth);
        call->Fifth = fifth;
    }

    /// <inheritdoc cref="Set(Arguments*, nint, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(Arguments* call, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth)
    {
        Set(call, first, second, third, fourth, fifth);
        call->Sixth = sixth;
    }
}

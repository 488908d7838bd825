using System.Runtime.CompilerServices;

namespace System;

/// <summary>
/// The type of a <c>"…"u8</c> literal. Its bytes lie in read-only data and end in a NUL, which <see cref="Length"/> does not count.
/// </summary>
public readonly unsafe ref struct ReadOnlySpan<T>
{
    private readonly ref readonly T _reference;
    private readonly int _length;

    /// <summary>The C# compiler requires this constructor; literals do not use it.</summary>
    public ReadOnlySpan(T[] array)
    {
    }

    /// <summary>The C# compiler requires this constructor; literals do not use it.</summary>
    public ReadOnlySpan(T[] array, int start, int length)
    {
    }

    public ReadOnlySpan(void* pointer, int length)
    {
        _reference = ref *(T*)pointer;
        _length = length;
    }

    public int Length => _length;

    public ref readonly T GetPinnableReference() => ref _reference;
}

using System.Runtime.CompilerServices;

namespace System;

/// <summary>What a <c>"…"u8</c> literal is. Its bytes lie in read-only data and end in a NUL that <see cref="Length"/> leaves out.</summary>
public readonly unsafe ref struct ReadOnlySpan<T>
{
    private readonly ref readonly T _reference;
    private readonly int _length;

    /// <summary>The compiler demands that this exists; literals never come through it.</summary>
    public ReadOnlySpan(T[] array)
    {
    }

    /// <summary>The compiler demands that this exists; literals never come through it.</summary>
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

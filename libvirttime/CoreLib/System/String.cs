namespace System;

public sealed class String
{
    public readonly int Length;
}

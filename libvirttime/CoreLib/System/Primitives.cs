namespace System;

// The compilers define these types and know their sizes. In .NET each has one field of its own type, which C# cannot express and which is not needed
// here.
public struct Void;

public struct Boolean;

public struct Char;

public struct SByte;

public struct Byte
{
    public const byte MaxValue = 255;
}

public struct Int16;

public struct UInt16;

public struct Int32;

public struct UInt32
{
    public const uint MaxValue = 0xffff_ffff;
}

public struct Int64
{
    public const long MaxValue = 0x7fffffffffffffff;
    public const long MinValue = unchecked((long)0x8000000000000000);
}

public struct UInt64
{
    public const ulong MaxValue = 0xffff_ffff_ffff_ffff;
}

public struct IntPtr;

public struct UIntPtr;

public struct Single;

public struct Double;

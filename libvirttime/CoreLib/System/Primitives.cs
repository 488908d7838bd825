namespace System;

// The compilers give these their meaning. A primitive is a struct whose only field is of its own type, which C# cannot
// spell and does not need to: both compilers know the sizes.
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

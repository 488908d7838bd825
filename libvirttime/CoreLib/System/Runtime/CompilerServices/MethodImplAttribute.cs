namespace System.Runtime.CompilerServices;

public enum MethodImplOptions
{
    NoInlining = 0x8,
    AggressiveInlining = 0x100,
    InternalCall = 0x1000,
}

public sealed class MethodImplAttribute(MethodImplOptions value) : Attribute
{
    public MethodImplOptions Value => value;
}

using System.Runtime.CompilerServices;

namespace System.Threading;

/// <summary>
/// Acquiring loads and releasing stores: plain ones on x86-64, <c>ldar</c> and <c>stlr</c> on arm64. ilc expands them; the bodies, which call
/// themselves, are never compiled.
/// </summary>
public static class Volatile
{
    [Intrinsic]
    public static byte Read(ref readonly byte location) => Read(in location);

    [Intrinsic]
    public static uint Read(ref readonly uint location) => Read(in location);

    [Intrinsic]
    public static long Read(ref readonly long location) => Read(in location);

    [Intrinsic]
    public static ulong Read(ref readonly ulong location) => Read(in location);

    [Intrinsic]
    public static nint Read(ref readonly nint location) => Read(in location);

    [Intrinsic]
    public static void Write(ref byte location, byte value) => Write(ref location, value);

    [Intrinsic]
    public static void Write(ref long location, long value) => Write(ref location, value);

    [Intrinsic]
    public static void Write(ref ulong location, ulong value) => Write(ref location, value);

    [Intrinsic]
    public static void Write(ref nint location, nint value) => Write(ref location, value);
}

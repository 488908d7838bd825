namespace System.Runtime.CompilerServices;

/// <summary>Names of runtime features; the C# compiler looks for them before it accepts a language feature.</summary>
public static class RuntimeFeature
{
    public const string ByRefFields = nameof(ByRefFields);
    public const string NumericIntPtr = nameof(NumericIntPtr);
    public const string UnmanagedSignatureCallingConvention = nameof(UnmanagedSignatureCallingConvention);
}

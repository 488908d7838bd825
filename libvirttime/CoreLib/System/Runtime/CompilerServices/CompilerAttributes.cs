namespace System.Runtime.CompilerServices;

// Attributes that the C# compiler writes into its output, or that ilc reads.
public sealed class CompilerGeneratedAttribute : Attribute;

public sealed class FixedBufferAttribute(Type elementType, int length) : Attribute
{
    public Type ElementType => elementType;

    public int Length => length;
}

public sealed class IntrinsicAttribute : Attribute;

public sealed class IsByRefLikeAttribute : Attribute;

public sealed class IsReadOnlyAttribute : Attribute;

public sealed class SkipLocalsInitAttribute : Attribute;

public sealed class UnsafeValueTypeAttribute : Attribute;

namespace System.Runtime.CompilerServices;

/// <summary><c>delegate* unmanaged[SuppressGCTransition]</c>: an indirect call and a test of <c>RhpTrapThreads</c>, nothing else.</summary>
public sealed class CallConvSuppressGCTransition;

public static class IsVolatile;

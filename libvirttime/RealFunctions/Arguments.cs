namespace VirtTime.RealFunctions;

/// <summary>The arguments of a real function, as the C calling conventions pass integers and pointers.</summary>
internal struct Arguments
{
    public nint First;
    public nint Second;
    public nint Third;
    public nint Fourth;
    public nint Fifth;
    public nint Sixth;
    public nint Seventh;
}

namespace System.Runtime;

/// <summary>
/// Gives the method's code a second, global symbol: <paramref name="entry"/>. With blittable types the method has the C calling convention.
/// </summary>
public sealed class RuntimeExportAttribute(string entry) : Attribute
{
    public string Entry => entry;
}

/// <summary>Binds the method to the symbol <paramref name="entry"/>, which is called directly; <paramref name="library"/> is <c>"*"</c>.</summary>
public sealed class RuntimeImportAttribute(string library, string entry) : Attribute
{
    public string Library => library;

    public string Entry => entry;
}

namespace System.Runtime;

/// <summary>The method's code gets <paramref name="entry"/> as a second, global symbol name. Plain C calling convention for blittable types.</summary>
public sealed class RuntimeExportAttribute(string entry) : Attribute
{
    public string Entry => entry;
}

/// <summary>The method is the symbol <paramref name="entry"/>, called directly; <paramref name="library"/> is <c>"*"</c>.</summary>
public sealed class RuntimeImportAttribute(string library, string entry) : Attribute
{
    public string Library => library;

    public string Entry => entry;
}

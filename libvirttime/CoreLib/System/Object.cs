namespace System;

public class Object
{
    // Every object starts with this pointer. ilc lays out its tables by it, although this library never creates an object.
    private nint _methodTable;
}

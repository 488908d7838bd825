namespace System;

public class Object
{
    // Every object starts with this pointer; ilc lays out its tables by it although no object is ever made here.
    private nint _methodTable;
}

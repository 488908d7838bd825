namespace System;

public abstract class Array;

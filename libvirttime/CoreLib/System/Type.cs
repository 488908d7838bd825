namespace System;

public class Type;

namespace VirtTime.Unwind;

/// <summary>What keeps the object from getting a table that is right. The message is for whoever builds the library.</summary>
public sealed class UnwindException(string message) : Exception(message);
